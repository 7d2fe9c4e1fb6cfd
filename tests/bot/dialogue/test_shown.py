"""The card leads to what staff is shown, line by line, and back to itself; three more words work at any step."""

from dataclasses import replace

import pytest

from bot.dialogue.effects import Act
from bot.dialogue.events import Found, Offer, Opened
from bot.dialogue.script import SHOWN
from tests.bot.dialogue.talk import Talk
from tests.bot.dialogue.test_editing import TO_REVIEW


def _at_the_card() -> Talk:
    return Talk().take(Opened()).type(*TO_REVIEW)


def test_the_card_leads_to_its_lines_and_back_to_itself() -> None:
    talk = _at_the_card()
    talk.take(talk.token("Pilih yang terlihat"), world=False)
    assert talk.state.flow == SHOWN
    assert [asked.source for asked in talk.asked_world] == ["lines"]

    talk.take(Found("line", text="Usia: 18-24 tahun", offers=(Offer("age_band", "Tutup: Usia"),)))
    assert "Tutup: Usia" in talk.labels
    talk.take(Found("line", settled="done"))

    assert talk.state.flow == "intake"
    assert "Kirim ke konselor" in talk.labels


def test_a_withheld_line_reads_like_a_skipped_one() -> None:
    talk = _at_the_card()
    skipped = talk.script.say("skipped", talk.state.language)
    assert f"Usia: {skipped}" not in talk.text

    again = Talk(talk.script, replace(talk.state, withheld=("age_band",))).type("lanjut")

    assert f"Usia: {skipped}" in again.text
    assert again.answers == talk.answers


@pytest.mark.parametrize(
    ("word", "action"), [("bersih", "clear"), ("pindah", "move"), ("simpan", "keep"), ("kata pengenal", "check_words")]
)
def test_a_word_is_done_at_any_step_and_the_place_is_kept(word: str, action: str) -> None:
    talk = _at_the_card()
    before = talk.state

    talk.type(word)

    assert talk.done == [action]
    assert talk.effects[0] == Act(action)  # whatever is asked again comes after it, so that it can be left out
    assert talk.state == before
