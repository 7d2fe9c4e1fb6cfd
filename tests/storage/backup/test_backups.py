"""Copies are made beside a running service, each kind apart from the others, all of them or none."""

import asyncio
import random
import shutil
import signal
import sys
from datetime import timedelta
from pathlib import Path
from threading import Event
from typing import NamedTuple

import pytest

from storage.backup.archives import Kind, Manifest, open_archive, read_recipient
from storage.backup.backups import BackupRunning, NoRoom, Sources, create
from storage.backup.copies import StoreMissing
from storage.keys.keystore import folder_keys, key_metadata
from storage.tables import metadata
from storage.transaction import Work
from tests.storage.backup.keeping import NOW, Keeping, fill, start_keeping
from tests.storage.conftest import Stores

ROOT = Path(__file__).parents[3]
EMPTY = [".lock"]
_PATIENCE_S = 20.0
_KILLS = 12


class _Disk(NamedTuple):
    """What the system says about a disk."""

    total: int
    used: int
    free: int


@pytest.fixture
async def keeping(stores: Stores, tmp_path: Path) -> Keeping:
    """Two filled stores and a backup key."""
    await fill(stores)
    return start_keeping(stores, tmp_path)


def _open(keeping: Keeping, kind: Kind, folder: Path) -> tuple[Manifest, bytes]:
    manifest = open_archive(keeping.file(kind), keeping.identity, folder / f"{kind}-opened")
    return manifest, (folder / f"{kind}-opened").read_bytes()


def test_each_kind_lies_in_a_folder_of_its_own_that_only_the_owner_can_read(keeping: Keeping) -> None:
    made = keeping.create()

    assert keeping.list_files() == [
        ".lock",
        "data/singgah-data-20261122T080000Z.age",
        "erasures/singgah-erasures-20261122T080000Z.age",
        "keystore/singgah-keystore-20261122T080000Z.age",
    ]
    assert [path for path, _ in made.files] == [keeping.file(kind) for kind in Kind]
    modes = {oct(path.stat().st_mode)[-3:] for path in keeping.folder.rglob("*")}
    assert modes == {"600", "700"}


def test_data_and_keys_are_never_in_the_same_file(keeping: Keeping, tmp_path: Path) -> None:
    keeping.create()

    data, in_data = _open(keeping, Kind.DATA, tmp_path)
    keys, in_keys = _open(keeping, Kind.KEYS, tmp_path)

    assert set(data.rows) == set(metadata.tables)
    assert set(keys.rows) == set(key_metadata.tables)
    assert folder_keys.name.encode() not in in_data
    assert b"clients" not in in_keys


def test_the_first_line_counts_what_follows(keeping: Keeping, tmp_path: Path) -> None:
    keeping.create()

    manifest, content = _open(keeping, Kind.DATA, tmp_path)

    assert (manifest.rows["clients"], manifest.rows["messages"], manifest.rows["staff"]) == (3, 3, 1)
    assert (manifest.kind, manifest.made_at, manifest.size) == (Kind.DATA, "2026-11-22T08:00Z", len(content))


async def test_a_copy_can_be_made_while_the_service_writes(keeping: Keeping, stores: Stores) -> None:
    database = await stores.open()
    inside, finish = Event(), Event()

    def write_slowly(_work: Work) -> None:
        inside.set()
        assert finish.wait(_PATIENCE_S)

    writing = asyncio.create_task(database.write(write_slowly))
    assert await asyncio.to_thread(inside.wait, _PATIENCE_S)
    made = await asyncio.to_thread(keeping.create)
    finish.set()
    await writing
    await database.close()

    assert len(made.files) == len(Kind)


def test_a_copy_past_its_time_is_removed_by_the_next_one(keeping: Keeping) -> None:
    keeping.create()
    week = keeping.create(NOW + timedelta(days=7, seconds=1))
    month = keeping.create(NOW + timedelta(days=35, seconds=1))
    later = keeping.create(NOW + timedelta(days=40, seconds=1))

    assert [[path.parent.name for path in made.pruned] for made in (week, month, later)] == [
        ["keystore"],
        ["data", "keystore"],
        ["erasures"],
    ]


def test_of_days_long_gone_one_copy_is_kept(keeping: Keeping) -> None:
    for hour in range(0, 12, 6):
        keeping.create(NOW + timedelta(hours=hour))
    later = keeping.create(NOW + timedelta(days=3))

    assert sorted(path.name for path in later.pruned) == [
        f"singgah-{kind}-20261122T140000Z.age" for kind in ("data", "erasures", "keystore")
    ]


def test_what_others_put_into_the_folder_is_left_alone(keeping: Keeping) -> None:
    keeping.create()
    note = keeping.folder / "data" / "singgah-data-note.age"
    note.write_text("kept")

    keeping.create(NOW + timedelta(days=100))

    assert note.read_text() == "kept"


def test_an_interrupted_copy_leaves_no_file(keeping: Keeping) -> None:
    def interrupt(_size: int) -> None:
        raise KeyboardInterrupt

    sources = Sources(keeping.stores.url, keeping.stores.keystore_url)
    with pytest.raises(KeyboardInterrupt):
        create(sources, keeping.folder, read_recipient(keeping.public), NOW, interrupt)

    assert keeping.list_files() == EMPTY


def test_a_full_disk_is_noticed_before_anything_is_written(keeping: Keeping, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: _Disk(1 << 40, 1 << 40, 1 << 20))

    with pytest.raises(NoRoom, match=r"1 MiB free, a copy needs \d+"):
        keeping.create()

    assert keeping.list_files() == EMPTY


def test_two_copies_at_once_do_not_meet(keeping: Keeping) -> None:
    refused: list[BackupRunning] = []

    def try_again(_size: int) -> None:
        with pytest.raises(BackupRunning) as second:
            keeping.create(NOW + timedelta(minutes=1))
        refused.append(second.value)

    sources = Sources(keeping.stores.url, keeping.stores.keystore_url)
    create(sources, keeping.folder, read_recipient(keeping.public), NOW, try_again)

    assert refused
    assert len(keeping.list_files()) == len(Kind) + len(EMPTY)


def test_a_store_that_is_not_there_is_not_made(tmp_path: Path, sqlite_stores: Stores) -> None:
    keeping = start_keeping(sqlite_stores, tmp_path)

    with pytest.raises(StoreMissing, match="start the service once"):
        keeping.create()

    assert list(tmp_path.glob("*.db")) == []


async def test_killed_at_any_moment_it_leaves_whole_files_only_and_the_next_one_works(
    sqlite_stores: Stores, tmp_path: Path
) -> None:
    await fill(sqlite_stores, 200)
    keeping = start_keeping(sqlite_stores, tmp_path)
    delays = random.Random(20261122)
    killed = 0

    for _ in range(_KILLS):
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-P", "-m", "tests.storage.backup.killed_backup", *_tell(keeping)),
            env={"PYTHONPATH": str(ROOT), "PATH": ""},
            stdout=asyncio.subprocess.PIPE,
        )
        assert process.stdout is not None
        await process.stdout.readline()
        await asyncio.sleep(delays.uniform(0, 0.06))
        process.send_signal(signal.SIGKILL)
        killed += await process.wait() == -signal.SIGKILL
        _expect_whole(keeping, tmp_path)

    assert killed == _KILLS
    assert len(keeping.create().files) == len(Kind)
    assert not (keeping.folder / ".staging").exists()


def _tell(keeping: Keeping) -> tuple[str, ...]:
    return (keeping.stores.url, keeping.stores.keystore_url, str(keeping.folder), keeping.public)


def _expect_whole(keeping: Keeping, folder: Path) -> None:
    for path in keeping.folder.glob("*/*.age"):
        if path.parent.name != ".staging":
            open_archive(path, keeping.identity, folder / "whole")
            (folder / "whole").unlink()
