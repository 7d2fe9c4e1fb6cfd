"""Our reminders at any size: rows that wait, filled in by the database itself, claimed and settled through storage."""

import contextlib
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from time import perf_counter, process_time

from sqlalchemy import Connection, text

from storage.casework import reminders
from storage.casework.reminders import Progress, Reminder
from storage.database import Database
from storage.engine.engines import open_migrator
from storage.keys.keyring import Keyring
from storage.transaction import Work

BATCH = 500

_NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
_DAY = 86_400
#: Nobody's rows, but as long as real ones; what is to come is spread over a year, whatever lies beside it.
_FILL = {
    "sqlite": """
        WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < :count),
            occasions AS MATERIALIZED (
                SELECT n, randomblob(16) AS id, (:first + abs(random()) % :spread) / 60 * 60 AS due FROM numbers
            )
        INSERT INTO reminders (reminder_id, client_id, case_id, kind, slot, due_at, free_at, state, taken)
        SELECT id, id, id, 'checkin_month', 'after_rehabilitation:20261122:' || n, due, due, 'waiting', 0
        FROM occasions ORDER BY id
    """,
    "postgresql": """
        WITH occasions AS MATERIALIZED (
            SELECT n, uuid_send(gen_random_uuid()) AS id, (:first + floor(random() * :spread)::bigint) / 60 * 60 AS due
            FROM generate_series(1, :count) AS n
        )
        INSERT INTO reminders (reminder_id, client_id, case_id, kind, slot, due_at, free_at, state, taken)
        SELECT id, id, id, 'checkin_month', 'after_rehabilitation:20261122:' || n, due, due, 'waiting', 0
        FROM occasions ORDER BY id
    """,
}
#: SQLite fills in memory.  The rows belong to nobody, so PostgreSQL does not look at their references, as a migrator
#: of SQLite never does.
_FILLING = {"sqlite": "PRAGMA cache_size=-2000000", "postgresql": "SET session_replication_role = replica"}
_SERVER = "SELECT CASE WHEN inet_server_addr() IS NULL THEN pg_backend_pid() END"
_NEXT = "SELECT free_at FROM reminders WHERE state = 'waiting' ORDER BY free_at LIMIT 1 OFFSET :count"


@dataclass(frozen=True, slots=True)
class Cost:
    """Seconds of a row.  `claimed`: of a claim.  `busy`: of the processor for it.  `settled`: of claim and settling."""

    claimed: float
    busy: float
    settled: float


class Pending:
    """A store in which reminders wait, with a clock of its own."""

    def __init__(self, url: str) -> None:
        """Measure in a store that `open_pending` fills and opens."""
        self._url = url
        self._now = _NOW
        self._database: Database
        self._served_by: int | None = None

    async def open(self, keystore_url: str, folder: Path, count: int) -> None:
        """Open the store as the service does, with so many reminders that are due from tomorrow on."""
        keyring = Keyring.open(folder / "keys", folder / "data")
        self._database = await Database.open(self._url, keystore_url, keyring, lambda: self._now)
        with self._connected() as connection, connection.begin():
            connection.exec_driver_sql(_FILLING[connection.dialect.name])
            first = int((_NOW + timedelta(days=1)).timestamp())
            values = {"count": count, "first": first, "spread": 365 * _DAY}
            connection.execute(text(_FILL[connection.dialect.name]), values)
        with self._connected() as connection:
            if connection.dialect.name == "postgresql":
                # What the server does by itself some time after so much was put in.
                connection.execution_options(isolation_level="AUTOCOMMIT").exec_driver_sql("VACUUM ANALYZE reminders")
                connection.exec_driver_sql("CHECKPOINT")
        self._served_by = await self._database.write(_find_server)

    async def close(self) -> None:
        """Close the store."""
        await self._database.close()

    def pass_time(self, count: int) -> None:
        """Let time pass until so many reminders are due."""
        with self._connected() as connection:
            moment = connection.execute(text(_NEXT), {"count": count}).scalar_one()
        self._now = datetime.fromtimestamp(moment, UTC)

    async def look(self) -> float:
        """Return the seconds of one look when nothing is due."""
        began = perf_counter()
        if await self._claim():
            raise AssertionError("something was due")
        return perf_counter() - began

    async def take(self) -> Cost:
        """Claim and settle all that is due, batch by batch; return what a row cost."""
        rows, claiming, busy, began = 0, 0.0, 0.0, perf_counter()
        while True:
            asked, worked = perf_counter(), self._worked()
            claimed = await self._claim()
            claiming, busy = claiming + perf_counter() - asked, busy + self._worked() - worked
            if not claimed:
                return Cost(claiming / rows, busy / rows, (perf_counter() - began) / rows)
            await self._database.write(partial(_settle, claimed))
            rows += len(claimed)

    def _worked(self) -> float:
        """Return the processor time of this process and, if it runs on this machine, of the server's for it."""
        return process_time() + (0.0 if self._served_by is None else _worked_by(self._served_by))

    async def _claim(self) -> list[Reminder]:
        return await self._database.write(partial(reminders.claim_due, most=BATCH))

    @contextlib.contextmanager
    def _connected(self) -> Iterator[Connection]:
        engine = open_migrator(self._url)
        with engine.connect() as connection:
            yield connection
        engine.dispose()


@contextlib.asynccontextmanager
async def open_pending(url: str, keystore_url: str, folder: Path, count: int) -> AsyncIterator[Pending]:
    """Open our stores over empty databases, and fill in so many reminders."""
    pending = Pending(url)
    await pending.open(keystore_url, folder, count)
    yield pending
    await pending.close()


def _find_server(work: Work) -> int | None:
    """Find the process that works for our writer; None if that is this one, or not on this machine."""
    if work.data.dialect.name == "sqlite":
        return None
    found: int | None = work.data.execute(text(_SERVER)).scalar_one()
    return found


def _worked_by(process: int) -> float:
    return int(Path(f"/proc/{process}/schedstat").read_text(encoding="ascii").split()[0]) / 1e9


def _settle(claimed: list[Reminder], work: Work) -> None:
    for reminder in claimed:
        reminders.settle(work, reminder, Progress.SENT)
