"""Real stores on both engines for the tests of what is remembered."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from storage.database import Database
from storage.keys.keyring import Keyring
from tests.storage.scratch import scratch
from tests.surroundings.stores import NewStores

START = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)


class TickingClock:
    """A clock that moves by one second each time it is read."""

    def __init__(self) -> None:
        self._now = START

    def __call__(self) -> datetime:
        """Move on and tell the time."""
        self._now += timedelta(seconds=1)
        return self._now


@dataclass(frozen=True, slots=True)
class Stores:
    """Two empty databases and the keys that belong to them."""

    url: str
    keystore_url: str
    keys_folder: Path
    data_folder: Path

    @property
    def keyring(self) -> Keyring:
        """The keys, as a new process would read them."""
        return Keyring.open(self.keys_folder, self.data_folder)

    async def open(self) -> Database:
        """Open the stores as a new process would."""
        return await Database.open(self.url, self.keystore_url, self.keyring, TickingClock())


@pytest.fixture
def stores(new_stores: NewStores, tmp_path: Path) -> Stores:
    """Name two stores without rows, on SQLite and on PostgreSQL."""
    return Stores(*new_stores(), tmp_path / "keys", tmp_path / "data")


@pytest.fixture
def sqlite_stores(new_sqlite: Callable[[], str], tmp_path: Path) -> Stores:
    """Name two empty stores on SQLite, for what is about its files."""
    return Stores(new_sqlite(), new_sqlite(), tmp_path / "keys", tmp_path / "data")


@pytest.fixture
def postgresql_stores(new_postgresql_stores: NewStores, tmp_path: Path) -> Stores:
    """Name two stores without rows on PostgreSQL, for what only several processes bring about."""
    return Stores(*new_postgresql_stores(), tmp_path / "keys", tmp_path / "data")


@pytest.fixture
async def database(stores: Stores) -> AsyncIterator[Database]:
    """Open two stores that hold only the scratch tables, on SQLite and on PostgreSQL."""
    opened = await stores.open()
    await opened.write(lambda work: scratch.create_all(work.data))
    yield opened
    await opened.close()


class SettableClock:
    """A clock that stands until a test moves it."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        """Tell the time."""
        return self.now

    def pass_time(self, **amount: float) -> None:
        """Let time pass, as `timedelta` counts it."""
        self.now += timedelta(**amount)


@pytest.fixture
def clock() -> SettableClock:
    """A clock for what depends on days and minutes."""
    return SettableClock()


@pytest.fixture
async def store(stores: Stores, clock: SettableClock) -> AsyncIterator[Database]:
    """Open two stores with all their tables, on SQLite and on PostgreSQL."""
    opened = await Database.open(stores.url, stores.keystore_url, stores.keyring, clock)
    yield opened
    await opened.close()
