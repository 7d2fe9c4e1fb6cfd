"""What a person may wish of a unit, and what becomes of units about which nothing is known."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, time
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.care.geography.gazetteer import AreaCode
from bot.care.units.unit import Particulars, Span, Unit, UnitId
from bot.care.units.unitmap import UnitMap
from bot.care.units.wishes import Fitting, Search, Wanted, Wish, offer
from tests.surroundings.geography import real_travel, real_units, whole_gazetteer

#: Monday, ten o'clock in Kendari.
NOW = datetime(2026, 11, 23, 2, tzinfo=UTC)
KENDARI = AreaCode("74.71.02")
WEEK = (Span(time(8), time(16)),) * 5 + (None, None)
WISHES: tuple[Wish, ...] = get_args(Wish)


def unit(name: str, area: str = "74.71.02", **changes: object) -> Unit:
    model = next(one for one in real_units() if one.id == "bnnk-kendari")
    code = AreaCode(area)
    point = whole_gazetteer().point(code)
    assert point is not None
    placed = replace(model, id=UnitId(name), name=name, area=code, point=point, serves=(), roads_from=())
    return replace(placed, **changes)  # type: ignore[arg-type]  # each test names its own fields


def search(
    *units: Unit, said: Mapping[str, Particulars] | None = None, area: AreaCode = KENDARI, full: tuple[str, ...] = ()
) -> Search:
    return Search(
        UnitMap(units), lambda _: True, said or {}, whole_gazetteer(), real_travel(), area, NOW, frozenset(full)
    )


def ids(found: tuple[Fitting, ...]) -> list[str]:
    return [one.offer.unit.id for one in found]


def wanted(*wishes: Wish, avoided: str | None = None) -> Wanted:
    return Wanted(wishes, AreaCode(avoided) if avoided else None)


def test_units_that_say_so_come_first_then_those_that_do_not_say_and_a_no_is_left_out() -> None:
    said = {
        "far-yes": Particulars(women_counsellor=True),
        "near-no": Particulars(women_counsellor=False),
    }
    units = (unit("near-no"), unit("near-silent", "74.71.03"), unit("far-yes", "74.72.02"))

    found = offer(search(*units, said=said), wanted("women"))

    assert ids(found) == ["far-yes", "near-silent"]
    assert [one.unknown for one in found] == [(), ("women",)]


@pytest.mark.parametrize("service", ["youth", "family"])
def test_a_service_that_is_not_listed_is_unknown_until_the_unit_says_it_lacks_it(service: Wish) -> None:
    units = (unit("lists", accepts=("outpatient", service)), unit("silent"), unit("lacks"))
    said = {"lacks": Particulars(lacks=(service,))}  # type: ignore[arg-type]  # both are services

    found = offer(search(*units, said=said), wanted(service))

    assert ids(found) == ["lists", "silent"]
    assert found[1].unknown == (service,)


def test_a_unit_listed_for_inpatients_only_is_not_offered_to_who_wants_to_stay_at_home() -> None:
    units = (unit("stays", accepts=("inpatient",)), unit("visits", accepts=("outpatient",)))

    assert ids(offer(search(*units), wanted("outpatient"))) == ["visits"]
    assert ids(offer(search(*units), wanted("inpatient"))) == ["stays"]
    assert sorted(ids(offer(search(*units), wanted("outpatient", "inpatient")))) == ["stays", "visits"]


def test_free_is_judged_by_the_treatment_wished_for() -> None:
    mixed = unit("mixed", accepts=("outpatient", "inpatient"), free=("outpatient",))
    said = {"mixed": Particulars(paid=("inpatient",))}

    assert ids(offer(search(mixed, said=said), wanted("free"))) == ["mixed"]
    assert ids(offer(search(mixed, said=said), wanted("free", "outpatient"))) == ["mixed"]
    assert ids(offer(search(mixed, said=said), wanted("free", "inpatient"))) == []
    assert offer(search(unit("silent", free=())), wanted("free"))[0].unknown == ("free",)


def test_open_now_leaves_out_who_is_closed_and_keeps_whose_hours_are_unknown() -> None:
    closed = (None,) * 6 + (Span(time(8), time(9)),)
    units = (unit("closed", hours=closed), unit("asks"), unit("open", hours=WEEK))

    assert ids(offer(search(*units), wanted("open_now"))) == ["open", "asks"]


def test_a_limit_of_minutes_leaves_out_what_is_farther_and_what_has_no_known_way() -> None:
    units = (unit("here"), unit("over-the-sea", "74.72.02"), unit("up-the-road", "74.02.12"))

    assert ids(offer(search(*units), wanted("within_60"))) == ["here"]
    assert ids(offer(search(*units), wanted("within_60", "within_180"))) == ["here", "up-the-road"]
    assert ids(offer(search(*units, area=AreaCode("93.01.01")), wanted("within_180"))) == []


def test_a_region_to_avoid_holds_for_everything_inside_it() -> None:
    units = (unit("here"), unit("elsewhere", "74.72.02"))

    assert ids(offer(search(*units), wanted("elsewhere", avoided="74.71"))) == ["elsewhere"]
    assert ids(offer(search(*units), wanted("elsewhere", avoided="74"))) == []
    assert ids(offer(search(*units), wanted("elsewhere"))) == ["here", "elsewhere"]


def test_neighbours_stand_last_and_are_left_out_for_who_wishes_so() -> None:
    units = (unit("neighbours", kind="ibm"), unit("office", "74.72.02"))

    assert ids(offer(search(*units), wanted())) == ["office", "neighbours"]
    assert ids(offer(search(*units), wanted("no_neighbours"))) == ["office"]
    unplaced = offer(search(*units, area=AreaCode("74.71")), wanted("no_neighbours"))
    assert {str(one.offer.unit.id): one.unknown for one in unplaced}["neighbours"] == ("no_neighbours",)


def test_a_full_unit_stands_behind_one_about_as_far_but_not_behind_one_much_farther() -> None:
    units = (unit("a-full"), unit("b-near"), unit("c-far", "74.72.02"))

    assert ids(offer(search(*units, full=("a-full",)), wanted())) == ["b-near", "a-full", "c-far"]
    assert ids(offer(search(units[0], units[2], full=("a-full",)), wanted())) == ["a-full", "c-far"]


def test_the_nearest_of_those_that_fit_is_not_called_the_nearest() -> None:
    units = (unit("near", accepts=("outpatient",)), unit("far", "74.72.02", accepts=("inpatient",)))

    assert "nearest" in offer(search(*units), wanted())[0].offer.reasons
    assert "nearest" not in offer(search(*units), wanted("inpatient"))[0].offer.reasons


def test_closed_units_are_never_offered() -> None:
    assert offer(search(unit("closed", active=False)), wanted()) == ()


services = st.lists(st.sampled_from(["outpatient", "inpatient", "youth", "family"]), unique=True).map(tuple)
places = st.sampled_from(["74.71.02", "74.71.03", "74.72.02", "74.01.04", "31.72.05"])
particulars = st.builds(Particulars, st.sampled_from([None, True, False]), services, services)


@st.composite
def directories(draw: st.DrawFn) -> tuple[tuple[Unit, ...], dict[str, Particulars]]:
    count = draw(st.integers(0, 6))
    units = tuple(
        unit(
            f"unit-{number}",
            draw(places),
            kind=draw(st.sampled_from(["ibm", "bnnk"])),
            accepts=draw(services),
            hours=draw(st.sampled_from([None, WEEK])),
            active=draw(st.booleans()),
        )
        for number in range(count)
    )
    return units, {one.id: draw(particulars) for one in units}


@given(directories(), st.lists(st.sampled_from(WISHES), unique=True).map(tuple), st.sampled_from([None, "74.71", "31"]))
def test_more_wishes_never_bring_in_a_unit_that_fewer_leave_out(
    directory: tuple[tuple[Unit, ...], dict[str, Particulars]], wishes: tuple[Wish, ...], avoided: str | None
) -> None:
    units, said = directory
    everything = search(*units, said=said)

    some = set(ids(offer(everything, Wanted(wishes, AreaCode(avoided) if avoided else None), limit=10)))

    # Outpatient and inpatient together mean either, so taking one of them away narrows what fits.
    fewer = tuple(wish for wish in wishes[1:] if wishes[0] not in ("outpatient", "inpatient")) or wishes[:0]
    more = set(ids(offer(everything, Wanted(fewer, AreaCode(avoided) if avoided else None), limit=10)))
    assert some <= more
    assert some <= {one.id for one in units if one.active}


@given(directories(), st.lists(st.sampled_from(WISHES), unique=True).map(tuple))
def test_what_is_known_to_fit_stands_before_what_is_unknown_but_for_neighbours(
    directory: tuple[tuple[Unit, ...], dict[str, Particulars]], wishes: tuple[Wish, ...]
) -> None:
    units, said = directory

    found = offer(search(*units, said=said), Wanted(wishes), limit=10)

    strangers = [len(one.unknown) for one in found if "own_neighbourhood" not in one.offer.reasons]
    assert strangers == sorted(strangers)
    assert len(set(ids(found))) == len(found)
