"""Offer units by what a person wishes of them; what the directory does not say about a unit is not a no."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal, assert_never

from bot.care.geography.gazetteer import DISTRICT, VILLAGE, AreaCode, Gazetteer, level_of
from bot.care.geography.travel import Travel
from bot.care.units import matching
from bot.care.units.unit import Open, OpensAt, Particulars, Service, Unit, Unknown, local_time, opening
from bot.care.units.unitmap import UnitMap

Wish = Literal[
    "women",
    "youth",
    "family",
    "free",
    "open_now",
    "outpatient",
    "inpatient",
    "within_60",
    "within_180",
    "no_neighbours",
    "elsewhere",
]

_WITHIN: Mapping[Wish, int] = {"within_60": 60, "within_180": 180}
# Who wishes for two ways of treatment takes either, and who names two limits the wider one.
_TREATMENT: tuple[Wish, ...] = ("outpatient", "inpatient")
#: Enough to find a few within reach: only a unit favoured for its roads or its regency stands above a nearer one.
_LOOKED_THROUGH = 30
#: So few units are laid out anew for a search; more are found soon enough among all of them.
_FEW = 60
_DISTRICT_CODE, _REGENCY_CODE = len("74.71.01"), len("74.71")
_ABOUT_AS_FAR, _ABOUT_AS_FAR_MINUTES = 0.25, 15
_UNHEARD_OF = Particulars()


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a person wishes.  `avoided`: the area they do not want to be sent to, which counts with `elsewhere`."""

    wishes: tuple[Wish, ...] = ()
    avoided: AreaCode | None = None


@dataclass(frozen=True, slots=True)
class Fitting:
    """A unit to show, and the wishes about which the directory does not say anything."""

    offer: matching.Offer
    unknown: tuple[Wish, ...]


@dataclass(frozen=True, slots=True)
class Search:
    """Where units are looked for, and when.

    `asked_of`: leaves out units before any wish.  `full`: ids of units that have no place this week.
    """

    units: UnitMap
    asked_of: Callable[[Unit], bool]
    particulars: Mapping[str, Particulars]
    gazetteer: Gazetteer
    travel: Travel
    area: AreaCode
    now: datetime
    full: frozenset[str] = frozenset()


def offer(search: Search, wanted: Wanted, limit: int = 3) -> tuple[Fitting, ...]:
    """Offer the units that are easiest to reach among those that fit: first those known to, then those that may.

    A full unit stands behind those about as far; neighbours of the person stand last.  Empty when none fits.
    """
    shown: list[Fitting] = []
    for units in _group(search, wanted) if wanted.wishes else [None]:
        if len(shown) < limit:
            found = _rank(search, wanted, units, limit)
            shown += _full_behind_equals([_fit(search, wanted, one) for one in found], search.full)
    return tuple(sorted(shown[:limit], key=lambda one: "own_neighbourhood" in one.offer.reasons))


def _group(search: Search, wanted: Wanted) -> list[list[Unit]]:
    """Sort the units that may fit by how many of the wishes are unknown of them, fewest first."""
    groups: dict[int, list[Unit]] = defaultdict(list)
    for unit in search.units.active:
        if search.asked_of(unit):
            verdicts = _verdicts(search, unit, wanted).values()
            if False not in verdicts:
                groups[sum(verdict is None for verdict in verdicts)].append(unit)
    return [groups[count] for count in sorted(groups)]


def _rank(search: Search, wanted: Wanted, units: list[Unit] | None, limit: int) -> list[matching.Offer]:
    """Rank some of the units; None for all that are asked of."""
    among, belongs = search.units, search.asked_of
    if units is not None and len(units) <= _FEW:
        among = UnitMap(units)
    elif units is not None:
        ids = {unit.id for unit in units}
        belongs = lambda unit: unit.id in ids  # noqa: E731 - one of two
    within = max((_WITHIN[wish] for wish in wanted.wishes if wish in _WITHIN), default=None)
    most = limit if within is None else max(limit, _LOOKED_THROUGH)
    found = matching.rank(among, search.gazetteer, search.travel, search.area, most, search.now, wanted=belongs)
    if within is not None:
        found = tuple(one for one in found if one.minutes is not None and one.minutes <= within)
    return [_say_less(one) for one in found] if wanted.wishes else list(found)


def _say_less(found: matching.Offer) -> matching.Offer:
    """Do not call the nearest of those that fit the nearest of all."""
    return replace(found, reasons=tuple(reason for reason in found.reasons if reason != "nearest"))


def _fit(search: Search, wanted: Wanted, found: matching.Offer) -> Fitting:
    return Fitting(found, _unknown(search, found.unit, wanted))


def _unknown(search: Search, unit: Unit, wanted: Wanted) -> tuple[Wish, ...]:
    return tuple(wish for wish, verdict in _verdicts(search, unit, wanted).items() if verdict is None)


def _full_behind_equals(ordered: list[Fitting], full: frozenset[str]) -> list[Fitting]:
    shown = list(ordered)
    for end in range(len(shown) - 1, 0, -1):
        for place in range(end):
            first, second = shown[place], shown[place + 1]
            if first.offer.unit.id in full and second.offer.unit.id not in full and _about_as_far(first, second):
                shown[place : place + 2] = [second, first]
    return shown


def _about_as_far(one: Fitting, other: Fitting) -> bool:
    first, second = one.offer.minutes, other.offer.minutes
    if first is None or second is None:
        return first is second
    return abs(second - first) <= max(_ABOUT_AS_FAR_MINUTES, _ABOUT_AS_FAR * min(first, second))


def _verdicts(search: Search, unit: Unit, wanted: Wanted) -> dict[Wish, bool | None]:
    """Say for each wish whether the unit fulfils it; None where the directory does not say."""
    verdicts = {wish: _verdict(search, unit, wanted, wish) for wish in wanted.wishes}
    if verdicts.keys() >= set(_TREATMENT):
        either = max(_TREATMENT, key=lambda wish: (verdicts[wish] is True, verdicts[wish] is None))
        verdicts = {wish: verdict for wish, verdict in verdicts.items() if wish == either or wish not in _TREATMENT}
    return verdicts


def _verdict(search: Search, unit: Unit, wanted: Wanted, wish: Wish) -> bool | None:  # noqa: C901, PLR0911 - one line per wish
    said = search.particulars.get(unit.id, _UNHEARD_OF)
    match wish:
        case "women":
            return said.women_counsellor
        case "youth" | "family":
            return _offers(unit, said, wish)
        case "outpatient" | "inpatient":
            return _treats(unit, said, wish)
        case "free":
            return _is_free(unit, said, wanted)
        case "open_now":
            return _is_open(unit, search.now)
        case "no_neighbours":
            return _is_no_neighbour(unit, search.area)
        case "elsewhere":
            return wanted.avoided is None or not unit.area.startswith(wanted.avoided)
        case "within_60" | "within_180":
            return True
        case _ as never:
            assert_never(never)


def _offers(unit: Unit, said: Particulars, service: Service) -> bool | None:
    return True if service in unit.accepts else False if service in said.lacks else None


def _treats(unit: Unit, said: Particulars, service: Service) -> bool | None:
    """Tell whether a way of treatment is offered; a unit listed for the other way only does not offer it."""
    listed_for_other = any(other in unit.accepts for other in _TREATMENT if other != service)
    offered = _offers(unit, said, service)
    return False if offered is None and listed_for_other else offered


def _is_free(unit: Unit, said: Particulars, wanted: Wanted) -> bool | None:
    """Tell whether the treatment wished for is free, or any service where none is."""
    asked: set[Service] = {service for service in unit.accepts if service in _TREATMENT and service in wanted.wishes}
    asked = asked or set(unit.accepts)
    if asked & set(unit.free):
        return True
    return False if asked and asked <= set(said.paid) else None


def _is_open(unit: Unit, now: datetime) -> bool | None:
    state = opening(unit, local_time(unit, now))
    match state:
        case Open():
            return True
        case OpensAt():
            return False
        case Unknown():
            return None
        case _ as never:
            assert_never(never)


def _is_no_neighbour(unit: Unit, area: AreaCode) -> bool | None:
    """Tell whether a unit is not staffed by neighbours; None where the person's kecamatan is not known."""
    if unit.kind != "ibm":
        return True
    if level_of(area) in {DISTRICT, VILLAGE}:
        return unit.area[:_DISTRICT_CODE] != area[:_DISTRICT_CODE]
    return None if unit.area.startswith(area[:_REGENCY_CODE]) else True
