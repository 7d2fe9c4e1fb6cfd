"""Derive the table of area points from a full gazetteer: `python -m storage.shipped.derive_points GAZETTEER`."""

import csv
import gzip
import io
import re
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from storage.shipped.areas import POINT_COLUMNS, POINTS, AreasUnreadable, read_official_names

COUNT_BY_LEVEL = {1: 38, 2: 514, 3: 7_285, 4: 83_762}

_COLUMNS = ("code", "name", "level", "parent", "lat", "lon", "island_id", "q")
_ISLAND = re.compile(r"[a-z0-9][a-z0-9-]*")
_SOUTH, _NORTH, _WEST, _EAST = -11.1, 6.2, 94.9, 141.1


class PointsRefused(ValueError):
    """The gazetteer given does not pass a check; nothing was written."""


@dataclass(frozen=True, slots=True)
class PointRow:
    """One line of the derived table, numbers still as they are written in the source."""

    code: str
    lat: str
    lon: str
    island: str
    quality: str


def derive_points(source: Path, target: Path) -> int:
    """Check the gazetteer and write its points, always the same bytes for the same source; returns the rows written.

    Raises PointsRefused naming the line and what is wrong with it.
    """
    rows = read_source(source)
    check_names(rows)
    target.write_bytes(pack(row for row, _ in rows))
    return len(rows)


def read_source(source: Path) -> tuple[tuple[PointRow, str], ...]:
    """Read and check the rows of a gazetteer, each with its official name, in the order of their codes."""
    with gzip.open(source, "rt", encoding="utf-8", newline="") as lines:
        reader = csv.reader(lines)
        if tuple(next(reader, ())) != _COLUMNS:
            raise PointsRefused(f"line 1: expected the columns {','.join(_COLUMNS)}")
        rows = [_checked(fields, f"line {reader.line_num}") for fields in reader]
    counted = Counter(row.code.count(".") + 1 for row, _ in rows)
    if counted != COUNT_BY_LEVEL:
        raise PointsRefused(f"rows by level are {dict(counted)}, expected {COUNT_BY_LEVEL}; is the source complete?")
    return tuple(sorted(rows, key=lambda pair: pair[0].code))


def check_names(rows: Iterable[tuple[PointRow, str]]) -> None:
    """Refuse a gazetteer whose codes or names differ from the official ones the service shows."""
    official = dict(read_official_names())
    for row, name in rows:
        if official.pop(row.code, None) != name:
            raise PointsRefused(f"{row.code} {name}: code or name differs from the official list; update both together")
    if official:
        raise PointsRefused(f"{next(iter(official))}: no point; update the gazetteer")


def pack(rows: Iterable[PointRow]) -> bytes:
    """Compress the table without a time stamp, so that an unchanged source changes no byte."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(POINT_COLUMNS)
    writer.writerows((row.code, row.lat, row.lon, row.island, row.quality) for row in rows)
    return gzip.compress(text.getvalue().encode(), compresslevel=9, mtime=0)


def main(arguments: Sequence[str]) -> int:
    """Run the derivation from the command line; 0 only when the table was written."""
    if len(arguments) != 1:
        sys.stderr.write("usage: python -m storage.shipped.derive_points GAZETTEER.csv.gz\n")
        return 2
    try:
        count = derive_points(Path(arguments[0]), POINTS)
    except (ValueError, AreasUnreadable, OSError) as error:
        sys.stderr.write(f"nothing written: {error}\n")
        return 1
    sys.stdout.write(f"{count} points written\n")
    return 0


def _checked(fields: list[str], where: str) -> tuple[PointRow, str]:
    if len(fields) != len(_COLUMNS):
        raise PointsRefused(f"{where}: {len(fields)} fields instead of {len(_COLUMNS)}")
    code, name, level, parent, lat, lon, island, quality = fields
    row = PointRow(code, lat, lon, island, quality)
    if code.count(".") + 1 != int(level) or code.rpartition(".")[0] != parent:
        raise PointsRefused(f"{where}: level or parent does not follow from code {code}")
    if not (_SOUTH <= float(lat) <= _NORTH and _WEST <= float(lon) <= _EAST):
        raise PointsRefused(f"{where}: {code} lies outside Indonesia at {lat}, {lon}; are the columns swapped?")
    if not _ISLAND.fullmatch(island) or quality not in {"0", "1", "2", "3", "4"}:
        raise PointsRefused(f"{where}: {code} has no readable island or quality")
    return row, name


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
