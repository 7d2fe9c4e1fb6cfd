"""What is said against somebody else is found; a person's own story stays whole."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.care.privacy.others import find_statements, leave_out
from tests.bot.care.privacy.private_cases import NOT_OTHERS, OTHERS

SENTENCES = (Path(__file__).parent / "ordinary_sentences.txt").read_text().splitlines()


@pytest.mark.parametrize("said", OTHERS)
def test_who_supplies_and_who_else_uses_is_found(said: str) -> None:
    assert find_statements(said) == ((0, len(said)),)


@pytest.mark.parametrize("said", NOT_OTHERS)
def test_a_story_in_which_nobody_can_be_recognised_stays(said: str) -> None:
    assert find_statements(said) == ()


def test_ordinary_talk_is_never_taken_for_it() -> None:
    assert [sentence for sentence in SENTENCES if find_statements(sentence)] == []


def test_only_the_clause_concerned_goes() -> None:
    said = "Saya mau berhenti, tapi bandarnya si Joko di gang mawar terus nawarin. Saya takut."

    assert leave_out(said, find_statements(said), "[…]") == "Saya mau berhenti, […] Saya takut."


def test_several_clauses_in_a_row_leave_one_mark() -> None:
    said = "Capek. Bandarnya si Joko. Si Udin juga nyabu. Tolong."

    assert leave_out(said, find_statements(said), "[…]") == "Capek. […] Tolong."


@given(st.text(max_size=300))
def test_no_text_is_refused(text: str) -> None:
    statements = find_statements(text)

    assert all(0 <= start < end <= len(text) for start, end in statements)
    assert leave_out(text, (), "[…]") == text
