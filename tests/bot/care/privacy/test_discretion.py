"""Words sent unasked tell nothing, whoever wrote them; wrong PINs are counted."""

from datetime import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.care.privacy.discretion import (
    MOST_TRIES,
    RETRY_MINUTES,
    Discretion,
    Unfit,
    find_telling,
    judge_own,
    looks_like_pin,
    note_try,
    read_telling,
)

TELLING = read_telling(["rehab", "bnn", "sabu", "pakai lagi"])
HOUSE = (time(21), time(7))


@pytest.mark.parametrize(
    "text", ["ayo REHAB!", "rehabilitasi", "B-N-N: halo", "kamu pakai   lagi?", "nyabu? sabu-sabu"]
)
def test_a_telling_word_is_found_with_endings_and_signs(text: str) -> None:
    assert find_telling(text, TELLING) is not None or judge_own(text, TELLING) is Unfit.TELLING


@pytest.mark.parametrize("text", ["jangan lupa belanja", "sabtu ini ada arisan", "pakai jaket lagi ya"])
def test_ordinary_sentences_tell_nothing(text: str) -> None:
    assert judge_own(text, TELLING) is None


def test_words_of_one_s_own_are_short_and_not_empty() -> None:
    assert judge_own("a" * 60, TELLING) is None
    assert judge_own("a" * 61, TELLING) is Unfit.LONG
    assert judge_own(" …! ", TELLING) is Unfit.EMPTY


def test_a_word_spelled_out_is_found_too() -> None:
    assert judge_own("r e h a b", TELLING) is Unfit.TELLING


@given(st.text(max_size=80))
def test_no_text_is_refused_by_an_error(text: str) -> None:
    assert judge_own(text, TELLING) in {None, *Unfit}


@pytest.mark.parametrize(("text", "fits"), [("1234", True), (" 123456 ", True), ("123", False), ("1234567", False)])
def test_a_pin_is_four_to_six_digits(text: str, fits: bool) -> None:  # noqa: FBT001 - a parameter of the test
    assert looks_like_pin(text) is fits


def test_the_fifth_wrong_pin_closes_the_door_for_a_quarter_of_an_hour() -> None:
    wishes = Discretion(pin="x", tries=MOST_TRIES - 2)

    assert note_try(wishes, minute=100) == (MOST_TRIES - 1, 0)
    assert note_try(Discretion(pin="x", tries=MOST_TRIES - 1), minute=100) == (0, 100 + RETRY_MINUTES)


def test_own_hours_take_the_place_of_those_of_the_house() -> None:
    assert Discretion().quiet(HOUSE) == HOUSE
    assert Discretion(hours=(time(18), time(20))).quiet(HOUSE) == (time(20), time(18))


def test_words_wait_for_whoever_shares_a_phone_has_hours_or_a_pin() -> None:
    assert not Discretion().holds_back
    assert Discretion(hours=(time(18), time(20))).holds_back
    assert not Discretion(hours=(time(18), time(20))).knocks
    assert Discretion(shared=True).knocks
    assert Discretion(pin="x").knocks
