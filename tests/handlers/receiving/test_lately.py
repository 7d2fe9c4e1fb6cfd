"""Words are remembered for a minute and a half, in memory, and no longer."""

from handlers.receiving.lately import MESSAGES, SECONDS, Lately
from storage.clients.people import ClientId

_ONE, _OTHER = ClientId(b"one"), ClientId(b"other")


def test_the_last_words_of_the_same_person_are_returned_in_order() -> None:
    lately = Lately()

    assert lately.note(_ONE, "gw", 0) == ()
    assert lately.note(_ONE, "pengen", 5) == ("gw",)
    assert lately.note(_OTHER, "halo", 6) == ()
    assert lately.note(_ONE, "tidur", 10) == ("gw", "pengen")


def test_no_more_messages_are_kept_than_needed() -> None:
    lately = Lately()
    heard: tuple[str, ...] = ()
    for second in range(9):
        heard = lately.note(_ONE, str(second), second)

    assert len(heard) == MESSAGES


def test_words_are_forgotten_after_a_minute_and_a_half_whoever_writes() -> None:
    lately = Lately()
    lately.note(_ONE, "rahasia", 0)
    lately.note(_OTHER, "halo", SECONDS + 1)

    assert "rahasia" not in repr(lately)
