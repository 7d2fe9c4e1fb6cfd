"""Rank service units for a person by the time the way takes, and say why each is offered."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, assert_never

from bot.care.gazetteer import DISTRICT, REGENCY, VILLAGE, AreaCode, Gazetteer, Point, kilometres, level_of
from bot.care.travel import SENSIBLE_MINUTES, Journey, Travel, Way, round_minutes
from bot.care.units import Open, OpensAt, Unit, UnitId, Unknown, local_time, opening

ReasonId = Literal[
    "nearest",
    "serves_your_regency",
    "serves_your_province",
    "other_island",
    "far_away",
    "out_of_reach",
    "only_outpatient",
    "only_inpatient",
    "ask_about_cost",
    "community_unit",
    "own_neighbourhood",
    "open_now",
    "opens_at",
    "ask_hours",
]

FAR_AWAY_KM = 300

# A unit charged with the person's regency wins against one that is nearer by less than this share of the way.
_FAVOUR_OF_SERVING_THE_REGENCY = 0.8
# Mountains are invisible to a detour factor: where the directory says that the roads run to a unit, the others may
# look up to three times as near.
_FAVOUR_OF_THE_ROADS = 1 / 3
_ABOUT_AS_FAR = 1.25
_ABOUT_AS_FAR_MINUTES = 15
_ONE_TOWN_KM = 20
_EXACT_BELOW_KM = 100
_PROVINCE_CODE, _REGENCY_CODE, _DISTRICT_CODE = len("74"), len("74.71"), len("74.71.01")


@dataclass(frozen=True, slots=True)
class Offer:
    """A unit to show to the person.

    `km`: rounded, in a straight line, at least 1.  `minutes`: rounded, with waiting for boats; None, like `way`,
    where no way is known.
    """

    unit: Unit
    km: int
    minutes: int | None
    way: Way | None
    reasons: tuple[ReasonId, ...]


@dataclass(frozen=True, slots=True)
class _Seen:
    """A unit as seen from where the person is; infinite `minutes` where no way is known."""

    unit: Unit
    km: float
    minutes: float
    cost: float
    nearness: int
    other_island: bool
    own_neighbourhood: bool


def rank(
    units: Iterable[Unit],
    gazetteer: Gazetteer,
    travel: Travel,
    area_code: AreaCode,
    limit: int = 3,
    now: datetime | None = None,
) -> tuple[Offer, ...]:
    """Offer the units that are easiest to reach from an area, best first; those without a known way come last.

    `now` is aware; None leaves opening hours out.
    A community unit of the person's own kecamatan is staffed by neighbours: it takes the last place at most,
    unless there is nothing else.  Empty when the area is unknown or no unit is active.
    """
    home = gazetteer.point(area_code)
    if home is None:
        return ()
    journey = travel.leave(home)
    seen = [_see(unit, home, area_code, journey) for unit in units if unit.active]
    chosen = _keep_neighbours_last(sorted(seen, key=_order), limit)
    nearest = min((_distance(one) for one in seen if not one.own_neighbourhood), default=(0.0, 0.0))
    return tuple(_offer(one, journey, _reasons(one, area_code, nearest, now)) for one in chosen)


def is_enough(units: Iterable[Unit], gazetteer: Gazetteer, travel: Travel, area: AreaCode) -> bool:
    """Tell whether no kecamatan need be asked for, because all of a regency lead to the same unit.

    A province is never enough: the ways inside it differ too much.  Nor is a regency with a community unit, because
    neighbours are recognised by their kecamatan.
    """
    choice = [unit for unit in units if unit.active]
    if level_of(area) != REGENCY or any(unit.kind == "ibm" and unit.area.startswith(area) for unit in choice):
        return False
    first: UnitId | None = None
    for district in gazetteer.children(area):
        best = rank(choice, gazetteer, travel, district.code, limit=1)
        if not best or (first is not None and best[0].unit.id != first):
            return False
        first = best[0].unit.id
    return first is not None


def are_about_as_far(offers: Sequence[Offer]) -> bool:
    """Tell whether the first two offers lie in different towns, but about as far, so that their ways matter."""
    if len(offers) <= 1 or kilometres(offers[0].unit.point, offers[1].unit.point) < _ONE_TOWN_KM:
        return False
    first, second = offers[0].minutes, offers[1].minutes
    if first is None or second is None:
        return False
    return abs(second - first) <= max(_ABOUT_AS_FAR_MINUTES, (_ABOUT_AS_FAR - 1) * min(first, second))


def is_sensible(offer: Offer) -> bool:
    """Tell whether a person can be sent this way at all."""
    return offer.minutes is not None and offer.minutes <= SENSIBLE_MINUTES


def _see(unit: Unit, home: Point, area_code: AreaCode, journey: Journey) -> _Seen:
    minutes = journey.minutes_to(unit.point)
    reachable = math.inf if minutes is None else minutes
    return _Seen(
        unit,
        kilometres(home, unit.point),
        reachable,
        reachable * _favour(unit, area_code),
        0 if _serves_regency(unit, area_code) else 1 if _serves_province(unit, area_code) else 2,
        home.island != unit.point.island,
        _is_own_neighbourhood(unit, area_code),
    )


def _favour(unit: Unit, area_code: AreaCode) -> float:
    if area_code[:_REGENCY_CODE] in unit.roads_from:
        return _FAVOUR_OF_THE_ROADS
    return _FAVOUR_OF_SERVING_THE_REGENCY if _serves_regency(unit, area_code) else 1.0


def _order(seen: _Seen) -> tuple[float, float, int, str]:
    return (seen.cost, 0.0 if seen.cost < math.inf else seen.km, seen.nearness, seen.unit.id)


def _distance(seen: _Seen) -> tuple[float, float]:
    return (seen.minutes, 0.0 if seen.minutes < math.inf else seen.km)


def _keep_neighbours_last(ordered: list[_Seen], limit: int) -> list[_Seen]:
    others = [seen for seen in ordered if not seen.own_neighbourhood]
    neighbours = [seen for seen in ordered[:limit] if seen.own_neighbourhood]
    if not others or not neighbours:
        return ordered[:limit]
    first = others[: max(limit - 1, 1)]
    return (first + neighbours)[:limit]


def _offer(seen: _Seen, journey: Journey, reasons: tuple[ReasonId, ...]) -> Offer:
    way = journey.way_to(seen.unit.point)
    minutes = None if way is None else round_minutes(way.minutes)
    return Offer(seen.unit, _round_km(seen.km), minutes, way, reasons)


def _reasons(
    seen: _Seen, area_code: AreaCode, nearest: tuple[float, float], now: datetime | None
) -> tuple[ReasonId, ...]:
    unit = seen.unit
    reasons: dict[ReasonId, bool] = {
        "nearest": _distance(seen) <= nearest and not seen.own_neighbourhood,
        "serves_your_regency": _serves_regency(unit, area_code),
        "serves_your_province": _serves_province(unit, area_code),
        "other_island": seen.other_island,
        "far_away": seen.km > FAR_AWAY_KM,
        "out_of_reach": seen.minutes > SENSIBLE_MINUTES,
        "only_outpatient": "outpatient" in unit.accepts and "inpatient" not in unit.accepts,
        "only_inpatient": "inpatient" in unit.accepts and "outpatient" not in unit.accepts,
        "ask_about_cost": not unit.free,
        "community_unit": unit.kind == "ibm",
        "own_neighbourhood": seen.own_neighbourhood,
    }
    held = tuple(reason for reason, holds in reasons.items() if holds)
    return held if now is None else (*held, _opening_reason(unit, now))


def _opening_reason(unit: Unit, now: datetime) -> ReasonId:
    state = opening(unit, local_time(unit, now))
    match state:
        case Open():
            return "open_now"
        case OpensAt():
            return "opens_at"
        case Unknown():
            return "ask_hours"
        case _ as never:
            assert_never(never)


def _serves_regency(unit: Unit, area_code: AreaCode) -> bool:
    return area_code[:_REGENCY_CODE] in unit.serves


def _serves_province(unit: Unit, area_code: AreaCode) -> bool:
    return unit.kind == "bnnp" and unit.province == area_code[:_PROVINCE_CODE]


def _is_own_neighbourhood(unit: Unit, area_code: AreaCode) -> bool:
    """Compare the kecamatan of both; a person known by regency only has none."""
    known = level_of(area_code) in {DISTRICT, VILLAGE}
    return unit.kind == "ibm" and known and unit.area[:_DISTRICT_CODE] == area_code[:_DISTRICT_CODE]


def _round_km(km: float) -> int:
    return max(round(km), 1) if km < _EXACT_BELOW_KM else round(km / 10) * 10
