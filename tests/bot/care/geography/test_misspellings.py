"""How many slips of the finger are between two names."""

from hypothesis import given
from hypothesis import strategies as st

from bot.care.geography.gazetteer import AreaCode
from bot.care.geography.misspellings import (
    count_mistakes,
    mistakes_forgiven,
    one_mistake_away,
    resembling,
    resembling_among,
)
from tests.surroundings.geography import whole_gazetteer

LETTERS = st.text("abcd", max_size=8)


@given(one=LETTERS, other=LETTERS)
def test_mistakes_count_the_same_both_ways_and_none_only_between_equals(one: str, other: str) -> None:
    mistakes = count_mistakes(one, other, 8)

    assert mistakes == count_mistakes(other, one, 8)
    assert (mistakes == 0) == (one == other)


@given(name=st.text("abcd", min_size=1, max_size=6))
def test_whatever_is_one_mistake_away_counts_as_one_mistake(name: str) -> None:
    assert {count_mistakes(name, other, 2) for other in one_mistake_away(name)} <= {0, 1}


def test_letters_swapped_are_one_mistake() -> None:
    assert count_mistakes("madnonga", "mandonga", 2) == 1
    assert count_mistakes("kendari", "kolaka", 2) is None


def test_the_longer_the_name_the_more_is_forgiven() -> None:
    assert [mistakes_forgiven("x" * length) for length in (3, 4, 8, 9)] == [0, 1, 1, 2]


def test_the_closest_names_are_found_with_their_areas() -> None:
    (found,) = resembling(whole_gazetteer(), "mandongga")

    assert (found.name, found.mistakes, *found.codes) == ("mandonga", 1, "74.71.01")
    assert resembling(whole_gazetteer(), "qqqqqqqq") == ()
    assert resembling(whole_gazetteer(), "gux") == ()


def test_of_a_few_areas_only_the_closest_count() -> None:
    areas = [(AreaCode("74.71.01"), "Mandonga"), (AreaCode("74.71.02"), "Kendari"), (AreaCode("74.71"), "Kendari")]

    (found,) = resembling_among("kendarri", areas)

    assert found.codes == {"74.71", "74.71.02"}
    assert resembling_among("wolio", areas) == ()
