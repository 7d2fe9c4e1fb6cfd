"""Places as people write and pin them, from the lists of cases."""

import math

import pytest

from bot.care.geography.places import Understood, understand_point, understand_text
from tests.bot.care.geography import more_place_cases, place_cases
from tests.surroundings.geography import whole_gazetteer

NOTHING = Understood()
#: Wrong by a letter and without its vowels at once: too little to go by.
UNREADABLE = {"anduonou kendari"}
TUNED = [case for case in more_place_cases.TYPED if case[0] not in UNREADABLE]


def is_right(understood: Understood, code: str) -> bool:
    """Tell whether a place was settled rightly, or is among what is asked about."""
    answers = [understood.settled] if understood.settled else [*understood.candidates, understood.within]
    return any(answer is not None and (answer.startswith(code) or code.startswith(answer)) for answer in answers)


@pytest.mark.parametrize(
    ("lat", "lon"),
    [*place_cases.ABROAD, *more_place_cases.ABROAD, (-9.0, 100.0), (91.0, 10.0), (math.nan, 122.0), (-4.0, math.inf)],
)
def test_a_place_abroad_or_at_sea_is_out_of_coverage(lat: float, lon: float) -> None:
    assert understand_point(whole_gazetteer(), lat, lon).settled is None


@pytest.mark.parametrize(("text", "code"), [*place_cases.TYPED, *place_cases.TYPED_HELD_OUT, *TUNED])
def test_places_are_understood_as_people_type_them(text: str, code: str) -> None:
    assert is_right(understand_text(whole_gazetteer(), text), code)


def test_pinned_places_are_given_to_their_regency() -> None:
    points = [*place_cases.POINTS, *place_cases.POINTS_HELD_OUT, *more_place_cases.POINTS]

    right = [code for lat, lon, code in points if is_right(understand_point(whole_gazetteer(), lat, lon), code)]

    assert len(points) >= 120
    assert len(right) / len(points) >= 0.97


def test_what_was_never_tuned_for_is_understood_too() -> None:
    typed = more_place_cases.TYPED_HELD_OUT

    right = [text for text, code in typed if is_right(understand_text(whole_gazetteer(), text), code)]

    assert len(typed) >= 90
    assert len(right) / len(typed) >= 0.97


@pytest.mark.parametrize(("longitude", "latitude", "code"), more_place_cases.SWAPPED)
def test_swapped_places_are_asked_about(longitude: float, latitude: float, code: str) -> None:
    understood = understand_point(whole_gazetteer(), longitude, latitude)

    assert understood.settled is None
    assert understood.candidates[0].startswith(code)


@pytest.mark.parametrize("text", [*place_cases.AMBIGUOUS, *more_place_cases.AMBIGUOUS])
def test_a_name_of_several_places_is_never_guessed(text: str) -> None:
    assert understand_text(whole_gazetteer(), text).settled is None


@pytest.mark.parametrize("text", [*place_cases.NO_PLACES, *more_place_cases.NO_PLACES])
def test_an_ordinary_sentence_is_no_place(text: str) -> None:
    assert understand_text(whole_gazetteer(), text) == NOTHING


@pytest.mark.parametrize(
    ("text", "district"),
    [
        ("rangkas", "36.02.14"),  # the beginning
        ("gading jakut", "31.72.06"),  # one word of it, within what is named beside it
        ("kby baru", "31.74.07"),  # a word without its vowels
        ("kmyoran", "31.71.03"),
        ("pleihari", "63.01.03"),  # other vowels
        ("masaloka raya", "74.06.17"),  # without `Kep.`
        ("anduonohu", "74.71.04"),  # a kelurahan, wrong by a letter
    ],
)
def test_a_part_of_a_name_is_asked_about_and_never_settles(text: str, district: str) -> None:
    understood = understand_text(whole_gazetteer(), text)

    assert understood.settled is None
    assert district in understood.candidates


@pytest.mark.parametrize(
    "text", ["sy di tj priok dkt pasar ular", "tjpriok", "Tanjung Priok, dekat stasiun", "skrg d tg priok"]
)
def test_a_landmark_behind_a_name_and_joined_short_forms_do_not_hide_it(text: str) -> None:
    assert understand_text(whole_gazetteer(), text).settled == "31.72.02"


@pytest.mark.parametrize("text", ["mendukung", "penenang", "menginap", "lima puluh ribu"])
def test_what_looks_like_a_verb_or_a_sum_never_settles(text: str) -> None:
    assert understand_text(whole_gazetteer(), text).settled is None
