"""Rank service units for a person by the time the way takes, and say why each is offered."""

import math
from bisect import insort
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, assert_never

from bot.care.geography.gazetteer import DISTRICT, REGENCY, VILLAGE, AreaCode, Gazetteer, Point, kilometres, level_of
from bot.care.geography.travel import LONGEST_MINUTES, SENSIBLE_MINUTES, Arrival, Journey, Travel, Way, round_minutes
from bot.care.units.unit import Open, OpensAt, Unit, UnitId, Unknown, local_time, opening
from bot.care.units.unitmap import UnitMap

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

# Reckoned in two ways, equal minutes may differ by as much.
_A_TIE = 1e-6
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
    """A unit as seen from where the person is; no `arrival` and an infinite `cost` where no way is known."""

    unit: Unit
    arrival: Arrival | None
    km: float
    cost: float
    nearness: int
    other_island: bool
    own_neighbourhood: bool

    @property
    def minutes(self) -> float:
        return math.inf if self.arrival is None else self.arrival.minutes


def rank(  # noqa: PLR0913 - the world, the place and what is wished
    units: UnitMap | Iterable[Unit],
    gazetteer: Gazetteer,
    travel: Travel,
    area_code: AreaCode,
    limit: int = 3,
    now: datetime | None = None,
    *,
    wanted: Callable[[Unit], bool] | None = None,
) -> tuple[Offer, ...]:
    """Offer the units that are easiest to reach from an area, best first; those without a known way come last.

    `units`: a UnitMap is searched, anything else is laid out as one first.  `now` is aware; None leaves opening hours
    out.  `wanted`: leaves out units, so that one map serves many wishes.
    A community unit of the person's own kecamatan is staffed by neighbours: it takes the last place at most,
    unless there is nothing else.  Empty when the area is unknown or no unit is active and wanted.
    """
    home = gazetteer.point(area_code)
    if home is None:
        return ()
    search = _Search(_map(units), home, area_code, travel, wanted)
    seen = search.reach(limit)
    if sum(not one.own_neighbourhood for one in seen) < limit:
        seen += search.list_others(seen)
    chosen = _keep_neighbours_last(sorted(seen, key=_order), limit)
    nearest = min((_distance(one) for one in seen if not one.own_neighbourhood), default=(0.0, 0.0))
    return tuple(_offer(one, search.journey, _reasons(one, area_code, nearest, now)) for one in chosen)


def is_enough(
    units: UnitMap | Iterable[Unit],
    gazetteer: Gazetteer,
    travel: Travel,
    area: AreaCode,
    *,
    wanted: Callable[[Unit], bool] | None = None,
) -> bool:
    """Tell whether no kecamatan need be asked for: all of a regency lead to the same unit, or none of it to a near one.

    A province is never enough: the ways inside it differ too much.  Nor is a regency with a community unit, because
    neighbours are recognised by their kecamatan.
    """
    choice = _map(units)
    candidates = [unit for unit in choice.active if wanted is None or wanted(unit)]
    neighbours = any(unit.kind == "ibm" and unit.area.startswith(area) for unit in candidates)
    if level_of(area) != REGENCY or not candidates or neighbours:
        return False
    led: set[UnitId] = set()
    far: list[tuple[AreaCode, Point]] = []
    for district in gazetteer.children(area):
        if home := gazetteer.point(district.code):
            near = _find_first(_Search(choice, home, district.code, travel, wanted, SENSIBLE_MINUTES))
            led |= near
            far += [] if near else [(district.code, home)]
        if len(led) > 1:
            return False
    return not led or all(led == _find_first(_Search(choice, home, code, travel, wanted)) for code, home in far)


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


class _Search:
    """Looks at units in the order of their minutes until no other can come among the best."""

    def __init__(
        self,
        units: UnitMap,
        home: Point,
        area_code: AreaCode,
        travel: Travel,
        wanted: Callable[[Unit], bool] | None,
        longest: int = LONGEST_MINUTES,
    ) -> None:
        self._units = units
        self._home = home
        self._area_code = area_code
        self._wanted = wanted
        self.journey = travel.leave(home, units.trees, longest)

    def reach(self, limit: int) -> list[_Seen]:
        """See enough of the units with a known way to know the best, with all neighbours between them."""
        seen: list[_Seen] = []
        costs: list[float] = []
        favours = self._favours()
        for arrival in self.journey:
            most_preferred = next(iter(favours.values()), 1.0)
            if len(costs) >= limit and arrival.minutes * most_preferred > costs[limit - 1] + _A_TIE:
                break
            favour = favours.pop(arrival.number, 1.0)
            unit = self._units.active[arrival.number]
            if self._wanted is None or self._wanted(unit):
                one = self._see(unit, arrival, arrival.minutes * favour)
                seen.append(one)
                if not one.own_neighbourhood:
                    insort(costs, one.cost)
        return seen

    def list_others(self, seen: list[_Seen]) -> list[_Seen]:
        """See the units that were not reached."""
        known = {one.unit.id for one in seen}
        others = (unit for unit in self._units.active if unit.id not in known)
        return [self._see(unit, None, math.inf) for unit in others if self._wanted is None or self._wanted(unit)]

    def _favours(self) -> dict[int, float]:
        favours = self._units.favours(self._area_code[:_REGENCY_CODE])
        if self._wanted is None:
            return dict(favours)
        return {number: favour for number, favour in favours.items() if self._wanted(self._units.active[number])}

    def _see(self, unit: Unit, arrival: Arrival | None, cost: float) -> _Seen:
        return _Seen(
            unit,
            arrival,
            kilometres(self._home, unit.point),
            cost,
            0 if _serves_regency(unit, self._area_code) else 1 if _serves_province(unit, self._area_code) else 2,
            self._home.island != unit.point.island,
            _is_own_neighbourhood(unit, self._area_code),
        )


def _find_first(search: _Search) -> set[UnitId]:
    return {one.unit.id for one in sorted(search.reach(1), key=_order)[:1]}


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
    way = None if seen.arrival is None else journey.way_to(seen.arrival)
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


def _map(units: UnitMap | Iterable[Unit]) -> UnitMap:
    return units if isinstance(units, UnitMap) else UnitMap(units)


def _is_own_neighbourhood(unit: Unit, area_code: AreaCode) -> bool:
    """Compare the kecamatan of both; a person known by regency only has none."""
    known = level_of(area_code) in {DISTRICT, VILLAGE}
    return unit.kind == "ibm" and known and unit.area[:_DISTRICT_CODE] == area_code[:_DISTRICT_CODE]


def _round_km(km: float) -> int:
    return max(round(km), 1) if km < _EXACT_BELOW_KM else round(km / 10) * 10
