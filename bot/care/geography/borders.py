"""Know the land of the neighbouring countries where it comes close to an Indonesian village."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

_AROUND = ((0.0, 0.0), (0.018, 0.0), (-0.018, 0.0), (0.0, 0.018), (0.0, -0.018))


@dataclass(frozen=True, slots=True)
class Borders:
    """Closed lines around land abroad, each as (latitude, longitude); exact to about two kilometres."""

    rings: tuple[tuple[tuple[float, float], ...], ...] = ()

    def is_abroad(self, lat: float, lon: float) -> bool:
        """Tell whether a place lies on land abroad, near the border; far from any village it is not known here."""
        crossed = sum(_crosses_northwards(ring, lat, lon) for ring in self.rings)
        return crossed % 2 == 1

    def is_near_abroad(self, lat: float, lon: float) -> bool:
        """Tell whether land abroad lies within about two kilometres of a place."""
        return any(self.is_abroad(lat + north, lon + east) for north, east in _AROUND)


NO_BORDERS = Borders()


def parse_borders(lines: Iterable[str]) -> Borders:
    """Read the table of rings.  Raises ValueError at a line that is not ring,lat,lon."""
    rings: dict[str, list[tuple[float, float]]] = {}
    read = iter(lines)
    if next(read, "").strip() != "ring,lat,lon":
        raise ValueError("the first line is not ring,lat,lon")
    for line in read:
        ring, lat, lon = line.split(",")
        rings.setdefault(ring, []).append((float(lat), float(lon)))
    return Borders(tuple((*ring, ring[0]) for ring in rings.values()))


def _crosses_northwards(ring: tuple[tuple[float, float], ...], lat: float, lon: float) -> int:
    """Count how often a line from the place to the north crosses the ring."""
    count = 0
    for (lat_one, lon_one), (lat_other, lon_other) in pairwise(ring):
        if (lon_one > lon) != (lon_other > lon):
            at = lat_one + (lon - lon_one) / (lon_other - lon_one) * (lat_other - lat_one)
            count += at > lat
    return count
