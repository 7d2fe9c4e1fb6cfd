"""What was answered outlives the process, and what was erased does not outlive its key."""

import asyncio
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from sqlalchemy import make_url, select
from sqlalchemy.exc import IntegrityError

from storage.database import Database, Work
from storage.engine.engines import StoresNotApart, UnusableAddress
from tests.storage.conftest import Stores, TickingClock
from tests.storage.scratch import FOLDER, add, children, destroy, seal


def _files(stores: Stores) -> list[Path]:
    paths = (Path(make_url(url).database or "") for url in (stores.url, stores.keystore_url))
    return [file for path in paths for file in path.parent.glob(f"{path.name}*")]


def _write_until_killed(stores: Stores, answers: int) -> set[int]:
    """Return the numbers a process was told are stored, up to the moment of its death."""
    folders = (str(stores.keys_folder), str(stores.data_folder))
    command = [sys.executable, "-m", "tests.storage.engine.killed_writer", stores.url, stores.keystore_url, *folders]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 - our own program
        assert process.stdout is not None
        answered = [process.stdout.readline() for _ in range(answers)]
        process.kill()
        answered += process.stdout.readlines()
    return {int(line) for line in answered if line.endswith("\n")}


async def test_what_was_answered_survives_a_kill(database: Database, stores: Stores) -> None:
    await database.write(seal())

    answered = _write_until_killed(stores, 300)

    def open_all(work: Work) -> dict[int, bytes]:
        rows = work.data.execute(select(children.c.number, children.c.note)).all()
        return {number: work.vault.open(FOLDER, "scratch_children", "note", b"", note) for number, note in rows}

    survived = await database.read(open_all)
    assert len(answered) >= 300
    assert answered <= set(survived)
    assert survived == {number: str(number).encode() for number in survived}


async def test_nothing_of_an_erased_folder_stays_in_the_files(sqlite_stores: Stores) -> None:
    database = await sqlite_stores.open()
    await database.write(lambda work: children.metadata.create_all(work.data))
    blob = await database.write(seal())
    await database.write(add(1, note=blob))

    def count(needle: bytes) -> int:
        return sum(path.read_bytes().count(needle) for path in _files(sqlite_stores))

    before = count(blob), count(FOLDER)
    await database.write(destroy)

    assert min(before) > 0
    assert count(blob) == 0
    assert count(FOLDER) == 1  # its tombstone, in the data
    keystore = Path(make_url(sqlite_stores.keystore_url).database or "").name
    keys = [path.read_bytes() for path in _files(sqlite_stores) if path.name.startswith(keystore)]
    assert sum(content.count(FOLDER) for content in keys) == 0
    await database.close()


async def test_an_erasure_is_completed_once_a_long_reader_has_gone(sqlite_stores: Stores) -> None:
    database = await sqlite_stores.open()
    await database.write(lambda work: children.metadata.create_all(work.data))
    blob = await database.write(seal())
    await database.write(add(1, note=blob))
    reader = sqlite3.connect(make_url(sqlite_stores.url).database or "", isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM scratch_children").fetchone()

    await database.write(destroy)
    reader.close()
    await database.write(add(2))

    assert sum(path.read_bytes().count(blob) for path in _files(sqlite_stores)) == 0
    await database.close()


async def test_the_database_files_are_private(sqlite_stores: Stores) -> None:
    database = await sqlite_stores.open()
    await database.write(seal())

    assert {path.stat().st_mode & 0o777 for path in _files(sqlite_stores)} == {0o600}
    await database.close()


async def test_sqlite_is_set_for_durability_and_erasure(sqlite_stores: Stores) -> None:
    database = await sqlite_stores.open()
    names = ("journal_mode", "synchronous", "foreign_keys", "secure_delete", "cell_size_check", "trusted_schema")

    def settings(work: Work) -> list[object]:
        return [work.data.exec_driver_sql(f"PRAGMA {name}").scalar() for name in names]

    assert await database.write(settings) == ["wal", 2, 1, 1, 1, 0]
    assert await database.read(settings) == ["wal", 2, 1, 1, 1, 0]
    await database.close()


async def test_only_what_says_so_goes_without_a_sync(database: Database) -> None:
    def is_synced(work: Work) -> bool:
        ask = "PRAGMA synchronous" if work.data.dialect.name == "sqlite" else "SHOW synchronous_commit"
        return work.data.exec_driver_sql(ask).scalar() in {2, "on"}

    unsynced = (database.write_unsynced, database.write_along)
    found = [await write(is_synced) for write in (database.write, *unsynced, database.write)]

    assert found == [True, False, False, True]


async def test_a_step_in_no_hurry_shares_the_commit_of_the_next_and_comes_before_it(database: Database) -> None:
    waiting = asyncio.create_task(database.write_along(add(1)))
    await asyncio.sleep(0)
    numbers, begun = await database.write(
        lambda work: (work.data.execute(select(children.c.number)).scalars().all(), work.now)
    )

    assert numbers == [1]
    assert await waiting == begun  # the clock is read once for each commit


async def test_a_step_in_no_hurry_is_taken_though_its_time_comes_during_a_commit(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.engine.writer._OPEN_SECONDS", 60.0)  # the commit takes in who comes
    running, go_on = threading.Event(), threading.Event()

    def hold(_: Work) -> None:
        running.set()
        go_on.wait(20)

    held = asyncio.create_task(database.write(hold))
    await asyncio.to_thread(running.wait, 20)
    waiting = asyncio.create_task(database.write_along(add(1)))
    await asyncio.sleep(0.1)  # much longer than it waits for others
    go_on.set()
    await held

    assert await asyncio.wait_for(waiting, 10)


async def test_a_step_in_no_hurry_is_taken_though_the_database_is_closing(database: Database) -> None:
    waiting = asyncio.create_task(database.write_along(add(1)))
    await asyncio.sleep(0)
    await database.close()

    assert await waiting


async def test_an_error_does_not_repeat_what_was_bound(database: Database) -> None:
    await database.write(add(1))

    with pytest.raises(IntegrityError) as refusal:
        await database.write(add(1, note=b"canary"))

    assert "canary" not in str(refusal.value)


async def test_keys_and_data_may_not_share_a_database(stores: Stores) -> None:
    with pytest.raises(StoresNotApart, match="store_url"):
        await Database.open(stores.url, stores.url, stores.keyring, TickingClock())


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "mysql://localhost/x"])
async def test_an_address_that_cannot_last_is_refused(url: str, sqlite_stores: Stores) -> None:
    with pytest.raises(UnusableAddress, match="sqlite:///FILE"):
        await Database.open(url, sqlite_stores.keystore_url, sqlite_stores.keyring, TickingClock())
