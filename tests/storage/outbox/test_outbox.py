"""Letters wait in order, urgent recipients first, and a crash repeats one at most once."""

from datetime import timedelta

from bot.ports import Outgoing
from storage import outbox
from storage.database import Database
from storage.outbox import Lane, Letter
from storage.sealing.encryption import FolderGone, FolderId
from storage.transaction import Work
from tests.storage.conftest import SettableClock

ANI, BUDI = FolderId(b"a" * 16), FolderId(b"b" * 16)
CHANNELS = ["telegram"]


def _put(work: Work, to: FolderId, *texts: str, lane: Lane = Lane.REPLY, channel: str = "telegram") -> None:
    work.vault.create_folder(to)
    for text in texts:
        outbox.put(work, to, channel, lane, Outgoing(text))


def _claim(work: Work, most: int = 50) -> list[Letter]:
    return outbox.claim(work, CHANNELS, most=most)


def _texts(letters: list[Letter]) -> list[str]:
    return [letter.message.text for letter in letters]


async def test_letters_to_one_recipient_keep_their_order_whatever_their_lane(store: Database) -> None:
    def step(work: Work) -> list[str]:
        _put(work, ANI, "1", lane=Lane.REMINDER)
        _put(work, ANI, "2", lane=Lane.COUNSELLOR)
        _put(work, ANI, "3")
        return _texts(_claim(work))

    assert await store.write(step) == ["1", "2", "3"]


async def test_help_in_danger_goes_ahead_of_whatever_waits_for_the_same_person(store: Database) -> None:
    def step(work: Work) -> list[str]:
        _put(work, ANI, "1", "2")
        _put(work, ANI, "bahaya", "nomor", lane=Lane.DANGER)
        _put(work, ANI, "3")
        _put(work, ANI, "lagi", lane=Lane.DANGER)
        return _texts(_claim(work))

    def follow(work: Work) -> list[str]:
        for letter in [*_claim(work)]:
            outbox.mark_sent(work, letter)
        _put(work, BUDI, "bahaya", lane=Lane.DANGER)
        _put(work, BUDI, "1", "2")
        return _texts(_claim(work))

    assert await store.write(step) == ["bahaya", "nomor", "lagi", "1", "2", "3"]
    assert await store.write(follow) == ["bahaya", "1", "2"]


async def test_whoever_waits_for_something_urgent_comes_first(store: Database) -> None:
    def step(work: Work) -> list[str]:
        _put(work, ANI, "kabar", lane=Lane.REMINDER)
        _put(work, BUDI, "balasan", "bahaya")
        _put(work, BUDI, "bahaya!", lane=Lane.DANGER)
        return _texts(_claim(work, most=2))

    assert await store.write(step) == ["bahaya!", "balasan"]


async def test_a_recipient_with_a_letter_under_way_is_left_alone(store: Database) -> None:
    def step(work: Work) -> list[list[str]]:
        _put(work, ANI, "1")
        first = _texts(_claim(work))
        _put(work, ANI, "2")
        _put(work, BUDI, "3")
        return [first, _texts(_claim(work))]

    assert await store.write(step) == [["1"], ["3"]]


async def test_a_postponed_letter_holds_back_those_behind_it(store: Database, clock: SettableClock) -> None:
    def postpone(work: Work) -> list[str]:
        _put(work, ANI, "1", "2")
        first, second = _claim(work)
        outbox.postpone(work, first, timedelta(seconds=30), first.message, again=False)
        outbox.put_back(work, [second], timedelta())
        return _texts(_claim(work))

    assert await store.write(postpone) == []
    clock.pass_time(seconds=30)
    letters = await store.write(_claim)
    assert [(letter.message.text, letter.attempts) for letter in letters] == [("1", 2), ("2", 1)]


async def test_only_the_rest_of_a_letter_is_sent_later(store: Database) -> None:
    def step(work: Work) -> list[str]:
        _put(work, ANI, "satu dua")
        (letter,) = _claim(work)
        outbox.postpone(work, letter, timedelta(), Outgoing("dua"), again=False)
        return _texts(_claim(work))

    assert await store.write(step) == ["dua"]


async def test_a_crash_lets_a_letter_go_once_more_and_then_parks_it(store: Database) -> None:
    def step(work: Work) -> list[object]:
        _put(work, ANI, "1")
        _claim(work)
        first = outbox.recover(work, CHANNELS)
        (again,) = _claim(work)
        second = outbox.recover(work, CHANNELS)
        return [first, again.again, _texts(second), outbox.count_states(work)]

    assert await store.write(step) == [[], True, ["1"], {"uncertain": 1}]


async def test_what_nobody_sends_though_it_is_claimed_is_taken_up_after_a_minute(
    store: Database, clock: SettableClock
) -> None:
    def claim(work: Work) -> list[Letter]:
        _put(work, ANI, "1")
        _put(work, BUDI, "2")
        return _claim(work)

    def look(work: Work, under_way: list[Letter]) -> list[tuple[str, bool]]:
        assert outbox.recover_strays(work, CHANNELS, [letter.id for letter in under_way]) == []
        return [(letter.message.text, letter.again) for letter in _claim(work)]

    both = await store.write(claim)
    under_way = [letter for letter in both if letter.recipient == BUDI]
    assert await store.write(lambda work: look(work, under_way)) == []
    clock.pass_time(seconds=61)
    assert await store.write(lambda work: look(work, both)) == []
    assert await store.write(lambda work: look(work, under_way)) == [("1", True)]


async def test_the_first_for_each_can_be_claimed_alone(store: Database) -> None:
    def step(work: Work) -> list[str]:
        _put(work, ANI, "1", "2")
        _put(work, BUDI, "3", "4")
        return sorted(_texts(outbox.claim(work, CHANNELS, most=9, one_each=True)))

    assert await store.write(step) == ["1", "3"]


async def test_other_channels_are_left_to_other_processes(store: Database) -> None:
    def step(work: Work) -> list[str]:
        _put(work, ANI, "web", channel="whatsapp")
        _put(work, BUDI, "2")
        return _texts(_claim(work))

    assert await store.write(step) == ["2"]


async def test_a_farewell_takes_its_folder_with_it(store: Database) -> None:
    await store.write(lambda work: outbox.put_farewell(work, "telegram", "1001", Outgoing("selamat jalan")))
    (letter,) = await store.write(_claim)
    assert (letter.to, letter.message.text) == ("1001", "selamat jalan")

    await store.write(lambda work: outbox.mark_sent(work, letter))

    assert await store.write(_claim) == []
    assert await store.read(lambda work: _is_gone(work, letter.recipient))


async def test_a_postponed_farewell_still_knows_its_address(store: Database) -> None:
    def step(work: Work) -> list[str | None]:
        outbox.put_farewell(work, "telegram", "1001", Outgoing("selamat jalan"))
        (letter,) = _claim(work)
        outbox.postpone(work, letter, timedelta(), letter.message, again=True)
        return [letter.to for letter in _claim(work)]

    assert await store.write(step) == ["1001"]


async def test_a_letter_that_was_erased_meanwhile_is_not_postponed(store: Database) -> None:
    def step(work: Work) -> dict[str, int]:
        _put(work, ANI, "1")
        (letter,) = _claim(work)
        outbox.mark_sent(work, letter)
        outbox.postpone(work, letter, timedelta(), letter.message, again=True)
        return outbox.count_states(work)

    assert await store.write(step) == {}


def _is_gone(work: Work, folder: FolderId) -> bool:
    try:
        work.vault.seal(folder, "t", "c", folder, b"")
    except FolderGone:
        return True
    return False
