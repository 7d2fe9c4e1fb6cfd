"""How a database is opened: addresses, SQLite settings, and which failures pass by themselves."""

import os
import sqlite3
from pathlib import Path

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.pool import ConnectionPoolEntry

from storage.errors import StorageError

_BUSY_MS = 5_000
#: For whoever comes after somebody has waited as long as that in vain.
_STILL_BUSY_MS = 1_000
_BRIEFLY_MS = 50
_STOPPED_MS = 10_000
_SYNCED, _UNSYNCED = "PRAGMA synchronous=FULL", "PRAGMA synchronous=NORMAL"
_SETTINGS = (
    f"PRAGMA busy_timeout={_BUSY_MS}",
    "PRAGMA foreign_keys=ON",
    "PRAGMA secure_delete=ON",
    "PRAGMA cell_size_check=ON",
    "PRAGMA trusted_schema=OFF",
    "PRAGMA temp_store=MEMORY",
    _SYNCED,
)
_WRITING = (*_SETTINGS, "PRAGMA journal_mode=WAL")
_READING = (*_SETTINGS, "PRAGMA query_only=ON")
# Rebuilding a table drops the old one, which with foreign keys on would delete the rows that point at it.
_MIGRATING = (*_WRITING, "PRAGMA foreign_keys=OFF")
# Serialization, deadlock, locks, cancelled, shut down, too few connections; then: disk full, out of memory,
# configuration limit, read-only (a standby, or a disk that went away), stopped for too long, I/O error.
_PASSING_SQLSTATES = frozenset({"40001", "40P01", "55P03", "57014", "57P01", "57P02", "57P03", "53300"}) | frozenset(
    {"53000", "53100", "53200", "53400", "25006", "25P03", "58030"}
)
# A row of that key is there already, or the one that is pointed at is not.
_COLLIDED_SQLSTATES = frozenset({"23505", "23503"})
_READ_ONLY_SQLSTATE, _READ_ONLY_SQLITE_CODE = "25006", 8
# Busy, locked, out of memory, read-only, I/O error, disk full, cannot open.
_PASSING_SQLITE_CODES = frozenset({5, 6, 7, 8, 10, 13, 14})


class UnusableAddress(StorageError):
    """A database address is neither an SQLite file nor PostgreSQL."""


class StoresNotApart(StorageError):
    """The key store is the same database as the data, so one copy takes both."""


def is_sqlite(engine: Engine) -> bool:
    """Tell whether the engine speaks to an SQLite file."""
    return engine.dialect.name == "sqlite"


def refuse_same_store(url: str, keystore_url: str) -> None:
    """Raise StoresNotApart when both addresses name one database."""
    if _identify(_parse(url)) == _identify(_parse(keystore_url)):
        raise StoresNotApart("the key store must be a database of its own; change [keys] store_url")


def open_writer(url: str) -> Engine:
    """Open the engine of the one writer; on SQLite it makes the file, readable by its owner only."""
    return _open(url, _WRITING, "BEGIN IMMEDIATE", 1)


def open_migrator(url: str) -> Engine:
    """Open an engine that may rebuild tables."""
    return _open(url, _MIGRATING, "BEGIN IMMEDIATE", 1)


def open_reader(url: str, connections: int) -> Engine:
    """Open an engine whose transactions are snapshots that can change nothing."""
    if _parse(url).get_backend_name() == "sqlite":
        return _open(url, _READING, "BEGIN", connections)
    return create_engine(
        _parse(url),
        hide_parameters=True,
        pool_size=connections,
        max_overflow=0,
        pool_pre_ping=True,
        isolation_level="REPEATABLE READ",
        execution_options={"postgresql_readonly": True},
    )


def begin(connection: Connection, *, is_synced: bool, is_busy: bool = False) -> None:
    """Begin a writer's transaction.

    `is_synced`: False when a loss of power may undo it, with nothing before it.  `is_busy`: whether somebody has just
    waited in vain for an SQLite file that is locked, so that this one need not wait as long.
    """
    if connection.dialect.name == "sqlite":
        _begin_sqlite(connection, is_synced=is_synced, is_busy=is_busy)
        return
    connection.begin()
    if not is_synced:
        connection.exec_driver_sql("SET LOCAL synchronous_commit = off")


def empty_journal(engine: Engine) -> bool:
    """Truncate SQLite's write-ahead log, which keeps what was deleted.

    Returns False when a reader in mid-snapshot or trouble with the file prevents it.
    """
    if not is_sqlite(engine):
        return True
    try:
        with engine.connect() as connection:
            return _checkpoint(connection)
    except (DBAPIError, sqlite3.Error):
        return False


def refuse_aborted(connection: Connection) -> None:
    """Raise what PostgreSQL says when a statement failed unnoticed; its answer to COMMIT would be a silent rollback."""
    if connection.dialect.name != "sqlite":
        connection.exec_driver_sql("SELECT 1")


def will_pass(failure: BaseException, *, reading: bool = False) -> bool:
    """Tell whether a failure comes from the circumstances (a deadlock, a full disk), not from the step itself.

    `reading`: a refusal to change anything is the fault of the step.
    """
    if not isinstance(failure, DBAPIError):
        return False
    sqlite_code = (getattr(failure.orig, "sqlite_errorcode", None) or 0) & 0xFF
    sqlstate = getattr(failure.orig, "sqlstate", None)
    if reading and (sqlite_code == _READ_ONLY_SQLITE_CODE or sqlstate == _READ_ONLY_SQLSTATE):
        return False
    is_away = failure.connection_invalidated or _finds_no_server(failure)
    return is_away or sqlstate in _PASSING_SQLSTATES or sqlite_code in _PASSING_SQLITE_CODES


def has_collided(failure: BaseException) -> bool:
    """Tell whether a step may have met what another process wrote after it had looked, and finds it if run again.

    On SQLite no step runs beside another, so there it is the fault of the step.
    """
    return isinstance(failure, DBAPIError) and getattr(failure.orig, "sqlstate", None) in _COLLIDED_SQLSTATES


def _finds_no_server(failure: DBAPIError) -> bool:
    """Tell whether PostgreSQL was not reached, or let nobody in: then there is no code, for it has said nothing."""
    return isinstance(failure, OperationalError) and getattr(failure.orig, "sqlstate", "") is None


def _begin_sqlite(connection: Connection, *, is_synced: bool, is_busy: bool) -> None:
    cursor = connection.connection.cursor()
    # Said each time, so that no transaction inherits it from one that failed.
    cursor.execute(_SYNCED if is_synced else _UNSYNCED)
    if not is_busy:
        connection.begin()
        return
    cursor.execute(f"PRAGMA busy_timeout={_STILL_BUSY_MS}")
    try:
        connection.begin()
    finally:
        cursor.execute(f"PRAGMA busy_timeout={_BUSY_MS}")


def _checkpoint(connection: Connection) -> bool:
    cursor = connection.connection.cursor()
    # Rather than hold up the writer for long, the caller tries again later.
    cursor.execute(f"PRAGMA busy_timeout={_BRIEFLY_MS}")
    try:
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        row = cursor.fetchone()
    finally:
        cursor.execute(f"PRAGMA busy_timeout={_BUSY_MS}")
        cursor.close()
    return row is not None and not row[0]


def _open(url: str, settings: tuple[str, ...], begin: str, connections: int) -> Engine:
    address = _parse(url)
    if address.get_backend_name() != "sqlite":
        # A process that is stopped in the middle of a step lets go of its locks, so that others can go on.
        options = f"-c idle_in_transaction_session_timeout={_STOPPED_MS}"
        return create_engine(
            address,
            hide_parameters=True,
            pool_size=connections,
            max_overflow=0,
            connect_args={} if "options" in address.query else {"options": options},
        )
    _make_private(Path(address.database or ""))
    # isolation_level None: the driver starts no transactions of its own, so that BEGIN IMMEDIATE is really ours.
    engine = create_engine(
        address,
        hide_parameters=True,
        pool_size=connections,
        max_overflow=0,
        connect_args={"isolation_level": None},
    )
    _set_up_sqlite(engine, settings, begin)
    return engine


def _set_up_sqlite(engine: Engine, settings: tuple[str, ...], begin: str) -> None:
    @event.listens_for(engine, "connect")
    def apply_settings(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
        cursor = connection.cursor()
        for setting in settings:
            cursor.execute(setting)
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin_transaction(connection: Connection) -> None:
        connection.exec_driver_sql(begin)


def _parse(url: str) -> URL:
    address = make_url(url)
    match address.get_backend_name():
        case "sqlite" if address.database not in {None, "", ":memory:"}:
            return address
        case "postgresql" | "postgres":
            return address.set(drivername="postgresql+psycopg")
        case _:
            raise UnusableAddress("a database address starts with sqlite:///FILE or postgresql://; change the setting")


def _identify(address: URL) -> tuple[str | int | None, ...]:
    if address.get_backend_name() == "sqlite":
        return (str(Path(address.database or "").resolve()),)
    return (address.host or str(address.query.get("host")), address.port, address.database)


def _make_private(path: Path) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
