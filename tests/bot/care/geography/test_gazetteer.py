"""What the table of areas answers, and which rows it refuses."""

import heapq

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.care.geography.gazetteer import (
    NEAREST_REACH_KM,
    GazetteerError,
    Point,
    fold,
    kilometres,
    level_of,
)
from bot.care.geography.survey import AreaRow, build_gazetteer
from tests.surroundings.geography import small_gazetteer, whole_gazetteer

PLACES = st.tuples(st.floats(-4.3, -3.7).map(lambda x: round(x, 4)), st.floats(121.7, 122.3).map(lambda x: round(x, 4)))


def test_every_area_is_reached_by_going_down_from_the_provinces() -> None:
    gazetteer = whole_gazetteer()

    reached, row = 0, list(gazetteer.children(None))
    while row:
        area = row.pop()
        inside = gazetteer.children(area.code)
        assert all(inner.parent == area.code and inner.level == area.level + 1 for inner in inside)
        assert gazetteer.area(area.code) == area
        reached += 1
        row.extend(inside)

    assert reached == len(gazetteer) == 91_599


def test_a_lineage_names_the_areas_around_from_the_province_down() -> None:
    names = [area.name for area in whole_gazetteer().lineage("74.71.01.1005")]

    assert names == ["Sulawesi Tenggara", "Kota Kendari", "Mandonga", "Mandonga"]


@pytest.mark.parametrize(
    "code", ["", "7", "74.", "74.7", "74.71.01.105", "00", "74.99", "74.71.01.9999", "٧٤", "x" * 13]
)
def test_a_code_that_is_not_official_is_nothing(code: str) -> None:
    gazetteer = whole_gazetteer()

    assert gazetteer.area(code) is None
    assert gazetteer.children(code) == gazetteer.lineage(code) == ()


def test_an_area_that_was_dissolved_keeps_the_point_of_the_area_around_it() -> None:
    gazetteer = whole_gazetteer()

    assert gazetteer.point("74.71.99.1001") == gazetteer.point("74.71")
    assert gazetteer.point("00.01") is None


@pytest.mark.parametrize("written", ["Bau Bau", "bau-bau", "BAUBAU", "báu báu"])
def test_a_name_is_found_however_it_is_written(written: str) -> None:
    assert "74.72" in whole_gazetteer().named(written)


def test_a_name_finds_only_areas_of_that_name() -> None:
    gazetteer = whole_gazetteer()

    found = [gazetteer.area(code) for code in gazetteer.named("sido mulyo")]

    assert len(found) > 100
    assert {fold(area.name) for area in found if area} == {"sidomulyo"}


@given(villages=st.lists(PLACES, min_size=1, max_size=40, unique=True), here=PLACES)
def test_the_nearest_villages_are_those_found_by_measuring_all(
    villages: list[tuple[float, float]], here: tuple[float, float]
) -> None:
    gazetteer = small_gazetteer(villages)
    origin = Point(*here, "")

    found = [km for _, km in gazetteer.nearest(*here)]

    measured = heapq.nsmallest(3, (kilometres(origin, Point(*village, "")) for village in villages))
    assert found == pytest.approx([km for km in measured if km <= NEAREST_REACH_KM], rel=0.01, abs=0.01)


@given(lat=st.floats(-90, 90), lon=st.floats(-180, 180))
def test_no_place_on_earth_is_too_far_to_ask(lat: float, lon: float) -> None:
    assert all(km <= NEAREST_REACH_KM for _, km in whole_gazetteer().nearest(lat, lon))


@given(st.text())
def test_a_folded_name_is_plain_and_folds_no_further(text: str) -> None:
    folded = fold(text)

    assert folded.isascii()
    assert fold(folded) == folded


@given(st.text(alphabet="0123456789. ٣x", max_size=14))
def test_a_level_is_read_only_off_a_code(text: str) -> None:
    level = level_of(text)

    assert level is None or text.count(".") == level - 1


@pytest.mark.parametrize(
    ("codes", "complaint"),
    [
        (["74", "74.1"], "74.1' is not an area code"),
        (["74", "73"], "73 comes after 74; sort"),
        (["74", "74"], "74 comes after 74; sort"),
        (["74", "74.01.01"], "74.01.01 comes without 74.01 before it"),
        (["74", "74.01", "75.01"], "75.01 comes without 75 before it"),
    ],
)
def test_rows_that_do_not_belong_together_are_named(codes: list[str], complaint: str) -> None:
    rows = [AreaRow(code, "Contoh", -4.0, 122.0, "contoh") for code in codes]

    with pytest.raises(GazetteerError, match=complaint):
        build_gazetteer(rows)
