"""Reckon how long the way to a place takes by land, bridge, ferry and boat."""

import heapq
import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Literal

from bot.care.crossings import Crossing, CrossingKind, Port, Strait
from bot.care.gazetteer import Point, kilometres

LegKind = Literal["land"] | CrossingKind

#: Beyond this a way is no longer one that a person can be sent.
SENSIBLE_MINUTES = 8 * 60

# A road is half as long again as the straight line, and is travelled at 37.5 km/h: reported trips on Sulawesi,
# Muna and Buton took 1.5 to 3.1 minutes for a straight kilometre.
_LAND_MINUTES_PER_KM = 1.5 * 60 / 37.5
_SHORTEST_MINUTES = 5
_LONGEST_MINUTES = 48 * 60
_KM_PER_DEGREE = 111.195

# Half of the time between two departures, as far as people do not simply come for the departure.
_WAITS = ((70, 15), (28, 45), (14, 75), (7, 120), (3, 240), (0, 420))

# No line is known: find somebody with a boat, then board, sail not quite straight at 15 km/h, and land.
_FIND_A_BOAT_MINUTES = 60
_BOARD_AND_LAND_MINUTES = 45
_BOAT_MINUTES_PER_KM = 1.15 * 60 / 15

_NOWHERE = -1


@dataclass(frozen=True, slots=True)
class Leg:
    """One part of a way, to a port of this name; an empty name is where the way ends."""

    kind: LegKind
    minutes: int
    to: str


@dataclass(frozen=True, slots=True)
class Way:
    """A way from door to door.  `minutes` count the waiting for boats, those of the legs do not."""

    minutes: int
    legs: tuple[Leg, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Travel:
    """All known crossings as a graph: ports, what sails from each, and the ports of each island."""

    _ports: tuple[Port, ...]
    _sailings: tuple[tuple["_Sailing", ...], ...]
    _ports_of: dict[str, tuple[int, ...]]

    def leave(self, home: Point) -> "Journey":
        """Reckon how soon every port can be reached from a place."""
        journey = Journey(home, self._ports, self._ports_of)
        journey.spread(self._sailings)
        return journey


@dataclass(frozen=True, slots=True, eq=False)
class Journey:
    """What can be reached from one place.  Ports are numbers here, as in `Travel`."""

    home: Point
    _ports: tuple[Port, ...]
    _ports_of: dict[str, tuple[int, ...]]
    _minutes: dict[int, float] = field(default_factory=dict)
    _came: dict[int, tuple[int, "_Sailing | None"]] = field(default_factory=dict)
    _arrivals: dict[str, list[int]] = field(default_factory=dict)

    def minutes_to(self, place: Point) -> float | None:
        """Reckon the minutes to a place; None where no way is known."""
        minutes, _ = self._end(place)
        return minutes if minutes < math.inf else None

    def way_to(self, place: Point) -> Way | None:
        """Describe the way to a place; None where none is known."""
        minutes, last = self._end(place)
        if minutes == math.inf:
            return None
        legs = list(self._legs_to(last))
        on_land = minutes - (self._minutes[last] if last != _NOWHERE else 0)
        return Way(max(round(minutes), _SHORTEST_MINUTES), (*legs, Leg("land", round(on_land), "")))

    def spread(self, sailings: tuple[tuple["_Sailing", ...], ...]) -> None:
        """Reach port after port, the soonest first; over land only once after every landing."""
        waiting: list[tuple[float, int]] = []
        self._walk(waiting, 0.0, _NOWHERE)
        while waiting:
            minutes, port = heapq.heappop(waiting)
            if minutes > self._minutes[port]:
                continue
            came_by_sea = self._came[port][1] is not None
            if came_by_sea:
                self._arrivals.setdefault(self._ports[port].point.island, []).append(port)
                self._walk(waiting, minutes, port)
            for sailing in sailings[port]:
                self._reach(waiting, minutes + sailing.wait + sailing.minutes, sailing.to, (port, sailing))

    def _walk(self, waiting: list[tuple[float, int]], minutes: float, start: int) -> None:
        point = self.home if start == _NOWHERE else self._ports[start].point
        for port in self._ports_of.get(point.island, ()):
            if port != start:
                self._reach(waiting, minutes + _land_minutes(point, self._ports[port].point), port, (start, None))

    def _reach(
        self, waiting: list[tuple[float, int]], minutes: float, port: int, came: tuple[int, "_Sailing | None"]
    ) -> None:
        if minutes < min(self._minutes.get(port, math.inf), _LONGEST_MINUTES):
            self._minutes[port] = minutes
            self._came[port] = came
            heapq.heappush(waiting, (minutes, port))

    def _end(self, place: Point) -> tuple[float, int]:
        ends = [
            (self._minutes[port] + _land_minutes(self._ports[port].point, place), port)
            for port in self._arrivals.get(place.island, ())
        ]
        if place.island == self.home.island:
            ends.append((_land_minutes(self.home, place), _NOWHERE))
        soonest = min(ends, default=(math.inf, _NOWHERE))
        return soonest if soonest[0] <= _LONGEST_MINUTES else (math.inf, _NOWHERE)

    def _legs_to(self, port: int) -> Iterator[Leg]:
        if port == _NOWHERE:
            return
        before, sailing = self._came[port]
        yield from self._legs_to(before)
        name = self._ports[port].name
        if sailing is not None:
            yield Leg(sailing.kind, sailing.minutes, name)
        else:
            start = self._minutes[before] if before != _NOWHERE else 0.0
            yield Leg("land", round(self._minutes[port] - start), name)


def build_travel(crossings: Iterable[Crossing], straits: Iterable[Strait]) -> Travel:
    """Build the graph; a strait between two islands that a known crossing joins is left out."""
    graph = _Graph()
    joined: set[frozenset[str]] = set()
    for crossing in crossings:
        joined.add(frozenset({crossing.start.point.island, crossing.end.point.island}))
        wait = 0 if crossing.kind == "bridge" else _wait(crossing.a_week)
        graph.join(crossing.start, crossing.end, crossing.kind, crossing.minutes, wait)
    for strait in straits:
        if frozenset({strait.start.point.island, strait.end.point.island}) not in joined:
            sail = _BOARD_AND_LAND_MINUTES + _BOAT_MINUTES_PER_KM * kilometres(strait.start.point, strait.end.point)
            graph.join(strait.start, strait.end, "boat", round(sail), _FIND_A_BOAT_MINUTES)
    return graph.finish()


def round_minutes(minutes: float) -> int:
    """Round to what the reckoning can bear: five minutes below an hour, half an hour above three."""
    step = 5 if minutes < 60 else 10 if minutes < 180 else 30  # noqa: PLR2004 - one hour, three hours
    return max(round(minutes / step) * step, _SHORTEST_MINUTES)


@dataclass(frozen=True, slots=True)
class _Sailing:
    to: int
    kind: CrossingKind
    minutes: int
    wait: int


class _Graph:
    """The graph while it is being built."""

    def __init__(self) -> None:
        self._numbers: dict[Port, int] = {}
        self._sailings: dict[int, list[_Sailing]] = {}

    def join(self, start: Port, end: Port, kind: CrossingKind, minutes: int, wait: int) -> None:
        one, other = self._number(start), self._number(end)
        self._sailings.setdefault(one, []).append(_Sailing(other, kind, minutes, wait))
        self._sailings.setdefault(other, []).append(_Sailing(one, kind, minutes, wait))

    def finish(self) -> Travel:
        ports_of: dict[str, list[int]] = {}
        for port, number in self._numbers.items():
            ports_of.setdefault(port.point.island, []).append(number)
        sailings = tuple(tuple(self._sailings[number]) for number in range(len(self._numbers)))
        return Travel(tuple(self._numbers), sailings, {island: tuple(ports) for island, ports in ports_of.items()})

    def _number(self, port: Port) -> int:
        return self._numbers.setdefault(port, len(self._numbers))


def _wait(a_week: float) -> int:
    return next(minutes for least, minutes in _WAITS if a_week >= least)


def _land_minutes(one: Point, other: Point) -> float:
    north = other.lat - one.lat
    east = (other.lon - one.lon) * math.cos(math.radians(one.lat))
    return _LAND_MINUTES_PER_KM * _KM_PER_DEGREE * math.hypot(north, east)
