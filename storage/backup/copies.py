"""A store as one SQLite file, whichever engine it lives on, made while the service goes on."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from sqlalchemy import Engine, func, insert, make_url, select, text

from storage.engine.engines import open_migrator, open_reader
from storage.errors import StorageError
from storage.migrate import Store, bring_up_to_date

_BUSY_S = 30.0
_ROWS_AT_ONCE = 1_000


class StoreMissing(StorageError):
    """There is no store at this address yet."""


class StoreNotUpToDate(StorageError):
    """The tables are not those of this release."""


class TargetNotEmpty(StorageError):
    """Where a copy is to go there is something already."""


def measure(url: str) -> int:
    """Measure how many bytes a store takes; raises StoreMissing."""
    address = make_url(url)
    if address.get_backend_name() == "sqlite":
        path = Path(address.database or "")
        if not path.exists():
            raise StoreMissing(f"{path} does not exist; start the service once, or name its settings with --config")
        return sum(part.stat().st_size for part in (path, Path(f"{path}-wal")) if part.exists())
    engine = open_reader(url, 1)
    try:
        with engine.connect() as connection:
            return int(connection.execute(text("SELECT pg_database_size(current_database())")).scalar_one())
    finally:
        engine.dispose()


def copy_out(store: Store, url: str, target: Path) -> None:
    """Write a snapshot of a store to a new SQLite file; neither waits for the writer nor holds it up."""
    address = make_url(url)
    if address.get_backend_name() == "sqlite":
        with closing(sqlite3.connect(address.database or "", timeout=_BUSY_S, isolation_level=None)) as connection:
            connection.execute("PRAGMA trusted_schema=OFF")
            connection.execute("VACUUM INTO ?", (str(target),))
        target.chmod(0o600)
        return
    bring_up_to_date(store, f"sqlite:///{target}")
    _refuse_old_tables(url, target)
    source, copy = open_reader(url, 1), open_migrator(f"sqlite:///{target}")
    _copy_rows(store, source, copy)


def copy_in(store: Store, source: Path, url: str) -> None:
    """Fill an empty database with what a SQLite file of this release holds; raises TargetNotEmpty."""
    bring_up_to_date(store, url)
    _refuse_filled(store, url)
    _copy_rows(store, open_reader(f"sqlite:///{source}", 1), open_migrator(url))


def describe(path: Path) -> tuple[str, dict[str, int]]:
    """Read the version of the tables of a SQLite file and how many rows each has."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        revision = connection.execute("SELECT version_num FROM alembic_version").fetchone()[0]
        names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
        tables = sorted(row[0] for row in names if row[0] != "alembic_version")
        # A name out of the catalogue of the file itself, quoted as SQL has it.
        counts = [connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in tables]  # noqa: S608
    return revision, dict(zip(tables, counts, strict=True))


def find_damage(path: Path) -> str | None:
    """Say what is wrong with a SQLite file; None when its pages, indexes and references hold."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        try:
            found = connection.execute("PRAGMA integrity_check(1)").fetchone()[0]
            if found != "ok":
                return f"integrity check: {found}"
            connection.execute("SELECT version_num FROM alembic_version").fetchone()
            broken = connection.execute("PRAGMA foreign_key_check").fetchone()
        except sqlite3.DatabaseError:
            return "it holds no store"
    return f"a row of {broken[0]} points at nothing" if broken else None


def settle(path: Path) -> None:
    """Fold the journal of a SQLite file into it, so that the file alone is the store, and wait for the disk."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode=DELETE")
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _refuse_filled(store: Store, url: str) -> None:
    engine = open_reader(url, 1)
    try:
        with engine.connect() as connection:
            for table in store.metadata.sorted_tables:
                if connection.execute(select(func.count()).select_from(table)).scalar_one():
                    raise TargetNotEmpty("the database holds rows already; name an empty one")
    finally:
        engine.dispose()


def _refuse_old_tables(url: str, target: Path) -> None:
    engine = open_reader(url, 1)
    try:
        with engine.connect() as connection:
            present = connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one()
    finally:
        engine.dispose()
    if present != describe(target)[0]:
        raise StoreNotUpToDate(f"the tables are at version {present}; start the service of this release once")


def _copy_rows(store: Store, source: Engine, target: Engine) -> None:
    try:
        with source.connect() as reading, reading.begin(), target.begin() as writing:
            for table in store.metadata.sorted_tables:
                rows = reading.execution_options(stream_results=True).execute(select(table)).mappings()
                for some in rows.partitions(_ROWS_AT_ONCE):
                    writing.execute(insert(table), [dict(row) for row in some])
    finally:
        source.dispose()
        target.dispose()
