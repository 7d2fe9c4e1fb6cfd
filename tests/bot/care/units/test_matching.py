"""In which order units are offered, and the reasons given."""

from datetime import UTC, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.care.geography.gazetteer import AreaCode, Point
from bot.care.units.matching import FAR_AWAY_KM, Offer, are_about_as_far, is_enough, is_sensible, rank
from bot.care.units.unit import Span, Unit
from bot.care.units.unitmap import UnitMap
from tests.bot.care.geography import more_place_cases, outside_cases, place_cases
from tests.surroundings.geography import all_districts, real_travel, real_units, unit_at, whole_gazetteer

MANDONGA = AreaCode("74.71.01")
WEEKDAYS_8_TO_16 = (*[Span(time(8), time(16))] * 5, None, None)


def offered(units: list[Unit], area: str, limit: int = 3) -> list[str]:
    return [offer.unit.id for offer in rank(units, whole_gazetteer(), real_travel(), AreaCode(area), limit)]


def only_offer(unit: Unit, area: str = MANDONGA, now: datetime | None = None) -> Offer:
    (offer,) = rank([unit], whole_gazetteer(), real_travel(), AreaCode(area), now=now)
    return offer


def test_the_nearer_unit_is_offered_first() -> None:
    units = [unit_at("raha", "74.03.16.1008"), unit_at("kolaka", "74.01.04.1001"), unit_at("kendari", "74.71")]

    assert offered(units, "74.71.01") == ["kendari", "kolaka", "raha"]
    assert offered(units, "74.01.04") == ["kolaka", "kendari", "raha"]


def test_of_two_units_in_one_place_the_one_that_serves_the_regency_comes_first() -> None:
    units = [unit_at("a-province", "74.71", kind="bnnp"), unit_at("z-city", "74.71", serves=(AreaCode("74.71"),))]

    assert offered(units, "74.71.01") == ["z-city", "a-province"]


def test_of_two_units_in_one_place_the_one_of_the_province_comes_before_a_stranger() -> None:
    units = [unit_at("a-stranger", "74.71"), unit_at("z-province", "74.71", kind="bnnp")]

    assert offered(units, "74.05.01") == ["z-province", "a-stranger"]


def test_a_unit_that_serves_the_regency_wins_when_the_other_is_only_a_little_nearer() -> None:
    stranger = unit_at("stranger", "74.71", point=Point(-4.0, 122.0, "sulawesi"))
    serving = unit_at("serving", "74.71", point=Point(-4.0, 121.9, "sulawesi"), serves=(AreaCode("74.71"),))

    assert offered([stranger, serving], "74.71.01") == ["serving", "stranger"]
    assert "nearest" in rank([stranger, serving], whole_gazetteer(), real_travel(), MANDONGA)[1].reasons


def test_serving_the_regency_does_not_outweigh_a_much_shorter_way() -> None:
    units = [unit_at("far", "74.72", serves=(AreaCode("74.71"),)), unit_at("near", "74.71")]

    assert offered(units, "74.71.01") == ["near", "far"]


def test_a_community_unit_of_the_own_kecamatan_is_never_offered_first() -> None:
    neighbours = unit_at("ibm-warakas", "31.72.02.1007", kind="ibm")
    units = [neighbours, unit_at("bnn-jakut", "31.72.05.1003"), unit_at("bnn-tangerang", "36.71")]

    assert offered(units, "31.72.02") == ["bnn-jakut", "bnn-tangerang", "ibm-warakas"]
    assert "own_neighbourhood" in rank(units, whole_gazetteer(), real_travel(), AreaCode("31.72.02"))[-1].reasons
    assert offered(units, "31.72.05") == ["bnn-jakut", "ibm-warakas", "bnn-tangerang"]


def test_several_units_of_neighbours_leave_room_for_others() -> None:
    neighbours = [unit_at(f"ibm-{number}", f"31.72.02.100{number}", kind="ibm") for number in (1, 2, 3)]
    farther = [unit_at("bnn-tangerang", "36.71"), unit_at("bnn-serang", "36.73")]
    units = [*neighbours, unit_at("bnn-jakut", "31.72.05.1003"), *farther]

    shown = offered(units, "31.72.02")

    assert shown[:2] == ["bnn-jakut", "bnn-tangerang"]
    assert shown[2].startswith("ibm-")
    assert offered(units, "31.72.02", limit=1) == ["bnn-jakut"]


def test_neighbours_are_offered_when_there_is_nobody_else() -> None:
    assert offered([unit_at("ibm-warakas", "31.72.02.1007", kind="ibm")], "31.72.02") == ["ibm-warakas"]


def test_an_inactive_unit_is_not_offered() -> None:
    assert offered([unit_at("closed", "74.71", active=False)], "74.71.01") == []


def test_units_beyond_reach_are_still_offered_and_said_to_be_far() -> None:
    offer = only_offer(unit_at("kendari", "74.71"), "96.71.01")

    assert offer.km > FAR_AWAY_KM
    assert {"far_away", "other_island", "nearest"} <= set(offer.reasons)


def test_kilometres_are_no_more_exact_than_the_points() -> None:
    assert only_offer(unit_at("here", "74.71.01")).km == 1
    assert only_offer(unit_at("kolaka", "74.01.04.1001")).km % 10 == 0


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"serves": (AreaCode("74.71"),)}, "serves_your_regency"),
        ({"kind": "bnnp"}, "serves_your_province"),
        ({"kind": "ibm"}, "community_unit"),
        ({"accepts": ("outpatient",)}, "only_outpatient"),
        ({"accepts": ("inpatient",), "free": ()}, "only_inpatient"),
        ({"free": ()}, "ask_about_cost"),
    ],
)
def test_what_sets_a_unit_apart_is_a_reason(changes: dict[str, object], reason: str) -> None:
    plain = {"accepts": ("outpatient", "inpatient")}

    assert reason in only_offer(unit_at("special", "74.71", **(plain | changes))).reasons
    assert reason not in only_offer(unit_at("plain", "74.71", **plain)).reasons


@pytest.mark.parametrize(
    ("hours", "reason"),
    [(None, "ask_hours"), (WEEKDAYS_8_TO_16, "open_now"), ((None,) * 5 + WEEKDAYS_8_TO_16[:2], "opens_at")],
)
def test_hours_are_judged_by_the_clock_of_the_unit(hours: object, reason: str) -> None:
    ten_in_kendari_on_monday = datetime(2026, 11, 23, 2, tzinfo=UTC)

    assert only_offer(unit_at("kendari", "74.71", hours=hours), now=ten_in_kendari_on_monday).reasons[-1] == reason


def test_the_way_counts_and_not_the_straight_line() -> None:
    units = [unit_at("raha", "74.03.16.1008"), unit_at("kolaka", "74.01.04.1001")]
    rumbia = AreaCode("74.06.04")

    offers = rank(units, whole_gazetteer(), real_travel(), rumbia)

    assert [offer.unit.id for offer in offers] == ["kolaka", "raha"]
    assert offers[0].km > offers[1].km
    assert offers[0].minutes is not None
    assert offers[1].minutes is not None
    assert offers[0].minutes < offers[1].minutes


def test_a_unit_the_roads_run_to_wins_against_one_behind_the_mountains() -> None:
    units = [unit_at("kendari", "74.71"), unit_at("kolaka", "74.01.04.1001")]
    asinua = next(area.code for area in whole_gazetteer().children("74.02") if area.name == "Asinua")

    assert offered(units, asinua) == ["kolaka", "kendari"]
    units[0] = unit_at("kendari", "74.71", roads_from=(AreaCode("74.02"),))
    assert offered(units, asinua) == ["kendari", "kolaka"]


def test_without_a_known_way_the_nearer_unit_comes_first_and_is_not_sensible() -> None:
    units = [unit_at("kendari", "74.71"), unit_at("raha", "74.03.16.1008")]
    merauke = AreaCode("93.01.01")

    offers = rank(units, whole_gazetteer(), real_travel(), merauke)

    assert [offer.unit.id for offer in offers] == ["raha", "kendari"]
    assert [offer.minutes for offer in offers] == [None, None]
    assert "out_of_reach" in offers[0].reasons
    assert not is_sensible(offers[0])


def test_two_towns_about_as_far_are_noticed_and_two_units_of_one_town_are_not() -> None:
    towns = [unit_at("raha", "74.03.16.1008"), unit_at("baubau", "74.72.02.1003")]
    one_town = [unit_at("one", "74.71"), unit_at("two", "74.71")]
    kambowa = next(area.code for area in whole_gazetteer().children("74.10") if area.name == "Kambowa")

    assert are_about_as_far(rank(towns, whole_gazetteer(), real_travel(), kambowa))
    assert not are_about_as_far(rank(towns, whole_gazetteer(), real_travel(), AreaCode("74.72.04")))
    assert not are_about_as_far(rank(one_town, whole_gazetteer(), real_travel(), MANDONGA))
    assert not are_about_as_far(rank(one_town[:1], whole_gazetteer(), real_travel(), MANDONGA))


@pytest.mark.parametrize(
    ("area", "enough"), [("74.07", True), ("74.14", True), ("74.71", True), ("74.06", False), ("74", False)]
)
def test_a_regency_is_enough_where_all_of_it_leads_to_one_unit(area: str, *, enough: bool) -> None:
    answering = [unit for unit in real_units() if unit.takes_handoffs]

    assert is_enough(answering, whole_gazetteer(), real_travel(), AreaCode(area)) is enough
    assert not is_enough([], whole_gazetteer(), real_travel(), AreaCode(area))


def test_a_regency_from_which_nobody_is_near_is_enough() -> None:
    answering = [unit for unit in real_units() if unit.takes_handoffs]
    merauke = AreaCode("93.01")

    assert is_enough(answering, whole_gazetteer(), real_travel(), merauke)
    assert not is_sensible(rank(answering, whole_gazetteer(), real_travel(), merauke)[0])


def test_nearly_every_area_leads_to_a_fitting_unit() -> None:
    answering = UnitMap(unit for unit in real_units() if unit.takes_handoffs)
    cases = [*place_cases.AREAS, *place_cases.AREAS_HELD_OUT, *more_place_cases.AREAS, *outside_cases.UNITS]
    first = [
        rank(answering, whole_gazetteer(), real_travel(), AreaCode(area), limit=1)[0].unit.id in fitting.split()
        for areas, fitting in cases
        for area in areas.split()
    ]

    assert len(first) >= 100
    assert sum(first) / len(first) >= 0.97


def test_where_neighbours_may_answer_the_kecamatan_is_asked_for() -> None:
    units = [unit_at("kendari", "74.71"), unit_at("ibm-sanua", "74.71.05.1007", kind="ibm")]

    assert is_enough(units[:1], whole_gazetteer(), real_travel(), AreaCode("74.71"))
    assert not is_enough(units, whole_gazetteer(), real_travel(), AreaCode("74.71"))


def test_an_area_nobody_knows_gets_no_offer() -> None:
    assert rank(real_units(), whole_gazetteer(), real_travel(), AreaCode("00.01")) == ()


@given(area=st.sampled_from(all_districts()), limit=st.integers(1, 10))
def test_everywhere_as_many_units_as_asked_are_offered_and_neighbours_last(area: AreaCode, limit: int) -> None:
    offers = rank(real_units(), whole_gazetteer(), real_travel(), area, limit)

    assert len({offer.unit.id for offer in offers}) == limit
    assert all(offer.km >= 1 for offer in offers)
    neighbours = ["own_neighbourhood" in offer.reasons for offer in offers]
    assert neighbours == sorted(neighbours)
    assert not neighbours[0]


@pytest.mark.parametrize(
    ("area", "unit"),
    [
        ("74.71.01", "bnnk-kendari"),
        ("74.01.04", "bnnk-kolaka"),
        ("74.03.16", "bnnk-muna"),
        ("74.72.04", "bnnk-baubau"),
        ("74.14.06", "bnnk-baubau"),
        ("74.10.01", "bnnk-muna"),
        ("31.72.02", "bnnk-jakarta-utara"),
        ("36.71.11", "bnnk-kota-tangerang"),
        ("63.72.04", "bnnk-banjarbaru"),
    ],
)
def test_people_of_the_pilot_areas_are_offered_their_unit_first(area: str, unit: str) -> None:
    answering = [unit for unit in real_units() if unit.takes_handoffs]

    assert offered(answering, area)[0] == unit
