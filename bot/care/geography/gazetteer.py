"""The official areas of Indonesia in one compact table: names, points, parents and neighbours."""

import heapq
import math
import re
import unicodedata
import zlib
from bisect import bisect_left
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal, NewType

from bot.care.geography.borders import Borders
from bot.care.geography.cells import DEGREE_PARTS, KM_PER_DEGREE, cell_of, cells_of_ring, rings

AreaCode = NewType("AreaCode", str)
Level = Literal[1, 2, 3, 4]

PROVINCE: Final = 1
REGENCY: Final = 2
DISTRICT: Final = 3
VILLAGE: Final = 4
NEAREST_REACH_KM = 50.0

_LEVEL_OF_LENGTH: dict[int, Level] = {2: PROVINCE, 5: REGENCY, 8: DISTRICT, 13: VILLAGE}
_STEP_OF_LEVEL = {PROVINCE: 10**8, REGENCY: 10**6, DISTRICT: 10**4, VILLAGE: 1}
_EARTH_RADIUS_KM = 6371.0
_ROW_BITS = 20
_ROW_MASK = (1 << _ROW_BITS) - 1
_CODE = re.compile(r"[1-9]\d(?:\.\d\d(?:\.\d\d(?:\.\d{4})?)?)?", re.ASCII)
_TITLE = re.compile(r"^(?:(?:Kabupaten|Kota)(?: Administrasi)?|Daerah (?:Khusus Ibukota|Istimewa)) ")
_NOT_ALPHANUMERIC = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True)
class Area:
    """One official area; `level` is 1 province, 2 kabupaten or kota, 3 kecamatan, 4 desa or kelurahan."""

    code: AreaCode
    name: str
    level: Level
    parent: AreaCode | None


@dataclass(frozen=True, slots=True)
class Point:
    """A place in decimal degrees (WGS84); two points with the same `island` are joined by land."""

    lat: float
    lon: float
    island: str


class GazetteerError(ValueError):
    """The rows of the gazetteer are incomplete or out of order."""


#: How the numbers of each column lie in memory, as `struct` names it.
COLUMN_FORMATS: Final[Mapping[str, Literal["H", "I", "i", "Q", "q"]]] = {
    "keys": "Q",
    "name_ends": "I",
    "latitudes": "i",
    "longitudes": "i",
    "islands": "H",
    "rows_by_name": "Q",
    "rows_by_cell": "q",
}


@dataclass(frozen=True, slots=True, eq=False)
class Columns:
    """All areas in the order of their codes: 91,599 objects would cost ten times the memory.

    `names`: all in a row, each up to its end in `name_ends`.  `latitudes`, `longitudes`: in parts of a degree.
    `rows_by_name`, `rows_by_cell`: in order, a mark of the folded name or the cell with the row in its last bits.
    """

    names: str
    island_names: tuple[str, ...]
    keys: "memoryview[int]"
    name_ends: "memoryview[int]"
    latitudes: "memoryview[int]"
    longitudes: "memoryview[int]"
    islands: "memoryview[int]"
    rows_by_name: "memoryview[int]"
    rows_by_cell: "memoryview[int]"


@dataclass(frozen=True, slots=True, eq=False)
class Gazetteer:
    """All areas, what else they are called, and the land abroad."""

    columns: Columns
    nicknames: Mapping[str, tuple[AreaCode, ...]]
    borders: Borders

    def __len__(self) -> int:
        return len(self.columns.keys)

    def area(self, code: str) -> Area | None:
        """Look up an area by its official code (`74`, `74.71`, `74.71.01`, `74.71.01.1005`)."""
        row = self._row(code)
        return None if row is None else self._area_at(row)

    def children(self, code: str | None) -> tuple[Area, ...]:
        """List the areas directly inside `code`, in official order; None lists the provinces."""
        if code is None:
            return self._provinces()
        level = level_of(code)
        if level is None or level == VILLAGE or self._row(code) is None:
            return ()
        start = key_of(code)
        return tuple(self._areas_between(start + 1, start + _STEP_OF_LEVEL[level], level + 1))

    def lineage(self, code: str) -> tuple[Area, ...]:
        """List the area and those around it, province first; empty for an unknown code."""
        area = self.area(code)
        if area is None:
            return ()
        return (*(self.lineage(area.parent) if area.parent else ()), area)

    def point(self, code: str) -> Point | None:
        """Find where an area's people live; a code that is no longer official falls back to the area around it."""
        row = self._row(code)
        if row is not None:
            return self._point_at(row)
        around = parent_of(code)
        return self.point(around) if around else None

    def islands(self) -> frozenset[str]:
        """Name the islands that have areas."""
        return frozenset(self.columns.island_names)

    def named(self, name: str) -> tuple[AreaCode, ...]:
        """Find the areas of any level with this name, whatever its case, punctuation or spaces.

        `name` comes without `Kabupaten`, `Kota` and the like; nicknames count as names.
        """
        folded = fold(name)
        areas = (self._area_at(row) for row in _rows_marked(self.columns.rows_by_name, name_mark(folded)))
        official = (area.code for area in areas if fold(bare_name(area.name, area.level)) == folded)
        return tuple(dict.fromkeys((*official, *self.nicknames.get(folded, ()))))

    def nearest(self, lat: float, lon: float, limit: int = 3) -> tuple[tuple[Area, float], ...]:
        """Find the desa and kelurahan nearest to a place, with kilometres; none beyond 50 km."""
        found: list[tuple[float, int]] = []
        for ring, safe_km in rings(lat, NEAREST_REACH_KM):
            found = heapq.nsmallest(limit, found)
            if len(found) == limit and found[-1][0] <= safe_km:
                break
            found.extend(self._rows_in_ring(lat, lon, ring))
        nearest = heapq.nsmallest(limit, found)
        return tuple((self._area_at(row), km) for km, row in nearest if km <= NEAREST_REACH_KM)

    @lru_cache(maxsize=2)  # noqa: B019 - there is one for each process, and asked for whenever somebody names a place
    def _provinces(self) -> tuple[Area, ...]:
        return tuple(self._areas_between(0, 100 * _STEP_OF_LEVEL[PROVINCE], PROVINCE))

    def _row(self, code: str) -> int | None:
        if level_of(code) is None:
            return None
        key, keys = key_of(code), self.columns.keys
        row = bisect_left(keys, key)
        return row if row < len(keys) and keys[row] == key else None

    def _area_at(self, row: int) -> Area:
        code, ends = _code_of(self.columns.keys[row]), self.columns.name_ends
        start = ends[row - 1] if row else 0
        return Area(code, self.columns.names[start : ends[row]], _LEVEL_OF_LENGTH[len(code)], parent_of(code))

    def _point_at(self, row: int) -> Point:
        columns = self.columns
        lat, lon = columns.latitudes[row] / DEGREE_PARTS, columns.longitudes[row] / DEGREE_PARTS
        return Point(lat, lon, columns.island_names[columns.islands[row]])

    def _areas_between(self, start: int, end: int, level: int) -> Iterator[Area]:
        keys = self.columns.keys
        row = bisect_left(keys, start)
        while row < len(keys) and keys[row] < end:
            yield self._area_at(row)
            row = bisect_left(keys, keys[row] + _STEP_OF_LEVEL[level], row)

    def _rows_in_ring(self, lat: float, lon: float, ring: int) -> Iterator[tuple[float, int]]:
        shrink = math.cos(math.radians(lat))
        centre = cell_of(math.floor(lat * DEGREE_PARTS), math.floor(lon * DEGREE_PARTS))
        for cell in cells_of_ring(centre, ring):
            for row in _rows_marked(self.columns.rows_by_cell, cell_mark(cell)):
                north = self.columns.latitudes[row] / DEGREE_PARTS - lat
                east = (self.columns.longitudes[row] / DEGREE_PARTS - lon) * shrink
                yield KM_PER_DEGREE * math.hypot(north, east), row


def level_of(code: str) -> Level | None:
    """Read the level off a code; None when it is not written like a code."""
    return _LEVEL_OF_LENGTH[len(code)] if _CODE.fullmatch(code) else None


def parent_of(code: str) -> AreaCode | None:
    """Name the area around this one; None for a province."""
    return AreaCode(code.rpartition(".")[0]) or None


def bare_name(name: str, level: Level) -> str:
    """Drop `Kabupaten`, `Kota` and the titles of provinces, which people leave out."""
    return _TITLE.sub("", name) if level <= REGENCY else name


def fold(text: str) -> str:
    """Reduce a name to its lower-case letters and digits, so that Bau-Bau, bau bau and BAUBAU are one."""
    joined = text.lower().replace(" ", "")
    if joined.isascii() and joined.isalnum():
        return joined
    return _NOT_ALPHANUMERIC.sub("", unicodedata.normalize("NFKD", text).lower())


def key_of(code: str) -> int:
    """Turn a code into the number by which the columns are in order."""
    return int(code.replace(".", "").ljust(10, "0"))


def name_mark(folded: str) -> int:
    """Turn a folded name into the number by which areas are found; the row is added to it."""
    return zlib.crc32(folded.encode("ascii")) << _ROW_BITS


def cell_mark(cell: int) -> int:
    """Turn the number of a cell into the one by which the areas in it are found; the row is added to it."""
    return cell << _ROW_BITS


def kilometres(one: Point, other: Point) -> float:
    """Measure the straight line between two points."""
    lat, other_lat = math.radians(one.lat), math.radians(other.lat)
    half_north = math.sin((other_lat - lat) / 2) ** 2
    half_east = math.sin(math.radians(other.lon - one.lon) / 2) ** 2
    chord = half_north + math.cos(lat) * math.cos(other_lat) * half_east
    return 2 * _EARTH_RADIUS_KM * math.asin(math.sqrt(min(chord, 1.0)))


def _rows_marked(marked_rows: "memoryview[int]", mark: int) -> Iterator[int]:
    place = bisect_left(marked_rows, mark)
    end = bisect_left(marked_rows, mark + _ROW_MASK, place)
    return (marked & _ROW_MASK for marked in marked_rows[place:end])


def _code_of(key: int) -> AreaCode:
    province, regency, district, village = key // 10**8, key // 10**6 % 100, key // 10**4 % 100, key % 10**4
    parts = (f"{province:02}", regency and f"{regency:02}", district and f"{district:02}", village and f"{village:04}")
    return AreaCode(".".join(str(part) for part in parts if part))
