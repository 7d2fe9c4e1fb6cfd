"""Our reminders at any size: rows that wait, filled in by the database itself, claimed and settled through storage."""

import contextlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from time import perf_counter

from sqlalchemy import text

from storage.casework import reminders
from storage.casework.reminders import Progress, Reminder
from storage.database import Database
from storage.engine.engines import open_migrator
from storage.keys.keyring import Keyring
from storage.transaction import Work

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
BATCH = 500
_DAY = 86_400
#: Nobody's rows, but as long as real ones; what is to come is spread over a year.
_FILL = {
    "sqlite": """
        WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < :count)
        INSERT INTO reminders (reminder_id, client_id, case_id, kind, slot, due_at, free_at, state, taken)
        SELECT randomblob(16), randomblob(16), randomblob(16), 'checkin_month', 'after_rehabilitation:20261122:' || n,
            due, due, 'waiting', 0
        FROM (SELECT n, (:first + abs(random()) % :spread) / 60 * 60 AS due FROM numbers)
    """,
    "postgresql": """
        INSERT INTO reminders (reminder_id, client_id, case_id, kind, slot, due_at, free_at, state, taken)
        SELECT uuid_send(gen_random_uuid()), uuid_send(gen_random_uuid()), uuid_send(gen_random_uuid()),
            'checkin_month', 'after_rehabilitation:20261122:' || n, due, due, 'waiting', 0
        FROM (
            SELECT n, (:first + floor(random() * :spread)::bigint) / 60 * 60 AS due FROM generate_series(1, :count) AS n
        ) AS occasions
    """,
}
#: The rows belong to nobody, so their references are not looked at while they are put in.
_UNCHECKED = {"sqlite": "PRAGMA foreign_keys=OFF", "postgresql": "SET session_replication_role = replica"}


class Pending:
    """A store with ever more reminders waiting."""

    def __init__(self, database: Database, url: str) -> None:
        """Measure in an open store."""
        self._database = database
        self._url = url

    def fill(self, count: int) -> None:
        """Add reminders that are due from tomorrow on."""
        self._add(count, NOW + timedelta(days=1), 365 * _DAY)

    def make_due(self, count: int) -> None:
        """Add reminders that are due now."""
        self._add(count, NOW - timedelta(hours=1), 3_000)

    async def idle(self) -> float:
        """Return the seconds of one look when nothing is due."""
        began = perf_counter()
        if await self._claim():
            raise AssertionError("something was due")
        return perf_counter() - began

    async def take(self) -> tuple[float, float]:
        """Claim and settle all that is due; return the seconds of a claim and of both, by row."""
        claimed: list[list[Reminder]] = []
        began = perf_counter()
        while some := await self._claim():
            claimed.append(some)
        middle = perf_counter()
        for some in claimed:
            await self._database.write(partial(_settle, some))
        rows = sum(map(len, claimed))
        return (middle - began) / rows, (perf_counter() - began) / rows

    async def _claim(self) -> list[Reminder]:
        return await self._database.write(partial(reminders.claim_due, most=BATCH))

    def _add(self, count: int, first: datetime, spread: int) -> None:
        engine = open_migrator(self._url)
        with engine.begin() as connection:
            connection.exec_driver_sql(_UNCHECKED[engine.dialect.name])
            values = {"count": count, "first": int(first.timestamp()), "spread": spread}
            connection.execute(text(_FILL[engine.dialect.name]), values)
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            if engine.dialect.name == "postgresql":
                # What the server does by itself some time after so much was put in.
                connection.exec_driver_sql("VACUUM ANALYZE reminders")
                connection.exec_driver_sql("CHECKPOINT")
        engine.dispose()


@contextlib.asynccontextmanager
async def open_pending(url: str, keystore_url: str, folder: Path) -> AsyncIterator[Pending]:
    """Open our stores over empty databases."""
    keyring = Keyring.open(folder / "keys", folder / "data")
    database = await Database.open(url, keystore_url, keyring, lambda: NOW)
    yield Pending(database, url)
    await database.close()


def _settle(claimed: list[Reminder], work: Work) -> None:
    for reminder in claimed:
        reminders.settle(work, reminder, Progress.SENT)
