"""Reckon how long the way to a place takes by land, bridge, ferry and boat."""

import heapq
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from operator import itemgetter
from typing import Literal, NamedTuple

from bot.care.geography.cells import KM_PER_DEGREE
from bot.care.geography.crossings import Crossing, CrossingKind, Port, Strait
from bot.care.geography.gazetteer import Point, kilometres
from bot.care.geography.trees import Box, degrees_to, grow_trees

LegKind = Literal["land"] | CrossingKind

#: Beyond this a way is no longer one that a person can be sent.
SENSIBLE_MINUTES = 8 * 60
#: Beyond this no way is looked for.
LONGEST_MINUTES = 48 * 60

# A road is half as long again as the straight line, and is travelled at 37.5 km/h: reported trips on Sulawesi,
# Muna and Buton took 1.5 to 3.1 minutes for a straight kilometre.
_LAND_MINUTES_PER_KM = 1.5 * 60 / 37.5
_SHORTEST_MINUTES = 5
_MINUTES_PER_DEGREE = _LAND_MINUTES_PER_KM * KM_PER_DEGREE

# Half of the time between two departures, as far as people do not simply come for the departure.
_WAITS = ((70, 15), (28, 45), (14, 75), (7, 120), (3, 240), (0, 420))

# No line is known: find somebody with a boat, then board, sail not quite straight at 15 km/h, and land.
_FIND_A_BOAT_MINUTES = 60
_BOARD_AND_LAND_MINUTES = 45
_BOAT_MINUTES_PER_KM = 1.15 * 60 / 15
_FAR_OUT_KM = 60

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


@dataclass(frozen=True, slots=True)
class Arrival:
    """One of the places asked about, by its number, with the minutes to it from door to door.

    `last_port`: the number of the port from which it is reached over land; `land_minutes`: how long that takes.
    """

    number: int
    minutes: float
    last_port: int
    land_minutes: float


@dataclass(frozen=True, slots=True)
class Sailing:
    """What sails from a port to the port of another number; `minutes` do not count the wait."""

    to: int
    kind: CrossingKind
    minutes: int
    wait: int


@dataclass(frozen=True, slots=True, eq=False)
class Travel:
    """All known crossings as a graph: ports, what sails from each, and the ports of each island."""

    ports: tuple[Port, ...]
    sailings: tuple[tuple["Sailing", ...], ...]
    ports_of: Mapping[str, Box]

    def leave(self, home: Point, places: Mapping[str, Box], longest: int = LONGEST_MINUTES) -> "Journey":
        """Set out for places, given as the tree of each island, for so many minutes at the longest."""
        return Journey(self, home, places, longest)

    def plan(self, home: Point, place: Point) -> Way | None:
        """Describe the way between two places; None where none is known."""
        journey = self.leave(home, grow_trees([place]))
        return next((journey.way_to(arrival) for arrival in journey), None)


class Journey:
    """All ways from one place at once: to iterate is to arrive at place after place, the soonest first.

    Ports and places, and the boxes that hold them, wait in one queue; a box waits with the minutes in which it can be
    reached at best.  So who needs the three nearest places pays for little more than these.  Over land one goes only
    from home and after every landing.
    """

    __slots__ = ("_arrived", "_came", "_longest", "_order", "_places", "_soonest", "_travel", "_waiting")

    def __init__(self, travel: Travel, home: Point, places: Mapping[str, Box], longest: int) -> None:
        self._travel = travel
        self._longest = longest
        self._places = places
        self._soonest: dict[int, float] = {}
        self._came: dict[int, tuple[int, Sailing | None]] = {}
        self._arrived: set[int] = set()
        self._waiting: list[_Entry] = []
        self._order = 0
        self._land(home, 0.0, _NOWHERE)

    def __iter__(self) -> Iterator[Arrival]:
        """Arrive at all places that have a known way."""
        while self._waiting:
            minutes, _, is_port, start, thing = heapq.heappop(self._waiting)
            if isinstance(thing, Box):
                self._open(start, thing, is_port=is_port)
            elif is_port:
                self._call_at(thing, minutes)
            elif thing not in self._arrived:
                self._arrived.add(thing)
                yield Arrival(thing, minutes, start.port, minutes - start.minutes)

    def way_to(self, arrival: Arrival) -> Way:
        """Describe the way to a place at which this journey has arrived."""
        legs = tuple(self._legs_to(arrival.last_port))
        return Way(
            max(round(arrival.minutes), _SHORTEST_MINUTES), (*legs, Leg("land", round(arrival.land_minutes), ""))
        )

    def _land(self, point: Point, minutes: float, port: int) -> None:
        start = _Start(point.lat, point.lon, math.cos(math.radians(point.lat)), minutes, port)
        for trees, is_port in ((self._travel.ports_of, True), (self._places, False)):
            if box := trees.get(point.island):
                self._wait(minutes, start, box, is_port=is_port)

    def _open(self, start: "_Start", box: Box, *, is_port: bool) -> None:
        lat, lon, shrink, minutes, port = start
        for inner in box.boxes:
            soonest = minutes + _MINUTES_PER_DEGREE * degrees_to(inner, lat, lon, shrink)
            self._wait(soonest, start, inner, is_port=is_port)
        for spot_lat, spot_lon, number in box.spots:
            reached = minutes + _MINUTES_PER_DEGREE * math.hypot(spot_lat - lat, (spot_lon - lon) * shrink)
            if is_port:
                self._reach(number, reached, start, (port, None))
            else:
                self._wait(reached, start, number, is_port=False)

    def _call_at(self, port: int, minutes: float) -> None:
        if minutes > self._soonest[port]:
            return
        start = _Start(0.0, 0.0, 0.0, minutes, port)
        if self._came[port][1] is not None:
            self._land(self._travel.ports[port].point, minutes, port)
        for sailing in self._travel.sailings[port]:
            self._reach(sailing.to, minutes + sailing.wait + sailing.minutes, start, (port, sailing))

    def _reach(self, port: int, minutes: float, start: "_Start", came: "tuple[int, Sailing | None]") -> None:
        if minutes < self._soonest.get(port, self._longest):
            self._soonest[port] = minutes
            self._came[port] = came
            self._wait(minutes, start, port, is_port=True)

    def _wait(self, minutes: float, start: "_Start", thing: Box | int, *, is_port: bool) -> None:
        if minutes <= self._longest:
            self._order += 1
            heapq.heappush(self._waiting, (minutes, self._order, is_port, start, thing))

    def _legs_to(self, port: int) -> Iterator[Leg]:
        if port == _NOWHERE:
            return
        before, sailing = self._came[port]
        yield from self._legs_to(before)
        name = self._travel.ports[port].name
        if sailing is not None:
            yield Leg(sailing.kind, sailing.minutes, name)
        else:
            start = self._soonest[before] if before != _NOWHERE else 0.0
            yield Leg("land", round(self._soonest[port] - start), name)


def build_travel(crossings: Iterable[Crossing], straits: Iterable[Strait]) -> Travel:
    """Build the graph; a strait between two islands that a known crossing joins is left out.

    So is a wide one where crossings and narrow straits lead: there nobody takes a small boat far out.
    """
    graph, islands = _Graph(), _Islands()
    joined: set[frozenset[str]] = set()
    for crossing in crossings:
        joined.add(islands.join(crossing.start.point.island, crossing.end.point.island))
        wait = 0 if crossing.kind == "bridge" else _wait(crossing.a_week)
        graph.join(crossing.start, crossing.end, crossing.kind, crossing.minutes, wait)
    for wide, strait in sorted(map(_measure, straits), key=itemgetter(0)):
        start, end = strait.start.point.island, strait.end.point.island
        if frozenset({start, end}) in joined or (wide > _FAR_OUT_KM and islands.are_joined(start, end)):
            continue
        if wide <= _FAR_OUT_KM:
            islands.join(start, end)
        sail = _BOARD_AND_LAND_MINUTES + _BOAT_MINUTES_PER_KM * wide
        graph.join(strait.start, strait.end, "boat", round(sail), _FIND_A_BOAT_MINUTES)
    return graph.finish()


def round_minutes(minutes: float) -> int:
    """Round to what the reckoning can bear: five minutes below an hour, half an hour above three."""
    step = 5 if minutes < 60 else 10 if minutes < 180 else 30  # noqa: PLR2004 - one hour, three hours
    return max(round(minutes / step) * step, _SHORTEST_MINUTES)


class _Start(NamedTuple):
    """From where one goes over land: home, or a port after landing.  `shrink`: the cosine of the latitude."""

    lat: float
    lon: float
    shrink: float
    minutes: float
    port: int


class _Islands:
    """Which islands lead to which others, one after another."""

    def __init__(self) -> None:
        self._together: dict[str, set[str]] = {}

    def join(self, one: str, other: str) -> frozenset[str]:
        together = self._together.get(one, {one}) | self._together.get(other, {other})
        self._together.update(dict.fromkeys(together, together))
        return frozenset({one, other})

    def are_joined(self, one: str, other: str) -> bool:
        return other in self._together.get(one, ())


_Entry = tuple[float, int, bool, _Start, Box | int]


class _Graph:
    """The graph while it is being built."""

    def __init__(self) -> None:
        self._numbers: dict[Port, int] = {}
        self._sailings: dict[int, list[Sailing]] = {}

    def join(self, start: Port, end: Port, kind: CrossingKind, minutes: int, wait: int) -> None:
        one, other = self._number(start), self._number(end)
        self._sailings.setdefault(one, []).append(Sailing(other, kind, minutes, wait))
        self._sailings.setdefault(other, []).append(Sailing(one, kind, minutes, wait))

    def finish(self) -> Travel:
        sailings = tuple(tuple(self._sailings[number]) for number in range(len(self._numbers)))
        return Travel(tuple(self._numbers), sailings, grow_trees([port.point for port in self._numbers]))

    def _number(self, port: Port) -> int:
        return self._numbers.setdefault(port, len(self._numbers))


def _measure(strait: Strait) -> tuple[float, Strait]:
    return kilometres(strait.start.point, strait.end.point), strait


def _wait(a_week: float) -> int:
    return next(minutes for least, minutes in _WAITS if a_week >= least)
