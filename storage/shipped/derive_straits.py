"""Derive which desa face each other over the sea: `python -m storage.shipped.derive_straits`."""

import heapq
import math
import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from bot.care.geography.gazetteer import VILLAGE, Gazetteer
from storage.shipped.areas import STRAITS, load_gazetteer

#: Between two islands with this many desa there is a real line or none: nothing is invented.
LARGE_ISLAND_VILLAGES = 30

_NEIGHBOURS = 2
_CELL_DEGREES = 0.2
_MOST_RINGS = 20
_KM_PER_DEGREE = 111.195


class _Village(NamedTuple):
    code: str
    lat: float
    lon: float
    island: str


class _Facing(NamedTuple):
    """The shortest way found from one island to another."""

    km: float
    start: str
    end: str


@dataclass(frozen=True, slots=True)
class _Sea:
    """All villages by cell of a grid and by island."""

    by_cell: dict[tuple[int, int], list[_Village]]
    by_island: dict[str, list[_Village]]

    def is_large(self, island: str) -> bool:
        return len(self.by_island[island]) >= LARGE_ISLAND_VILLAGES


def derive_straits(gazetteer: Gazetteer) -> tuple[tuple[str, str], ...]:
    """Link every island to its two nearest and to its two nearest large islands, by their closest villages.

    Without the large ones, islets would link only to one another; two large islands are never linked.
    """
    sea = _chart(gazetteer)
    pairs: dict[frozenset[str], tuple[str, str]] = {}
    for island in sorted(sea.by_island):
        if sea.is_large(island):
            continue
        for other, facing in _chosen(sea, _facing(sea, island)):
            pairs.setdefault(frozenset({island, other}), (facing.start, facing.end))
    return tuple(sorted(pairs.values()))


def write_straits(gazetteer: Gazetteer, target: Path) -> int:
    """Write the table, always the same bytes for the same gazetteer; returns the rows written."""
    pairs = derive_straits(gazetteer)
    target.write_text("from,to\n" + "".join(f"{start},{end}\n" for start, end in pairs), encoding="utf-8")
    return len(pairs)


def _chart(gazetteer: Gazetteer) -> _Sea:
    by_cell: dict[tuple[int, int], list[_Village]] = defaultdict(list)
    by_island: dict[str, list[_Village]] = defaultdict(list)
    for village in _villages(gazetteer):
        by_cell[_cell(village)].append(village)
        by_island[village.island].append(village)
    return _Sea(by_cell, by_island)


def _villages(gazetteer: Gazetteer) -> Iterator[_Village]:
    waiting = list(gazetteer.children(None))
    while waiting:
        area = waiting.pop()
        point = gazetteer.point(area.code)
        if area.level == VILLAGE and point is not None:
            yield _Village(area.code, point.lat, point.lon, point.island)
        waiting.extend(gazetteer.children(area.code))


def _facing(sea: _Sea, island: str) -> dict[str, _Facing]:
    """Find the closest villages of the islands around, until enough large ones are surely among them."""
    found: dict[str, _Facing] = {}
    for ring in range(_MOST_RINGS):
        for village in sea.by_island[island]:
            _look_around(sea, village, ring, found)
        safe_km = ring * _CELL_DEGREES * _KM_PER_DEGREE * 0.98
        sure_large = sum(facing.km <= safe_km and sea.is_large(other) for other, facing in found.items())
        if sure_large >= _NEIGHBOURS and sum(facing.km <= safe_km for facing in found.values()) >= _NEIGHBOURS:
            break
    return found


def _look_around(sea: _Sea, village: _Village, ring: int, found: dict[str, _Facing]) -> None:
    row, column = _cell(village)
    for north in range(-ring, ring + 1):
        for east in range(-ring, ring + 1, 1 if abs(north) == ring else max(2 * ring, 1)):
            for other in sea.by_cell.get((row + north, column + east), ()):
                if other.island == village.island:
                    continue
                facing = _Facing(_km(village, other), village.code, other.code)
                found[other.island] = min(found.get(other.island, facing), facing)


def _chosen(sea: _Sea, found: dict[str, _Facing]) -> list[tuple[str, _Facing]]:
    nearest = heapq.nsmallest(_NEIGHBOURS, found.items(), key=lambda pair: pair[1])
    large = [pair for pair in found.items() if sea.is_large(pair[0])]
    return [*nearest, *heapq.nsmallest(_NEIGHBOURS, large, key=lambda pair: pair[1])]


def _cell(village: _Village) -> tuple[int, int]:
    return math.floor(village.lat / _CELL_DEGREES), math.floor(village.lon / _CELL_DEGREES)


def _km(one: _Village, other: _Village) -> float:
    east = (other.lon - one.lon) * math.cos(math.radians(one.lat))
    return _KM_PER_DEGREE * math.hypot(other.lat - one.lat, east)


if __name__ == "__main__":
    sys.stdout.write(f"{write_straits(load_gazetteer(), STRAITS)} straits written\n")
