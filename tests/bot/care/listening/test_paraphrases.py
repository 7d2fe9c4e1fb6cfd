"""A paraphrase is told from the words it stands for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.care.listening.paraphrases import SAME_WORDS, repeats

MESSAGES = ("aku mau pergi ke awan biru", "capek")


@pytest.mark.parametrize(
    "said", ["Aku mau pergi, ke awan biru!", "katanya MAU PERGI KE AWAN besok", "capek", "capek..."]
)
def test_the_persons_own_words_are_recognised(said: str) -> None:
    assert repeats(said, MESSAGES)


@pytest.mark.parametrize("said", ["pamit dengan sindiran", "capek sekali katanya", "mau pergi ke langit"])
def test_other_words_are_a_paraphrase(said: str) -> None:
    assert not repeats(said, MESSAGES)


@given(st.lists(st.sampled_from(["satu", "dua", "tiga", "empat", "lima"]), min_size=SAME_WORDS, max_size=12), st.text())
def test_whatever_stands_around_a_message_it_is_recognised(message: list[str], around: str) -> None:
    assert repeats(f"{around} {' '.join(message)} {around}", [" ".join(message)])
