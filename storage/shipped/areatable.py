"""Keep the table of areas as it lies in memory, so that a start need not build it anew."""

import contextlib
import os
import sys
import tempfile
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path

import msgspec

from bot.care.geography.gazetteer import COLUMN_FORMATS, Columns

#: Name of the file in the data folder.
FILE = "areas.table"

_SEAL_BYTES = 32


class _Table(msgspec.Struct, array_like=True, frozen=True):
    names: str
    island_names: tuple[str, ...]
    columns: dict[str, memoryview]


def identify(parts: Iterable[bytes]) -> bytes:
    """Name the table that is built from these parts on a machine like this one."""
    mark = sha256(sys.byteorder.encode("ascii"))
    for part in parts:
        mark.update(sha256(part).digest())
    return mark.digest()


def open_table(file: Path, mark: bytes) -> Columns | None:
    """Open a table that was kept under this mark; None if there is none, another one, or a damaged one."""
    try:
        kept = memoryview(file.read_bytes())
    except OSError:
        return None
    body = kept[_SEAL_BYTES:]
    if kept[:_SEAL_BYTES] != _seal(mark, body):
        return None
    table = msgspec.msgpack.decode(body, type=_Table)
    columns = {name: table.columns[name].cast(form) for name, form in COLUMN_FORMATS.items()}
    return Columns(table.names, table.island_names, **columns)


def keep_table(file: Path, mark: bytes, columns: Columns) -> None:
    """Keep a table for the next start, whole or not at all; where nothing can be written none is kept."""
    held = {name: getattr(columns, name).cast("B") for name in COLUMN_FORMATS}
    body = msgspec.msgpack.encode(_Table(columns.names, columns.island_names, held))
    with contextlib.suppress(OSError):
        handle, beside = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
        try:
            with os.fdopen(handle, "wb") as writing:
                writing.writelines((_seal(mark, body), body))
            Path(beside).replace(file)
        finally:
            Path(beside).unlink(missing_ok=True)


def _seal(mark: bytes, body: bytes | memoryview) -> bytes:
    return sha256(mark + sha256(body).digest()).digest()
