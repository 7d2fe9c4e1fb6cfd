"""What a step's caller is told when the database is busy, full or gone, and that the next step goes on."""

import asyncio
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Column, Integer, LargeBinary, MetaData, Table, insert, make_url, select

from storage.database import Database, Work
from storage.errors import CommitUnknown, StoreUnavailable
from tests.storage.conftest import Stores

notes = Table("notes", MetaData(), Column("number", Integer, primary_key=True), Column("note", LargeBinary))

END_OWN_CONNECTION = "SELECT pg_terminate_backend(pg_backend_pid())"
END_OWN_CONNECTION_AT_COMMIT = (
    "CREATE FUNCTION leave() RETURNS trigger LANGUAGE plpgsql AS"
    f" 'BEGIN IF NEW.number = 13 THEN PERFORM 1 FROM ({END_OWN_CONNECTION}) AS gone; END IF; RETURN NULL; END'",
    "CREATE CONSTRAINT TRIGGER leave AFTER INSERT ON notes DEFERRABLE INITIALLY DEFERRED"
    " FOR EACH ROW EXECUTE FUNCTION leave()",
)


def _insert(number: int, note: bytes = b"") -> Callable[[Work], None]:
    def job(work: Work) -> None:
        work.data.execute(insert(notes).values(number=number, note=note))

    return job


def _run(*statements: str) -> Callable[[Work], None]:
    def job(work: Work) -> None:
        for statement in statements:
            work.data.exec_driver_sql(statement)

    return job


async def _numbers(database: Database) -> list[int]:
    return await database.read(lambda work: list(work.data.execute(select(notes.c.number)).scalars()))


async def _open(make: Callable[[], str], tmp_path: Path) -> tuple[Database, str]:
    stores = Stores(make(), make(), tmp_path / "keys", tmp_path / "data")
    database = await stores.open()
    await database.write(lambda work: notes.create(work.data))
    return database, stores.url


async def test_a_step_waits_for_another_process_that_is_writing(new_sqlite: Callable[[], str], tmp_path: Path) -> None:
    database, url = await _open(new_sqlite, tmp_path)
    other = sqlite3.connect(make_url(url).database or "", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    waiting = asyncio.create_task(database.write(_insert(1)))
    await asyncio.sleep(0.1)
    assert not waiting.done()
    other.execute("COMMIT")
    other.close()

    await waiting
    assert await _numbers(database) == [1]
    await database.close()


async def test_a_full_disk_refuses_what_does_not_fit_and_nothing_else(
    new_sqlite: Callable[[], str], tmp_path: Path
) -> None:
    database, _ = await _open(new_sqlite, tmp_path)
    await database.write(_run("PRAGMA max_page_count=1"))

    answers = await asyncio.gather(
        *(database.write(job) for job in (_insert(1), _insert(2, bytes(2**20)), _insert(3))), return_exceptions=True
    )
    assert [type(answer) for answer in answers] == [type(None), StoreUnavailable, type(None)]
    assert await _numbers(database) == [1, 3]

    await database.write(_run("PRAGMA max_page_count=1000000"))
    await database.write(_insert(2, bytes(2**20)))
    assert await _numbers(database) == [1, 2, 3]
    await database.close()


async def test_a_connection_lost_between_two_steps_goes_unnoticed(
    new_postgresql: Callable[[], str], tmp_path: Path
) -> None:
    database, _ = await _open(new_postgresql, tmp_path)
    others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = current_database()"
    await database.write(_insert(1))

    await database.read(lambda work: work.data.exec_driver_sql(others) and None)

    await database.write(_insert(2))
    assert await _numbers(database) == [1, 2]
    await database.close()


async def test_a_step_that_ends_the_connection_every_time_is_given_up_alone(
    new_postgresql: Callable[[], str], tmp_path: Path
) -> None:
    database, _ = await _open(new_postgresql, tmp_path)

    answers = await asyncio.gather(
        *(database.write(job) for job in (_insert(1), _run(END_OWN_CONNECTION), _insert(3))), return_exceptions=True
    )

    assert [type(answer) for answer in answers] == [type(None), StoreUnavailable, type(None)]
    assert await _numbers(database) == [1, 3]
    await database.close()


async def test_a_connection_lost_during_the_commit_is_reported_as_unknown_and_not_repeated(
    new_postgresql: Callable[[], str], tmp_path: Path
) -> None:
    database, _ = await _open(new_postgresql, tmp_path)
    await database.write(_run(*END_OWN_CONNECTION_AT_COMMIT))
    tries: list[int] = []

    def job(work: Work) -> None:
        tries.append(1)
        _insert(13)(work)

    with pytest.raises(CommitUnknown, match="repeat the delivery"):
        await database.write(job)

    assert len(tries) == 1
    await database.write(_insert(14))
    assert await _numbers(database) == [14]
    await database.close()


async def test_two_processes_that_lock_each_other_out_both_succeed(
    new_postgresql: Callable[[], str], tmp_path: Path
) -> None:
    stores = Stores(new_postgresql(), new_postgresql(), tmp_path / "keys", tmp_path / "data")
    ours, theirs = await stores.open(), await stores.open()
    await ours.write(lambda work: notes.create(work.data))
    for number in (1, 2):
        await ours.write(_insert(number))

    def touch(*numbers: int) -> Callable[[Work], None]:
        def job(work: Work) -> None:
            for number in numbers:
                work.data.execute(notes.update().where(notes.c.number == number).values(note=b"touched"))
                work.data.exec_driver_sql("SELECT pg_sleep(0.2)")

        return job

    await asyncio.gather(ours.write(touch(1, 2)), theirs.write(touch(2, 1)))

    assert await ours.read(lambda work: set(work.data.execute(select(notes.c.note)).scalars())) == {b"touched"}
    await ours.close()
    await theirs.close()
