"""Questions that are asked only when somebody wants them, and answers the world settles beside another."""

import pytest

from bot.dialogue.effects import Complete, LookUp
from bot.dialogue.events import Found, Offer, Typed
from bot.steps import ContentError
from tests.bot.dialogue.talk import Talk, small_content

FLOW = """
completes = true
then = "waiting"

[[step]]
choose = "goal"
text = "Tujuan?"
short = "Tujuan"
choices = { stop = "Tuntas", less = "Kurangi" }

[[step]]
choose_many = "wishes"
text = "Apa yang penting?"
short = "Keinginan"
optional = true
on_request = true
on_the_map = false
choices = { quiet = "Tenang", near = "Dekat" }

[[step]]
write = "why"
text = "Kenapa dekat?"
when = { wishes = { has = "near" } }

[[step]]
look_up = "unit"
source = "units"
text = "Unit mana?"
short = "Unit"

[[step]]
review = "card"
text = "Sudah pas?"
"""
OFFERED = Found("unit", text="Dua unit.", offers=(Offer("unit-a", "Unit A"), Offer("_wishes", "Saring")))


def at_the_unit() -> Talk:
    """Come to the question about the unit; the world is played by the test."""
    talk = Talk(small_content({"flows/intake.toml": FLOW}).script).type("halo", "cari bantuan")
    return talk.take(Typed("Tuntas"), world=False)


def wishing(talk: Talk) -> Talk:
    """Let the world open the wishes."""
    return talk.take(OFFERED, world=False).take(Found("unit", opens="wishes"), world=False)


def looked_up(talk: Talk) -> LookUp:
    return next(effect for effect in talk.effects if isinstance(effect, LookUp))


def test_nobody_is_asked_in_passing() -> None:
    talk = at_the_unit()

    assert talk.state.asked == "unit"
    assert "wishes" not in looked_up(talk).known


def test_what_is_opened_is_asked_and_its_answer_known_to_the_question_before() -> None:
    talk = wishing(at_the_unit())

    assert talk.text.startswith("Apa yang penting?")
    talk.take(Typed("tenang"), world=False)
    assert talk.state.asked == "unit"
    assert looked_up(talk).known["wishes"] == ("quiet",)


def test_a_question_that_hangs_on_it_is_asked_too() -> None:
    talk = wishing(at_the_unit()).take(Typed("dekat"), world=False)

    assert talk.text.startswith("Kenapa dekat?")


def test_opened_again_it_shows_what_was_picked() -> None:
    talk = wishing(wishing(at_the_unit()).take(Typed("tenang"), world=False))

    assert [button.label for button in talk.messages[-1].buttons if button.picked] == ["Tenang"]


def test_back_leads_to_the_question_it_was_opened_from() -> None:
    talk = wishing(at_the_unit()).take(Typed("kembali"), world=False)

    assert talk.state.asked == "unit"
    assert talk.state.settled("intake") == {"goal": "stop"}


def test_it_may_be_skipped() -> None:
    talk = wishing(at_the_unit()).take(Typed("lewati"), world=False)

    assert talk.state.asked == "unit"


def test_it_survives_being_written_down_and_a_question_in_between() -> None:
    talk = wishing(at_the_unit()).take(Typed("apa saja"), world=False)

    assert talk.state.asked == "wishes"


def test_the_world_may_settle_it_beside_its_offer_and_take_it_back() -> None:
    talk = at_the_unit().take(Found("unit", offers=OFFERED.offers, also={"wishes": ("quiet",)}), world=False)

    assert talk.state.asked == "unit"
    assert talk.state.settled("intake")["wishes"] == ("quiet",)
    talk.take(Found("unit", offers=OFFERED.offers, also={"wishes": ()}), world=False)
    assert "wishes" not in talk.take(Typed("Unit A"), world=False).state.settled("intake")


def test_it_stands_on_the_card_and_goes_along() -> None:
    talk = wishing(at_the_unit()).take(Typed("tenang"), world=False).take(Found("unit", "unit-a"), world=False)

    assert "• Keinginan: Tenang" in talk.text
    sent = talk.take(Typed("kirim"), world=False).effects
    assert next(one for one in sent if isinstance(one, Complete)).answers["wishes"] == ("quiet",)


def test_what_the_world_opens_must_be_there_and_wait_to_be_opened() -> None:
    for name in ("gone", "goal"):
        talk = at_the_unit().take(OFFERED, world=False).take(Found("unit", opens=name), world=False)

        assert talk.state.asked == "unit"


@pytest.mark.parametrize("without", ["optional = true\n", "on_the_map = false\n"])
def test_content_that_could_hold_somebody_up_is_refused(without: str) -> None:
    with pytest.raises(ContentError, match="on_request"):
        small_content({"flows/intake.toml": FLOW.replace(without, "")})
