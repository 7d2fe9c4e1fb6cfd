"""Rank service units for a person by nearness, and say why each is offered."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, assert_never

from bot.care.gazetteer import DISTRICT, VILLAGE, AreaCode, Gazetteer, Point, kilometres, level_of
from bot.care.units import Open, OpensAt, Unit, Unknown, local_time, opening

ReasonId = Literal[
    "nearest",
    "serves_your_regency",
    "serves_your_province",
    "other_island",
    "far_away",
    "only_outpatient",
    "only_inpatient",
    "ask_about_cost",
    "community_unit",
    "own_neighbourhood",
    "open_now",
    "opens_at",
    "ask_hours",
]
Measure = Callable[[Point, Point], float]

FAR_AWAY_KM = 300

# A unit charged with the person's regency wins against one that is nearer by less than this share of the way.
_FAVOUR_OF_SERVING_THE_REGENCY = 0.8
_EXACT_BELOW_KM = 100
_PROVINCE_CODE, _REGENCY_CODE, _DISTRICT_CODE = len("74"), len("74.71"), len("74.71.01")


@dataclass(frozen=True, slots=True)
class Offer:
    """A unit to show to the person, with rounded straight-line kilometres (at least 1)."""

    unit: Unit
    km: int
    reasons: tuple[ReasonId, ...]


@dataclass(frozen=True, slots=True)
class _Way:
    """A unit as seen from where the person is."""

    unit: Unit
    km: float
    cost: float
    nearness: int
    other_island: bool
    own_neighbourhood: bool


def rank(
    units: Iterable[Unit],
    gazetteer: Gazetteer,
    area_code: AreaCode,
    limit: int = 3,
    now: datetime | None = None,
    measure: Measure = kilometres,
) -> tuple[Offer, ...]:
    """Offer the units that are easiest to reach from an area, best first.

    `now` is aware; None leaves opening hours out.  `measure` is the cost of the way that decides the order.
    A community unit of the person's own kecamatan is staffed by neighbours: it takes the last place at most,
    unless there is nothing else.  Empty when the area is unknown or no unit is active.
    """
    home = gazetteer.point(area_code)
    if home is None:
        return ()
    ways = [_way(unit, home, area_code, measure) for unit in units if unit.active]
    chosen = _keep_neighbours_last(sorted(ways, key=_order), limit)
    nearest_km = min((way.km for way in ways if not way.own_neighbourhood), default=0.0)
    return tuple(Offer(way.unit, _round_km(way.km), _reasons(way, area_code, nearest_km, now)) for way in chosen)


def _way(unit: Unit, home: Point, area_code: AreaCode, measure: Measure) -> _Way:
    serves_regency = _serves_regency(unit, area_code)
    favour = _FAVOUR_OF_SERVING_THE_REGENCY if serves_regency else 1.0
    nearness = 0 if serves_regency else 1 if _serves_province(unit, area_code) else 2
    return _Way(
        unit,
        kilometres(home, unit.point),
        measure(home, unit.point) * favour,
        nearness,
        home.island != unit.point.island,
        _is_own_neighbourhood(unit, area_code),
    )


def _order(way: _Way) -> tuple[float, int, str]:
    return (way.cost, way.nearness, way.unit.id)


def _keep_neighbours_last(ways: list[_Way], limit: int) -> list[_Way]:
    others = [way for way in ways if not way.own_neighbourhood]
    neighbours = [way for way in ways[:limit] if way.own_neighbourhood]
    if not others or not neighbours:
        return ways[:limit]
    first = others[: max(limit - 1, 1)]
    return (first + neighbours)[:limit]


def _reasons(way: _Way, area_code: AreaCode, nearest_km: float, now: datetime | None) -> tuple[ReasonId, ...]:
    unit = way.unit
    reasons: dict[ReasonId, bool] = {
        "nearest": way.km <= nearest_km and not way.own_neighbourhood,
        "serves_your_regency": _serves_regency(unit, area_code),
        "serves_your_province": _serves_province(unit, area_code),
        "other_island": way.other_island,
        "far_away": way.km > FAR_AWAY_KM,
        "only_outpatient": "outpatient" in unit.accepts and "inpatient" not in unit.accepts,
        "only_inpatient": "inpatient" in unit.accepts and "outpatient" not in unit.accepts,
        "ask_about_cost": not unit.free,
        "community_unit": unit.kind == "ibm",
        "own_neighbourhood": way.own_neighbourhood,
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
