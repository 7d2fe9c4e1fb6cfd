"""Stores whose tables are there already: made once in a run, copied for every test."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import URL

from storage.migrate import Store, bring_up_to_date
from tests.surroundings.postgres import (
    FOLDER,
    alone,
    copy_database,
    drop_later,
    new_name,
    run_statement,
    running_server,
)

#: Makes the addresses of a data store and a key store.
NewStores = Callable[[], tuple[str, str]]


@pytest.fixture(params=["sqlite", "postgresql"])
def new_stores(request: pytest.FixtureRequest, tmp_path: Path) -> NewStores:
    """Run the test on both engines; every call makes two stores with tables and without rows."""
    if request.param == "sqlite":
        return lambda: (copy_sqlite(Store.DATA, tmp_path), copy_sqlite(Store.KEYS, tmp_path))
    return lambda: (_copy_postgresql(Store.DATA, request), _copy_postgresql(Store.KEYS, request))


def copy_sqlite(store: Store, folder: Path, name: str | None = None) -> str:
    """Put a store with tables into a folder and return its address."""
    path = folder / (name or f"{new_name()}.db")
    shutil.copy(_sqlite_template(store), path)
    path.chmod(0o600)
    return f"sqlite:///{path}"


def _sqlite_template(store: Store) -> Path:
    folder = Path(os.environ[FOLDER])
    template = folder / f"template-{store}.db"
    with alone(folder / f"lock-{store}"):
        if not template.exists():
            fresh = folder / f"fresh-{store}.db"
            bring_up_to_date(store, f"sqlite:///{fresh}")
            fresh.rename(template)
    return template


def _copy_postgresql(store: Store, request: pytest.FixtureRequest) -> str:
    server = running_server()
    name = f"singgah_test_{new_name()}"
    copy_database(server, _postgresql_template(server, store), name)
    drop_later(request, server, name)
    return server.set(database=name).render_as_string(hide_password=False)


def _postgresql_template(server: URL, store: Store) -> str:
    name = f"singgah_template_{store}"
    with alone(Path(os.environ[FOLDER]) / f"lock-postgresql-{store}"):
        if not _exists(server, name):
            fresh = f"singgah_fresh_{store}"
            copy_database(server, "template0", fresh)
            bring_up_to_date(store, server.set(database=fresh).render_as_string(hide_password=False))
            run_statement(server, "ALTER DATABASE {} RENAME TO {}", fresh, name)
    return name


def _exists(server: URL, name: str) -> bool:
    address = server.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(address, autocommit=True) as connection:
        found = connection.execute(sql.SQL("SELECT 1 FROM pg_database WHERE datname = %s"), (name,))
        return found.fetchone() is not None
