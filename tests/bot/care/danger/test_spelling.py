"""Spelling is repaired towards a few words, a slip away from them and no further."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.care.danger.spelling import fill_gaps, group_stems, repair

_STEMS = ("bunuh", "overdosis", "kejang", "mati", "mengakhiri", "dipukulin", "jembatan")
_LETTERS = "abdeghijklmnoprstu"


@settings(max_examples=60, deadline=None)
@given(st.sampled_from([stem for stem in _STEMS if len(stem) > 4]), st.data())
def test_one_slip_behind_the_first_letter_is_repaired(stem: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(1, len(stem) - 2))
    letter = data.draw(st.sampled_from(_LETTERS))
    slips = (
        stem[:at] + stem[at + 1 :],
        stem[:at] + letter + stem[at:],
        stem[:at] + letter + stem[at + 1 :],
        stem[:at] + stem[at + 1] + stem[at] + stem[at + 2 :],
    )

    assert repair(data.draw(st.sampled_from(slips)), group_stems([stem])) == stem


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("ovredosiss", "overdosis"),
        ("mngakhirri", "mengakhiri"),
        ("maati", None),
        ("mait", "mati"),
        ("butuh", "bunuh"),
        ("buntut", None),
        ("diputusin", None),
        ("sakau", None),
        ("b", None),
        ("jembatan" * 3, None),
    ],
)
def test_two_slips_are_forgiven_in_long_words_with_the_right_consonants(written: str, meant: str | None) -> None:
    assert repair(written, group_stems(_STEMS)) == meant


@pytest.mark.parametrize(
    ("written", "meant"),
    [("b*n*h", "bunuh"), ("*unuh", "bunuh"), ("m*ti", "mati"), ("m**", None), ("k*j*ng", "kejang")],
)
def test_each_star_stands_for_one_letter(written: str, meant: str | None) -> None:
    assert fill_gaps(written, group_stems(_STEMS)) == meant
