"""How long ways take, and which boats they use."""

import math
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.care.geography.crossings import Crossing, CrossingKind, Port, Strait
from bot.care.geography.gazetteer import Point
from bot.care.geography.travel import Leg, Travel, build_travel, round_minutes
from bot.care.geography.trees import grow_trees
from tests.surroundings.geography import real_travel, real_units, whole_gazetteer

KM = 1 / 111.195
HOME = Point(0.0, 120.0, "rumah")
HARBOUR = Port("Dermaga", Point(10 * KM, 120.0, "rumah"))
LANDING = Port("Seberang", Point(20 * KM, 120.0, "pulau"))
ISLET = Point(25 * KM, 120.0, "pulau")


def line(start: Port, end: Port, minutes: int = 30, a_week: float = 7, kind: CrossingKind = "ferry") -> Crossing:
    return Crossing(kind, start, end, minutes, a_week, "high", date(2026, 11, 21), "invented")


def minutes(travel: Travel, home: Point, place: Point) -> float | None:
    return next((arrival.minutes for arrival in travel.leave(home, grow_trees([place]))), None)


def test_on_one_island_the_way_is_two_and_a_half_minutes_a_kilometre() -> None:
    way = build_travel((), ()).plan(HOME, Point(100 * KM, 120.0, "rumah"))

    assert way is not None
    assert way.minutes == 240
    assert way.legs == (Leg("land", 240, ""),)


def test_the_way_over_the_sea_adds_the_wait_for_the_ferry() -> None:
    way = build_travel([line(HARBOUR, LANDING)], ()).plan(HOME, ISLET)

    assert way is not None
    assert way.minutes == 24 + 120 + 30 + 12
    assert way.legs == (Leg("land", 24, "Dermaga"), Leg("ferry", 30, "Seberang"), Leg("land", 12, ""))


@pytest.mark.parametrize(("a_week", "wait"), [(70, 15), (28, 45), (14, 75), (7, 120), (3, 240), (2, 420)])
def test_the_rarer_the_ferry_the_longer_the_wait(a_week: float, wait: int) -> None:
    travel = build_travel([line(HARBOUR, LANDING, a_week=a_week)], ())

    assert minutes(travel, HARBOUR.point, LANDING.point) == wait + 30


def test_nobody_waits_for_a_bridge() -> None:
    travel = build_travel([line(HARBOUR, LANDING, minutes=10, a_week=1_000, kind="bridge")], ())

    assert minutes(travel, HARBOUR.point, LANDING.point) == 10


def test_without_a_line_a_boat_is_asked_for() -> None:
    travel = build_travel((), [Strait(HARBOUR, LANDING)])

    assert minutes(travel, HARBOUR.point, LANDING.point) == pytest.approx(60 + 45 + 46, abs=1)


def test_where_a_line_is_known_no_boat_is_invented() -> None:
    travel = build_travel([line(HARBOUR, LANDING, minutes=600)], [Strait(HARBOUR, LANDING)])

    assert minutes(travel, HARBOUR.point, LANDING.point) == 600 + 120


def test_a_gulf_of_the_same_island_may_be_crossed() -> None:
    near, far = Port("Teluk", HOME), Port("Tanjung", Point(500 * KM, 120.0, "rumah"))

    way = build_travel([line(near, far, minutes=60)], ()).plan(HOME, far.point)

    assert way is not None
    assert way.minutes == 180
    assert [leg.kind for leg in way.legs] == ["land", "ferry", "land"]


def test_without_a_crossing_no_way_is_known() -> None:
    travel = build_travel((), ())

    assert minutes(travel, HOME, ISLET) is None
    assert travel.plan(HOME, ISLET) is None


def test_many_places_are_reached_in_the_order_of_their_minutes_and_each_once() -> None:
    places = [Point(north * KM, 120.0, "pulau" if north % 3 else "rumah") for north in range(60)]
    travel = build_travel([line(HARBOUR, LANDING), line(Port("Utara", HOME), Port("Timur", ISLET), minutes=200)], ())

    arrivals = list(travel.leave(HOME, grow_trees(places)))

    assert sorted(arrival.number for arrival in arrivals) == list(range(60))
    assert [arrival.minutes for arrival in arrivals] == sorted(arrival.minutes for arrival in arrivals)
    assert all(arrival.minutes == minutes(travel, HOME, places[arrival.number]) for arrival in arrivals)


@pytest.mark.parametrize(("exact", "rounded"), [(0, 5), (7, 5), (58, 60), (101, 100), (179, 180), (200, 210)])
def test_minutes_are_no_more_exact_than_the_reckoning(exact: float, rounded: int) -> None:
    assert round_minutes(exact) == rounded


PLACES = st.sampled_from(
    [
        area.code
        for regency in ("74.03", "74.06", "74.07", "74.10", "74.15", "31.01", "63.02")
        for area in whole_gazetteer().children(regency)
    ]
)


@given(home=PLACES, place=PLACES)
def test_the_way_back_takes_as_long_and_the_legs_add_up(home: str, place: str) -> None:
    start, end = whole_gazetteer().point(home), whole_gazetteer().point(place)
    assert start
    assert end

    there = minutes(real_travel(), start, end)
    back = minutes(real_travel(), end, start)
    way = real_travel().plan(start, end)

    assert (there is None) == (back is None) == (way is None)
    if there is not None and back is not None and way is not None:
        assert math.isclose(there, back, abs_tol=2)
        assert sum(leg.minutes for leg in way.legs) <= way.minutes + len(way.legs)


def test_a_shorter_way_over_a_third_place_is_not_missed() -> None:
    """The ways of Sulawesi Tenggara obey the triangle: going by way of a town is never sooner than going at once."""
    points = [point for regency in ("74.03", "74.06", "74.07") if (point := whole_gazetteer().point(regency))]
    units = [unit.point for unit in real_units() if unit.takes_handoffs and unit.province == "74"]

    for home in points:
        for town in units:
            for unit in units:
                one, other, at_once = (
                    minutes(real_travel(), home, town),
                    minutes(real_travel(), town, unit),
                    minutes(real_travel(), home, unit),
                )
                assert one is not None
                assert other is not None
                assert at_once is not None
                assert at_once <= one + other + 2


@pytest.mark.parametrize(
    ("area", "unit", "boats"),
    [
        ("74.07.01", "bnnk-baubau", ["fast"]),
        ("74.12.01", "bnnk-kendari", ["ferry"]),
        ("74.05.11", "bnnk-kendari", []),
        ("31.01.02", "bnnk-jakarta-utara", ["boat"]),
    ],
)
def test_the_boats_of_the_pilot_areas_are_known(area: str, unit: str, boats: list[str]) -> None:
    home = whole_gazetteer().point(area)
    assert home
    place = next(one.point for one in real_units() if one.id == unit)

    way = real_travel().plan(home, place)

    assert way is not None
    assert [leg.kind for leg in way.legs if leg.kind != "land"] == boats


def test_nobody_takes_a_small_boat_far_out_where_lines_run() -> None:
    between = Port("Tengah", Point(60 * KM, 120.0, "antara"))
    behind = Port("Belakang", Point(60 * KM, 120.0, "antara"))
    far = Port("Jauh", Point(100 * KM, 120.0, "jauh"))
    wide = Strait(HARBOUR, far)

    lined = build_travel([line(HARBOUR, between), line(behind, far)], [wide]).plan(HARBOUR.point, far.point)
    unlined = build_travel([line(HARBOUR, between)], [wide]).plan(HARBOUR.point, far.point)

    assert lined is not None
    assert unlined is not None
    assert [leg.kind for leg in lined.legs if leg.kind != "land"] == ["ferry", "ferry"]
    assert [leg.kind for leg in unlined.legs if leg.kind != "land"] == ["boat"]
