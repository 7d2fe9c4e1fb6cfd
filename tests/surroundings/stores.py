"""Stores whose tables are there already: made once in a run, copied for every test."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from storage.migrate import Store, bring_up_to_date
from tests.surroundings.kept import KeptDatabases
from tests.surroundings.postgres import FOLDER, alone, new_name

#: Makes the addresses of a data store and a key store.
NewStores = Callable[[], tuple[str, str]]


@pytest.fixture
def new_postgresql_stores(kept_databases: KeptDatabases) -> Iterator[NewStores]:
    """Lend two stores with tables and without rows on PostgreSQL at every call."""
    with ExitStack() as lent:

        def lend(store: Store) -> str:
            return lent.enter_context(kept_databases.lend(store))

        yield lambda: (lend(Store.DATA), lend(Store.KEYS))


@pytest.fixture(params=["sqlite", "postgresql"])
def new_stores(request: pytest.FixtureRequest, tmp_path: Path) -> NewStores:
    """Run the test on both engines; every call makes two stores with tables and without rows."""
    if request.param == "sqlite":
        return lambda: (copy_sqlite(Store.DATA, tmp_path), copy_sqlite(Store.KEYS, tmp_path))
    make: NewStores = request.getfixturevalue("new_postgresql_stores")
    return make


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
