"""Places of which only a part of the words is known to the gazetteer."""

import pytest

from bot.care.geography.places import Understood, understand_text
from tests.bot.care.geography import outside_cases
from tests.bot.care.geography.test_place_cases import is_right
from tests.surroundings.geography import whole_gazetteer


def understand(text: str) -> Understood:
    return understand_text(whole_gazetteer(), text)


@pytest.mark.parametrize(("text", "code"), outside_cases.TYPED)
def test_places_are_understood_as_others_type_them(text: str, code: str) -> None:
    assert is_right(understand(text), code)


@pytest.mark.parametrize(
    ("text", "district"),
    [
        ("kota raha", "74.03.16"),
        ("raha kota", "74.03.16"),
        ("kota martapura kalsel", "63.03.05"),
        ("wanci kota", "74.07.01"),
    ],
)
def test_the_town_of_a_place_that_is_no_kota_is_that_place(text: str, district: str) -> None:
    assert is_right(understand(text), district)


def test_the_word_kota_still_tells_a_city_from_the_kabupaten_of_its_name() -> None:
    assert understand("kota bogor").within == "32.71"


@pytest.mark.parametrize(
    ("text", "code"),
    [("lorong entah jaktim", "31.75"), ("kp bahari tanjung priok", "31.72.02"), ("tebet dalam jaksel", "31.74.01")],
)
def test_an_unknown_corner_of_a_known_place_is_asked_about_and_never_settles(text: str, code: str) -> None:
    understood = understand(text)

    assert understood.settled is None
    assert any(found.startswith(code) for found in understood.candidates)


@pytest.mark.parametrize("text", ["mandonga jakarta utara", "Mandonga, Jakarta Utara"])
def test_places_that_contradict_each_other_are_left_alone(text: str) -> None:
    assert understand(text) == Understood()


@pytest.mark.parametrize(
    ("text", "code"),
    [("untung jawa", "31.01.02"), ("pagatan", "63.10.02"), ("masaloka raya bombana", "74.06.17")],
)
def test_a_name_without_its_island_or_town_word_is_understood(text: str, code: str) -> None:
    assert is_right(understand(text), code)


def test_a_village_beside_the_name_of_its_island_is_found() -> None:
    assert understand("dongkala kabaena").settled == "74.06.06"


def test_the_island_buton_is_asked_about_and_the_kabupaten_is_not() -> None:
    asked = understand("buton")

    assert asked.settled is None
    assert {"74.04", "74.10", "74.14", "74.15", "74.72"} <= set(asked.candidates)
    assert understand("kab buton").within == "74.04"


@pytest.mark.parametrize("text", ["saya lelaki", "perempuan", "balik", "numpang di kos teman", "nasib malang"])
def test_answers_about_oneself_are_no_places(text: str) -> None:
    assert understand(text) == Understood()
