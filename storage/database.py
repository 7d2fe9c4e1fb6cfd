"""The door to everything that is remembered: steps that write, steps that read."""

import asyncio
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from time import monotonic
from typing import TypeVar, cast

from sqlalchemy import Engine, select

from storage.engine.engines import open_reader, open_writer, refuse_same_store
from storage.engine.writer import Manner, Writer
from storage.errors import StorageError
from storage.keys.keyring import Keyring
from storage.keys.keystore import KeyStore
from storage.migrate import Store, bring_up_to_date
from storage.tables import clients, staff
from storage.transaction import Transactions, Work, read

__all__ = ["Database", "Work"]

T = TypeVar("T")

READING_THREADS = 4
_LOOK_SECONDS = 0.1


class KeysLost(StorageError):
    """The key store that belongs to the data is not there."""


class Database:
    """The data and the key store of one installation; belongs to the event loop it was opened on."""

    @classmethod
    async def open(
        cls,
        url: str,
        keystore_url: str,
        keyring: Keyring,
        clock: Callable[[], datetime],
        *,
        migrate: bool = True,
        random: Callable[[int], bytes] = os.urandom,
    ) -> "Database":
        """Open both stores, bringing their tables up to date.

        `clock` gives aware UTC times and is called on several threads. Raises StoresNotApart, UnusableAddress,
        SchemaTooNew, KeysLost, and KeyRetired or Unreadable when the keys do not fit the key store.
        """
        refuse_same_store(url, keystore_url)
        if migrate:
            await asyncio.to_thread(bring_up_to_date, Store.DATA, url)
            await asyncio.to_thread(bring_up_to_date, Store.KEYS, keystore_url)
        engines = _Engines(url, keystore_url)
        keys = KeyStore(engines.keys_writer, engines.keys_reader, keyring, random, monotonic)
        try:
            await asyncio.to_thread(keys.check)
            await asyncio.to_thread(_refuse_lost_keys, engines.reader, keys)
            await asyncio.to_thread(keys.register, clock().date())
        except BaseException:
            engines.dispose()
            raise
        return cls(engines, keys, clock, random)

    def __init__(
        self, engines: "_Engines", keys: KeyStore, clock: Callable[[], datetime], random: Callable[[int], bytes]
    ) -> None:
        """Start the threads; use `open` instead."""
        self._engines = engines
        self._keys = keys
        self._clock = clock
        self._random = random
        self._transactions = Transactions(engines.writer, keys, clock, random)
        self._writer = Writer(self._transactions.run)
        self._readers = ThreadPoolExecutor(READING_THREADS, thread_name_prefix="storage-reader")

    async def write(self, job: Callable[[Work], T]) -> T:
        """Run a step in a transaction and return its result once it is durable.

        Steps that wait at the same time share one commit; each sees what earlier ones wrote, and one that raises is
        undone alone. A step may be run again, when its batch fails or another process wrote while it looked, so it
        must have no effect outside `work`, and what it returns must not depend on `work` any more. Raises what the
        step raises, StoreUnavailable, CommitUnknown, Overloaded or Closed.
        """
        return cast("T", await self._writer.submit(job))

    async def write_unsynced(self, job: Callable[[Work], T]) -> T:
        """Run a step like `write`, but return before it is certain to outlive a loss of power.

        Such a loss may undo it, though never without undoing all that was written after it; a process that is killed
        undoes nothing.  It must not destroy a folder, whose key would be gone while its rows came back.
        """
        return cast("T", await self._writer.submit(job, Manner.UNSYNCED))

    async def write_along(self, job: Callable[[Work], T]) -> T:
        """Run a step like `write_unsynced`, in the commit of another step if there is one within ten milliseconds."""
        return cast("T", await self._writer.submit(job, Manner.ALONG))

    async def write_last(self, job: Callable[[Work], T]) -> T:
        """Run a step like `write`, but behind all others that share its commit, so that it sees what they wrote."""
        return cast("T", await self._writer.submit(job, Manner.LAST))

    async def finish_erasing(self, seconds: float) -> bool:
        """Wait until nothing erased here can be read from a key or a journal any more; False when it still can.

        A reader in mid-snapshot holds it up, in another process too.
        """
        for _ in range(max(1, round(seconds / _LOOK_SECONDS))):
            await self.write(lambda _: None)
            if not self._transactions.leaves_traces:
                return True
            await asyncio.sleep(_LOOK_SECONDS)
        return False

    async def read(self, job: Callable[[Work], T]) -> T:
        """Run a step on a snapshot that cannot change; it sees everything whose `write` has returned."""

        def step() -> object:
            return read(self._engines.reader, self._keys, job, self._clock(), self._random)

        return cast("T", await asyncio.get_running_loop().run_in_executor(self._readers, step))

    async def close(self) -> None:
        """Finish the steps that are waiting and let go of both stores."""
        await self._writer.close()
        await asyncio.to_thread(self._readers.shutdown)
        self._engines.dispose()


def _refuse_lost_keys(data: Engine, keys: KeyStore) -> None:
    """Raise KeysLost where data stand beside a new key store: each person would be taken for somebody new."""
    if not keys.is_new():
        return
    with data.connect() as connection:
        if any(connection.execute(select(table).limit(1)).first() for table in (clients, staff)):
            raise KeysLost("the key store is empty and the data are not; put back the key store that belongs to them")


class _Engines:
    def __init__(self, url: str, keystore_url: str) -> None:
        self.writer = open_writer(url)
        self.reader = open_reader(url, READING_THREADS)
        self.keys_writer = open_writer(keystore_url)
        self.keys_reader = open_reader(keystore_url, READING_THREADS + 1)

    def dispose(self) -> None:
        for engine in self._all():
            engine.dispose()

    def _all(self) -> tuple[Engine, ...]:
        return (self.writer, self.reader, self.keys_writer, self.keys_reader)
