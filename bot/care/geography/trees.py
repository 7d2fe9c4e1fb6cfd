"""Spots on one island in boxes within boxes, so that the near ones are found without measuring all."""

import math
from collections.abc import Sequence
from typing import NamedTuple

from bot.care.geography.gazetteer import Point

_SPOTS_IN_A_LEAF = 8


class Box(NamedTuple):
    """The edges around some spots in degrees: their boxes, or when there are few the spots themselves.

    A tuple, because a search opens dozens of them.  `spots`: latitude, longitude and the number of each.
    """

    south: float
    north: float
    west: float
    east: float
    boxes: tuple["Box", ...]
    spots: tuple[tuple[float, float, int], ...]


def grow_trees(points: Sequence[Point]) -> dict[str, Box]:
    """Group points by island; each spot carries the place of its point in the sequence."""
    islands: dict[str, list[tuple[float, float, int]]] = {}
    for number, point in enumerate(points):
        islands.setdefault(point.island, []).append((point.lat, point.lon, number))
    return {island: _grow(spots) for island, spots in islands.items()}


def degrees_to(box: Box, lat: float, lon: float, shrink: float) -> float:
    """Measure how far a box is at least, in degrees of latitude; 0 from inside.

    `shrink`: the cosine of the latitude, by which a degree of longitude is shorter.
    """
    north = box.south - lat if lat < box.south else max(lat - box.north, 0.0)
    east = box.west - lon if lon < box.west else max(lon - box.east, 0.0)
    return math.hypot(north, east * shrink)


def _grow(spots: list[tuple[float, float, int]]) -> Box:
    latitudes, longitudes = [spot[0] for spot in spots], [spot[1] for spot in spots]
    edges = min(latitudes), max(latitudes), min(longitudes), max(longitudes)
    if len(spots) <= _SPOTS_IN_A_LEAF:
        return Box(*edges, (), tuple(spots))
    axis = 0 if edges[1] - edges[0] > edges[3] - edges[2] else 1
    ordered = sorted(spots, key=lambda spot: spot[axis])
    middle = len(ordered) // 2
    return Box(*edges, (_grow(ordered[:middle]), _grow(ordered[middle:])), ())
