"""A grid over the map, so that what is near is found without measuring everything."""

import math
from collections.abc import Iterator

KM_PER_DEGREE = 111.195
DEGREE_PARTS = 10_000

_CELL_SIZE = DEGREE_PARTS // 5
_CELL_COLUMNS = 360 * DEGREE_PARTS // _CELL_SIZE


def cell_of(latitude: int, longitude: int) -> int:
    """Number the cell of a place, given in parts of a degree."""
    return latitude // _CELL_SIZE * _CELL_COLUMNS + longitude // _CELL_SIZE


def rings(lat: float, reach_km: float) -> Iterator[tuple[int, float]]:
    """Yield rings of cells with the kilometres within which the rings before have shown everything."""
    cell_km = KM_PER_DEGREE * _CELL_SIZE / DEGREE_PARTS * math.cos(math.radians(lat))
    ring_count = math.ceil(reach_km / max(cell_km, 1.0)) + 1
    return ((ring, (ring - 1) * cell_km) for ring in range(ring_count))


def cells_of_ring(centre: int, ring: int) -> Iterator[int]:
    """Yield the cells that lie this many steps around a cell."""
    for north in range(-ring, ring + 1):
        step = 1 if abs(north) == ring else 2 * ring
        for east in range(-ring, ring + 1, step):
            yield centre + north * _CELL_COLUMNS + east
