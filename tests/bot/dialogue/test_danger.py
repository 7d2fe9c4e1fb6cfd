"""What the conversation does where danger is sure, and where it is not."""

from dataclasses import replace

import pytest

from bot.care.safety import Calm
from bot.dialogue.danger import QUIET_MINUTES, listen
from bot.dialogue.events import Typed
from bot.dialogue.flow import Choice, Flow, Kind, Step
from bot.dialogue.state import State
from tests.bot.dialogue.talk import SCRIPT, Talk

_DOUBTFUL = "surat terakhir yang dikirim belum sampai"
_QUESTION = "Apakah ada bahaya sekarang?"


def _asked() -> Talk:
    return Talk().type(_DOUBTFUL)


def test_a_doubt_is_asked_about_with_three_buttons_and_nobody_is_called() -> None:
    talk = _asked()

    assert talk.text == _QUESTION
    assert talk.labels == ["Ya, sekarang", "Tidak, tapi berat", "Tidak, aman"]
    assert talk.alerts == []


@pytest.mark.parametrize("way", ["tap", "Ya, sekarang", "1", "ya"])
def test_yes_brings_help_and_a_human(way: str) -> None:
    talk = _asked()
    (talk.tap if way == "tap" else talk.type)("Ya, sekarang" if way == "tap" else way)

    assert "000: gawat darurat" in talk.text
    assert talk.alerts == [("immediate", "suicide")]


def test_hard_but_no_danger_tells_a_counsellor_and_shows_the_numbers() -> None:
    talk = _asked().tap("Tidak, tapi berat")

    assert "000: gawat darurat" in talk.text
    assert talk.alerts == [("high", "suicide")]
    assert "Bicara dengan manusia" in talk.labels


@pytest.mark.parametrize("way", ["tap", "3", "tidak"])
def test_safe_goes_on_where_the_conversation_stood(way: str) -> None:
    before = Talk().type("/start")
    asked = before.state.asked
    before.type(_DOUBTFUL)
    (before.tap if way == "tap" else before.type)("Tidak, aman" if way == "tap" else way)

    assert before.alerts == []
    assert before.state.asked == asked
    assert not before.state.wondering


def test_the_same_is_not_asked_about_twice_within_half_an_hour() -> None:
    talk = Talk()
    asked = [
        _QUESTION in talk.take(Typed(_DOUBTFUL, minute=minute)).text
        for minute in (100, 101, 99 + QUIET_MINUTES, 100 + QUIET_MINUTES)
    ]

    assert asked == [True, False, False, True]


def test_danger_is_never_held_back_by_a_question_asked_before() -> None:
    talk = _asked().type("aku mau mati")

    assert "000: gawat darurat" in talk.text
    assert talk.alerts == [("high", "suicide")]
    assert not talk.state.wondering


def test_other_words_after_the_question_are_taken_as_before() -> None:
    talk = _asked().type("menu")

    assert not talk.state.wondering
    assert talk.state.flow == "menu"
    assert talk.alerts == []


def test_a_sentence_in_several_messages_calls_a_human() -> None:
    talk = Talk().take(Typed("mati aja", recent=("gw", "pengen")))

    assert talk.alerts == [("high", "suicide")]


def test_the_words_of_a_button_are_an_answer_and_no_alarm() -> None:
    step = Step("signs", Kind.CHOOSE, "?", choices=(Choice("fits", "Pernah kejang/pingsan"),))
    flow = Flow("menu", (step,), title="", completes=False, then=None)
    script = replace(SCRIPT, flows={**SCRIPT.flows, "id": {**SCRIPT.flows["id"], "menu": flow}})

    typed = State(language="id", flow="menu", asked="signs")

    assert listen(script, typed, Typed("pernah kejang/pingsan")) == Calm()
    assert listen(script, typed, Typed("kejang")) == Calm()
    assert listen(script, typed, Typed("dia kejang sekarang")) != Calm()
