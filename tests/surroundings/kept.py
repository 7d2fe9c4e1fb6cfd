"""PostgreSQL databases that are emptied after a test and given to the next.

To copy a database and to drop it are two checkpoints and some hundred files each; to delete the rows of a test is
nearly nothing.  A database whose tables a test has changed is dropped, so that no test can leave another one surprised.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import URL

from storage.migrate import Store, bring_up_to_date
from tests.surroundings.postgres import FOLDER, alone, copy_database, new_name, run_statement, running_server

_PATIENCE_MS = 10_000
#: What was deleted stays in the files; a table that has grown to this many bytes would slow the next tests down.
_LARGE = 256 * 1024

_LET_GO = """
    SELECT pg_terminate_backend(pid, %s) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
_TABLES_IN_USE = """
    SELECT relname, pg_relation_size(oid) FROM pg_class
    WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND relname <> 'alembic_version'
    AND (pg_relation_size(oid) > 0 OR NOT relname = ANY(%s))
"""
# Everything a test could change, but rows: in every copy of a database the same things have the same numbers.
_SHAPE = """
    SELECT md5(string_agg(line, '|' ORDER BY line)) FROM (
        SELECT 'class' || (oid, relname, relkind, reloptions, relpersistence)::text AS line
            FROM pg_class WHERE oid > 16383
        UNION ALL SELECT 'column' || (attrelid, attname, atttypid, attnotnull, atthasdef, attisdropped)::text
            FROM pg_attribute WHERE attrelid > 16383
        UNION ALL SELECT 'default' || (oid, adbin)::text FROM pg_attrdef
        UNION ALL SELECT 'constraint' || (oid, conname, convalidated, confdeltype)::text
            FROM pg_constraint WHERE oid > 16383
        UNION ALL SELECT 'index' || (indexrelid, indisvalid)::text FROM pg_index WHERE indexrelid > 16383
        UNION ALL SELECT 'trigger' || (oid, tgenabled)::text FROM pg_trigger
        UNION ALL SELECT 'function' || (oid, proname)::text FROM pg_proc WHERE oid > 16383
        UNION ALL SELECT 'schema' || (oid, nspname)::text FROM pg_namespace WHERE oid > 16383
        UNION ALL SELECT 'statistics' || (starelid, staattnum)::text FROM pg_statistic WHERE starelid > 16383
        UNION ALL SELECT 'setting' || setconfig::text FROM pg_db_role_setting
            WHERE setdatabase = (SELECT oid FROM pg_database WHERE datname = current_database())
        UNION ALL SELECT 'revision' || version_num FROM alembic_version
    ) AS everything
"""


@dataclass(slots=True)
class KeptDatabases:
    """Databases with tables and without rows, of each store: some are free, the others belong to a test."""

    _free: dict[Store, list[str]] = field(default_factory=lambda: {store: [] for store in Store})
    _shapes: dict[Store, str] = field(default_factory=dict)

    @contextmanager
    def lend(self, store: Store) -> Iterator[str]:
        """Lend a database and give its address; afterwards whoever is still connected to it is sent away."""
        server = running_server()
        name = self._free[store].pop() if self._free[store] else self._copy(server, store)
        yield server.set(database=name).render_as_string(hide_password=False)
        if self._empty(server, store, name):
            self._free[store].append(name)
        else:
            _drop(server, name)

    def drop(self) -> None:
        """Drop what is free."""
        for names in self._free.values():
            while names:
                _drop(running_server(), names.pop())

    def _copy(self, server: URL, store: Store) -> str:
        name = f"singgah_test_{new_name()}"
        copy_database(server, _make_template(server, store), name)
        if store not in self._shapes:
            with _connect(server, name) as connection:
                self._shapes[store] = _read_shape(connection)
        return name

    def _empty(self, server: URL, store: Store, name: str) -> bool:
        """Delete every row and every table that is not ours; False when it is still not as it was."""
        with suppress(psycopg.Error), _connect(server, name) as connection:
            connection.execute(_LET_GO, (_PATIENCE_MS,))
            known = _list_tables(store)
            sizes: dict[str, int] = dict(connection.execute(_TABLES_IN_USE, (known,)).fetchall())
            for table in sizes.keys() - set(known):
                connection.execute(sql.SQL("DROP TABLE {} CASCADE").format(sql.Identifier(table)))
            for table in known:
                if table in sizes:
                    connection.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(table)))
            return max(sizes.values(), default=0) < _LARGE and _read_shape(connection) == self._shapes[store]
        return False


@pytest.fixture(scope="session")
def kept_databases() -> Iterator[KeptDatabases]:
    """Keep databases from one test to the next, and drop them after the last."""
    kept = KeptDatabases()
    yield kept
    kept.drop()


def _make_template(server: URL, store: Store) -> str:
    name = f"singgah_template_{store}"
    with alone(Path(os.environ[FOLDER]) / f"lock-postgresql-{store}"):
        if not _exists(server, name):
            fresh = f"singgah_fresh_{store}"
            copy_database(server, "template0", fresh)
            bring_up_to_date(store, server.set(database=fresh).render_as_string(hide_password=False))
            run_statement(server, "ALTER DATABASE {} RENAME TO {}", fresh, name)
    return name


def _drop(server: URL, name: str) -> None:
    run_statement(server, "DROP DATABASE {} WITH (FORCE)", name)


@cache
def _list_tables(store: Store) -> list[str]:
    """List our tables, children first, so that no row that is deleted takes another with it."""
    return [table.name for table in reversed(store.metadata.sorted_tables)]


def _connect(server: URL, name: str) -> psycopg.Connection:
    address = server.set(drivername="postgresql", database=name).render_as_string(hide_password=False)
    return psycopg.connect(address, autocommit=True, options=f"-c lock_timeout={_PATIENCE_MS}")


def _read_shape(connection: psycopg.Connection) -> str:
    row = connection.execute(_SHAPE).fetchone()
    assert row is not None
    return str(row[0])


def _exists(server: URL, name: str) -> bool:
    with _connect(server, server.database or "postgres") as connection:
        return connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,)).fetchone() is not None
