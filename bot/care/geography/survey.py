"""Build the table of areas from rows, noticing what is missing or misplaced."""

from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from bot.care.geography.borders import NO_BORDERS, Borders
from bot.care.geography.cells import DEGREE_PARTS, cell_of
from bot.care.geography.gazetteer import (
    COLUMN_FORMATS,
    DISTRICT,
    REGENCY,
    VILLAGE,
    AreaCode,
    Columns,
    Gazetteer,
    GazetteerError,
    Level,
    bare_name,
    cell_mark,
    fold,
    key_of,
    level_of,
    name_mark,
)

_VILLAGE_DIGITS = 4


class AreaRow(NamedTuple):
    """One area with its point; a plain tuple will do as well, because 91,599 of them pass at the start."""

    code: str
    name: str
    lat: float
    lon: float
    island: str


def build_gazetteer(
    rows: Iterable[tuple[str, str, float, float, str]],
    nicknames: Mapping[str, tuple[AreaCode, ...]] = MappingProxyType({}),
    borders: Borders = NO_BORDERS,
) -> Gazetteer:
    """Build the table from rows as `AreaRow` in the order of their codes, parents before children.

    `nicknames`: folded names besides the official ones, each with the areas it can mean.
    Raises GazetteerError naming the code of a row that is malformed, misplaced or without the area around it.
    """
    return Gazetteer(build_columns(rows), nicknames, borders)


def build_columns(rows: Iterable[tuple[str, str, float, float, str]]) -> Columns:
    """Build the columns of the table as `build_gazetteer` does."""
    keys, name_ends = array(COLUMN_FORMATS["keys"]), array(COLUMN_FORMATS["name_ends"])
    latitudes, longitudes = array(COLUMN_FORMATS["latitudes"]), array(COLUMN_FORMATS["longitudes"])
    islands, cells = array(COLUMN_FORMATS["islands"]), array(COLUMN_FORMATS["rows_by_cell"])
    names: list[str] = []
    island_numbers: dict[str, int] = {}
    titled: dict[int, str] = {}
    latest, end = _Latest(), 0
    for number, (code, name, lat, lon, island) in enumerate(rows):
        level, key = latest.admit(code)
        keys.append(key)
        names.append(name)
        end += len(name)
        name_ends.append(end)
        latitudes.append(round(lat * DEGREE_PARTS))
        longitudes.append(round(lon * DEGREE_PARTS))
        islands.append(island_numbers.setdefault(island, len(island_numbers)))
        if level <= REGENCY:
            titled[number] = fold(bare_name(name, level))
        elif level == VILLAGE:
            cells.append(cell_mark(cell_of(latitudes[-1], longitudes[-1])) | number)
    named = (name_mark(name) | number for number, name in enumerate(_fold_all(names, titled)))
    return Columns(
        "".join(names),
        tuple(island_numbers),
        memoryview(keys),
        memoryview(name_ends),
        memoryview(latitudes),
        memoryview(longitudes),
        memoryview(islands),
        memoryview(array(COLUMN_FORMATS["rows_by_name"], sorted(named))),
        memoryview(array(COLUMN_FORMATS["rows_by_cell"], sorted(cells))),
    )


class _Latest:
    """The areas that surround the next row, so that a gap in the file is noticed where it is."""

    def __init__(self) -> None:
        self._code = ""
        self._district = ""
        self._district_key = 0

    def admit(self, code: str) -> tuple[Level, int]:
        number = code[9:]
        if code > self._code and code[:9] == self._district and len(number) == _VILLAGE_DIGITS and number.isdecimal():
            self._code = code
            return VILLAGE, self._district_key + int(number)
        return self._admit_slowly(code)

    def _admit_slowly(self, code: str) -> tuple[Level, int]:
        level = level_of(code)
        if level is None:
            raise GazetteerError(f"{code!r} is not an area code; derive the points again")
        if code <= self._code:
            raise GazetteerError(f"{code} comes after {self._code}; sort the rows by code")
        parent = code.rpartition(".")[0]
        if not self._code.startswith(parent):
            raise GazetteerError(f"{code} comes without {parent} before it; derive the points again")
        self._code, key = code, key_of(code)
        if level == DISTRICT:
            self._district, self._district_key = f"{code}.", key
        return level, key


def _fold_all(names: Sequence[str], titled: Mapping[int, str]) -> Iterator[str]:
    """Fold all names in one pass, which is four times as fast; `titled`: names already folded, without their titles."""
    folded = "\n".join(names).lower().replace(" ", "").split("\n")
    for number, name in enumerate(folded):
        if number in titled:
            yield titled[number]
        else:
            yield name if name.isascii() and name.isalnum() else fold(name)
