"""Read what an operator wants to import, and write the directory whole or not at all."""

import os
import re
import tempfile
from pathlib import Path

from bot.care.units.directory import UnitsError
from bot.care.units.sheets import Entry, Mistake, read_sheet
from storage.errors import StorageError
from storage.shipped.areas import read_directory

_ROW = re.compile(r"\s*\[\[\s*unit\s*\]\]")
_FIELD = re.compile(r"\s*([a-z_]+)\s*=")


class DirectoryNotWritten(StorageError):
    """The operator's directory could not be written; the one before it stands."""


def read_entries(file: Path) -> tuple[tuple[Entry, ...], tuple[Mistake, ...]]:
    """Read the rows of a .csv or .toml file, unjudged.  Raises UnitsError when there are none to be read."""
    try:
        if file.suffix.casefold() == ".csv":
            return read_sheet(_read_text(file))
        return _read_toml(file), ()
    except UnitsError as error:
        raise UnitsError(f"{file.name}: {error}") from error
    except RecursionError:
        raise UnitsError(f"{file.name}: lists within lists without end; see content/units.toml") from None


def write_directory(file: Path, text: str) -> None:
    """Write a directory beside the old one and put it in its place.  Raises DirectoryNotWritten."""
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, beside = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
        with os.fdopen(handle, "w", encoding="utf-8") as writing:
            writing.write(text)
            writing.flush()
            os.fsync(writing.fileno())
        Path(beside).replace(file)
    except OSError as error:
        raise DirectoryNotWritten(
            f"{file}: cannot be written ({error.strerror}); free the disk, then repeat"
        ) from error


def _read_text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise UnitsError(f"cannot be read ({error.strerror}); name another file") from error
    except UnicodeDecodeError as error:
        raise UnitsError(f"not UTF-8 at byte {error.start}; save it as CSV UTF-8") from error


def _read_toml(file: Path) -> tuple[Entry, ...]:
    document = read_directory(file)
    rows = document.get("unit")
    if set(document) != {"unit"} or not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise UnitsError("the file must hold rows that start with [[unit]] and nothing else; see content/units.toml")
    places = _find_lines(_read_text(file))
    lines = places if len(places) == len(rows) else [{"": 1}] * len(rows)
    return tuple(Entry(row, at) for row, at in zip(rows, lines, strict=True))


def _find_lines(text: str) -> list[dict[str, int]]:
    """Find where each row and each of its fields begins, from line 1."""
    rows: list[dict[str, int]] = []
    for number, line in enumerate(text.splitlines(), start=1):
        field = _FIELD.match(line)
        if _ROW.match(line):
            rows.append({"": number})
        elif rows and field:
            rows[-1].setdefault(field[1], number)
    return rows
