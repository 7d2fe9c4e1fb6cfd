"""The slow way to rank: reckon the minutes to every unit over every port, then sort."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.care.geography.gazetteer import AreaCode, Gazetteer, Point, kilometres
from bot.care.geography.travel import Travel
from bot.care.units.unit import Unit

_LONGEST = 48 * 60
_MINUTES_PER_DEGREE = 1.5 * 60 / 37.5 * 111.195


@dataclass(frozen=True, slots=True)
class Reckoned:
    """A unit with its minutes, infinite where no way is known."""

    unit: Unit
    minutes: float
    cost: float
    own_neighbourhood: bool


def rank_exhaustively(
    units: Sequence[Unit], gazetteer: Gazetteer, travel: Travel, area: AreaCode, limit: int
) -> tuple[Reckoned, ...]:
    """Rank all units, with those of neighbours last."""
    home = gazetteer.point(area)
    if home is None:
        return ()
    landed = _reach_ports(travel, home)
    reckoned = [_reckon(unit, home, area, travel, landed) for unit in units if unit.active]

    def order(one: Reckoned) -> tuple[float, float, int, str]:
        serves = area[:5] in one.unit.serves
        nearness = 0 if serves else 1 if one.unit.kind == "bnnp" and one.unit.province == area[:2] else 2
        km = 0.0 if one.cost < math.inf else kilometres(home, one.unit.point)
        return one.cost, km, nearness, one.unit.id

    ordered = sorted(reckoned, key=order)
    others = [one for one in ordered if not one.own_neighbourhood]
    neighbours = [one for one in ordered[:limit] if one.own_neighbourhood]
    if not others or not neighbours:
        return tuple(ordered[:limit])
    return tuple((others[: max(limit - 1, 1)] + neighbours)[:limit])


def _reckon(unit: Unit, home: Point, area: AreaCode, travel: Travel, landed: Mapping[int, float]) -> Reckoned:
    ways = [
        minutes + _walk(travel.ports[port].point, unit.point)
        for port, minutes in landed.items()
        if travel.ports[port].point.island == unit.point.island
    ]
    if unit.point.island == home.island:
        ways.append(_walk(home, unit.point))
    soonest = min(ways, default=math.inf)
    minutes = soonest if soonest <= _LONGEST else math.inf
    favour = 1 / 3 if area[:5] in unit.roads_from else 0.8 if area[:5] in unit.serves else 1.0
    neighbour = unit.kind == "ibm" and len(area) >= len("74.71.01") and unit.area[:8] == area[:8]
    return Reckoned(unit, minutes, minutes * favour, neighbour)


def _reach_ports(travel: Travel, home: Point) -> dict[int, float]:
    """Reckon how soon every port is landed at from the sea, trying every edge again until nothing is sooner."""
    by_land = {port: _walk(home, travel.ports[port].point) for port in _ports_on(travel, home.island)}
    by_sea: dict[int, float] = {}
    changed = set(by_land)
    while changed:
        changed = _spread(travel, by_land, by_sea, changed)
    return by_sea


def _spread(travel: Travel, by_land: dict[int, float], by_sea: dict[int, float], changed: set[int]) -> set[int]:
    later: set[int] = set()
    for port in changed:
        now = min(by_land.get(port, math.inf), by_sea.get(port, math.inf))
        for sailing in travel.sailings[port]:
            if _lower(by_sea, sailing.to, now + sailing.wait + sailing.minutes):
                later.add(sailing.to)
        if port in by_sea:
            here = travel.ports[port].point
            later |= {
                other
                for other in _ports_on(travel, here.island)
                if other != port and _lower(by_land, other, by_sea[port] + _walk(here, travel.ports[other].point))
            }
    return later


def _lower(known: dict[int, float], port: int, minutes: float) -> bool:
    if minutes >= min(known.get(port, math.inf), _LONGEST):
        return False
    known[port] = minutes
    return True


def _ports_on(travel: Travel, island: str) -> list[int]:
    return [number for number, port in enumerate(travel.ports) if port.point.island == island]


def _walk(one: Point, other: Point) -> float:
    east = (other.lon - one.lon) * math.cos(math.radians(one.lat))
    return _MINUTES_PER_DEGREE * math.hypot(other.lat - one.lat, east)
