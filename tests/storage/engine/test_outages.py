"""What a step's caller is told when the database is busy, full or gone, and that the next step goes on."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable

import pytest
from sqlalchemy import make_url, select, update

from storage.database import Database, Work
from storage.errors import CommitUnknown, StoreUnavailable
from tests.storage.conftest import Stores
from tests.storage.scratch import Job, add, children, list_numbers, scratch, write_together
from tests.surroundings.postgres import run_statement, running_server

END_OWN_CONNECTION = "SELECT pg_terminate_backend(pg_backend_pid())"
END_OTHER_CONNECTIONS = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE pid <> pg_backend_pid() AND datname = current_database()"
)
MAKE_FUNCTION = (
    "CREATE FUNCTION leave() RETURNS trigger LANGUAGE plpgsql AS"
    f" 'BEGIN IF NEW.number = 13 THEN PERFORM 1 FROM ({END_OWN_CONNECTION}) AS gone; END IF; RETURN NULL; END'"
)
CALL_IT_AT_THE_COMMIT = (
    "CREATE CONSTRAINT TRIGGER leave AFTER INSERT ON scratch_children DEFERRABLE INITIALLY DEFERRED"
    " FOR EACH ROW EXECUTE FUNCTION leave()"
)


@pytest.fixture
async def on_sqlite(sqlite_stores: Stores) -> AsyncIterator[Database]:
    database = await sqlite_stores.open()
    await database.write(lambda work: scratch.create_all(work.data))
    yield database
    await database.close()


@pytest.fixture
async def on_postgresql(postgresql_stores: Stores) -> AsyncIterator[Database]:
    database = await postgresql_stores.open()
    await database.write(lambda work: scratch.create_all(work.data))
    yield database
    await database.close()


def _run(*statements: str) -> Callable[[Work], None]:
    def job(work: Work) -> None:
        for statement in statements:
            work.data.exec_driver_sql(statement)

    return job


def _touch(*numbers: int) -> Callable[[Work], None]:
    def job(work: Work) -> None:
        for number in numbers:
            work.data.execute(update(children).where(children.c.number == number).values(note=b"touched"))
            work.data.exec_driver_sql("SELECT pg_sleep(0.2)")

    return job


async def _write_all(database: Database, *jobs: Job) -> list[type]:
    answers = await asyncio.gather(*(database.write(job) for job in jobs), return_exceptions=True)
    return [type(answer) for answer in answers if isinstance(answer, Exception)]


async def test_a_step_waits_for_another_process_that_is_writing(on_sqlite: Database, sqlite_stores: Stores) -> None:
    other = sqlite3.connect(make_url(sqlite_stores.url).database or "", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    waiting = asyncio.create_task(on_sqlite.write(add(1)))
    await asyncio.sleep(0.1)
    assert not waiting.done()
    other.execute("COMMIT")
    other.close()

    await waiting
    assert await list_numbers(on_sqlite) == [1]


async def test_who_comes_while_the_database_stays_locked_is_told_sooner(
    on_sqlite: Database, sqlite_stores: Stores
) -> None:
    other = sqlite3.connect(make_url(sqlite_stores.url).database or "", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    waited: list[float] = []
    for number in (1, 2):
        began = asyncio.get_running_loop().time()
        with pytest.raises(StoreUnavailable):
            await on_sqlite.write(add(number))
        waited.append(asyncio.get_running_loop().time() - began)
    other.execute("COMMIT")
    other.close()

    assert waited[1] < waited[0] / 2
    await on_sqlite.write(add(3))
    assert await list_numbers(on_sqlite) == [3]


async def test_many_steps_that_find_the_database_locked_wait_together_and_not_one_after_the_other(
    sqlite_stores: Stores, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.engine.engines._WRITING", ("PRAGMA busy_timeout=300", "PRAGMA journal_mode=WAL"))
    database = await sqlite_stores.open()
    await database.write(lambda work: scratch.create_all(work.data))
    other = sqlite3.connect(make_url(sqlite_stores.url).database or "", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    async with asyncio.timeout(10):
        failures = await _write_all(database, *(add(number) for number in range(50)))
    other.execute("ROLLBACK")
    other.close()

    assert failures == [StoreUnavailable] * 50
    await database.write(add(51))
    assert await list_numbers(database) == [51]
    await database.close()


async def test_a_full_disk_refuses_what_does_not_fit_and_nothing_else(on_sqlite: Database) -> None:
    await on_sqlite.write(_run("PRAGMA max_page_count=1"))

    failures = await _write_all(on_sqlite, add(1), add(2, note=bytes(2**20)), add(3))

    assert failures == [StoreUnavailable]
    assert await list_numbers(on_sqlite) == [1, 3]
    await on_sqlite.write(_run("PRAGMA max_page_count=1000000"))
    await on_sqlite.write(add(2, note=bytes(2**20)))
    assert await list_numbers(on_sqlite) == [1, 2, 3]


async def test_a_connection_lost_between_two_steps_goes_unnoticed(on_postgresql: Database) -> None:
    await on_postgresql.write(add(1))
    await on_postgresql.read(_run(END_OTHER_CONNECTIONS))

    await on_postgresql.write(add(2))

    assert await list_numbers(on_postgresql) == [1, 2]


async def test_a_server_that_lets_nobody_in_is_an_outage_until_it_does(on_postgresql: Database) -> None:
    server = running_server()
    name = await on_postgresql.read(
        lambda work: str(work.data.exec_driver_sql("SELECT current_database()").scalar_one())
    )
    await asyncio.to_thread(run_statement, server, "ALTER DATABASE {} ALLOW_CONNECTIONS false", name)
    with pytest.raises(StoreUnavailable):
        await on_postgresql.read(_run(END_OTHER_CONNECTIONS, END_OWN_CONNECTION))

    assert await _write_all(on_postgresql, add(1), add(2)) == [StoreUnavailable] * 2
    with pytest.raises(StoreUnavailable):
        await list_numbers(on_postgresql)

    await asyncio.to_thread(run_statement, server, "ALTER DATABASE {} ALLOW_CONNECTIONS true", name)
    await on_postgresql.write(add(3))
    assert await list_numbers(on_postgresql) == [3]


async def test_a_step_that_ends_the_connection_every_time_is_given_up_alone(on_postgresql: Database) -> None:
    failures = await _write_all(on_postgresql, add(1), _run(END_OWN_CONNECTION), add(3))

    assert failures == [StoreUnavailable]
    assert await list_numbers(on_postgresql) == [1, 3]


async def test_a_connection_lost_during_the_commit_is_reported_as_unknown_and_not_repeated(
    on_postgresql: Database,
) -> None:
    await on_postgresql.write(_run(MAKE_FUNCTION, CALL_IT_AT_THE_COMMIT))
    tries: list[int] = []

    def add_the_thirteenth(work: Work) -> None:
        tries.append(1)
        add(13)(work)

    with pytest.raises(CommitUnknown, match="repeat the delivery"):
        await on_postgresql.write(add_the_thirteenth)

    assert len(tries) == 1
    await on_postgresql.write(add(14))
    assert await list_numbers(on_postgresql) == [14]


async def test_two_processes_that_lock_each_other_out_both_succeed(
    on_postgresql: Database, postgresql_stores: Stores
) -> None:
    other = await postgresql_stores.open()
    for number in (1, 2):
        await on_postgresql.write(add(number))

    answers = await asyncio.gather(
        write_together(on_postgresql, _touch(1, 2), add(3)), write_together(other, _touch(2, 1), add(4))
    )

    assert not [answer for batch in answers for answer in batch if isinstance(answer, Exception)]
    notes = await other.read(lambda work: list(work.data.execute(select(children.c.note)).scalars()))
    assert sorted(notes, key=str) == [None, None, b"touched", b"touched"]
    await other.close()


async def test_a_server_that_takes_no_changes_or_has_no_space_is_an_outage(on_postgresql: Database) -> None:
    raised = "DO $$ BEGIN RAISE EXCEPTION 'x' USING ERRCODE = '{}'; END $$"
    codes = ("53100", "53200", "25006", "58030")

    failures = await _write_all(on_postgresql, *(_run(raised.format(code)) for code in codes), add(1))

    assert failures == [StoreUnavailable] * len(codes)
    assert await list_numbers(on_postgresql) == [1]


async def test_a_file_that_takes_no_changes_is_an_outage(on_sqlite: Database) -> None:
    await on_sqlite.write(_run("PRAGMA query_only=ON"))

    assert await _write_all(on_sqlite, add(1)) == [StoreUnavailable]
