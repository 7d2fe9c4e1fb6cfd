"""Root keys turn while the service serves, survive every kill, and are destroyed only when nothing needs them."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from random import Random
from time import perf_counter, sleep

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Engine, insert, select

from storage.database import Database, Work
from storage.engine.engines import open_writer
from storage.keys.keyring import KeyRetired
from storage.keys.keystore import folder_keys
from storage.keys.rotation import BATCH, RootKeyInUse, begin_rotation, count_left, list_root_keys, retire, rewrap
from storage.sealing.encryption import FolderId
from tests.storage.conftest import START, Stores

TODAY = START.date()
LATER = date(2027, 2, 20)
PLAINTEXT = b"canary"

Folders = dict[FolderId, bytes]


@pytest.fixture
def engine(stores: Stores) -> Iterator[Engine]:
    """Reach the key store as a command does."""
    opened = open_writer(stores.keystore_url)
    yield opened
    opened.dispose()


async def _fill(database: Database, count: int, label: str = "") -> Folders:
    """Make folders with one document each; return the blobs."""
    folders = [FolderId(f"{label}{number:>{16 - len(label)}}".encode()) for number in range(count)]

    def job(work: Work) -> Folders:
        for folder in folders:
            work.vault.create_folder(folder)
        return {folder: work.vault.seal(folder, "notes", "note", b"", PLAINTEXT) for folder in folders}

    return await database.write(job)


async def _assert_all_open(database: Database, folders: Folders) -> None:
    def job(work: Work) -> set[bytes]:
        return {work.vault.open(folder, "notes", "note", b"", blob) for folder, blob in folders.items()}

    assert await database.read(job) == {PLAINTEXT}


def _rotate(stores: Stores, engine: Engine) -> int:
    """Turn the keys as another process would."""
    keyring = stores.keyring
    version = begin_rotation(engine, keyring, LATER)
    for _ in rewrap(engine, keyring):
        pass
    return version


async def test_a_rotation_moves_every_folder_to_a_new_key_and_all_still_open(stores: Stores, engine: Engine) -> None:
    database = await stores.open()
    folders = await _fill(database, 1_203)
    await database.close()
    before = [(key.version, key.made_on, key.folders) for key in list_root_keys(engine)]

    version = _rotate(stores, engine)

    assert before == [(1, TODAY, 1_203)]
    assert [(key.version, key.made_on, key.folders) for key in list_root_keys(engine)] == [
        (2, LATER, 1_203),
        (1, TODAY, 0),
    ]
    assert version == stores.keyring.kek_version == 2
    reopened = await stores.open()
    await _assert_all_open(reopened, folders)
    await reopened.close()


async def test_a_serving_process_notices_the_new_key_and_loses_nothing(stores: Stores, engine: Engine) -> None:
    serving = await stores.open()
    folders = await _fill(serving, 700)
    rotating = asyncio.create_task(asyncio.to_thread(_rotate, stores, engine))
    made = 0
    while not rotating.done():
        folders |= await _fill(serving, 3, f"during{made:03}")
        made += 1
    await rotating

    folders |= await _fill(serving, 5, "after")
    await _assert_all_open(serving, folders)
    _rotate_the_rest(stores, engine)
    await asyncio.to_thread(retire, engine, stores.keyring, 1)
    folders |= await _fill(serving, 5, "retired")
    await serving.close()

    assert [(key.version, key.retired) for key in list_root_keys(engine)] == [(2, False), (1, True)]
    assert not (stores.keys_folder / "kek-1.key").exists()
    restarted = await stores.open()
    await _assert_all_open(restarted, folders)
    await restarted.close()


def _rotate_the_rest(stores: Stores, engine: Engine) -> None:
    """Go on with what a process wrapped that had begun before the new key was announced; no newer key comes of it."""
    keyring = stores.keyring
    if count_left(engine, keyring):
        assert begin_rotation(engine, keyring, LATER) == 2
        assert sum(rewrap(engine, keyring)) > 0


async def test_an_interrupted_rotation_goes_on_without_another_key(stores: Stores, engine: Engine) -> None:
    database = await stores.open()
    folders = await _fill(database, 2 * BATCH + 1)
    await database.close()
    keyring = stores.keyring
    begin_rotation(engine, keyring, LATER)
    batches = rewrap(engine, keyring)
    assert next(batches) == BATCH

    assert count_left(engine, stores.keyring) == BATCH + 1
    assert _rotate(stores, engine) == 2
    assert count_left(engine, stores.keyring) == 0
    assert _rotate(stores, engine) == 3
    reopened = await stores.open()
    await _assert_all_open(reopened, folders)
    await reopened.close()


async def test_a_key_whose_announcement_was_cut_short_is_the_one_that_goes_on(stores: Stores, engine: Engine) -> None:
    database = await stores.open()
    await _fill(database, 3)
    await database.close()
    stores.keyring.add_root_key(os.urandom)

    assert _rotate(stores, engine) == 2
    assert sorted(path.name for path in stores.keys_folder.glob("kek-*")) == ["kek-1.key", "kek-2.key"]


@pytest.mark.timeout(240)
async def test_a_process_killed_at_any_point_of_turning_loses_no_folder(
    sqlite_stores: Stores, postgresql_stores: Stores
) -> None:
    chance = Random(6)
    for stores in (sqlite_stores, postgresql_stores):
        database = await stores.open()
        folders = await _fill(database, 1_600)
        await database.close()

        seen = [_kill_after(stores, chance.randrange(1, 14), chance.uniform(0, 0.02)) for _ in range(12)]

        assert {line.split()[0] for lines in seen for line in lines} == {"begun", "wrapped", "retired"}
        reopened = await stores.open()
        await _assert_all_open(reopened, folders)
        await reopened.close()


def _kill_after(stores: Stores, lines: int, more: float) -> list[str]:
    """Kill a turning process some time after it has said so many lines."""
    folders = (str(stores.keys_folder), str(stores.data_folder))
    command = [sys.executable, "-m", "tests.storage.keys.killed_rotation", stores.url, stores.keystore_url, *folders]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 - our own program
        assert process.stdout is not None
        said = [process.stdout.readline() for _ in range(lines)]
        sleep(more)
        process.kill()
    assert all(said), "the process ended by itself"
    return said


async def test_a_key_that_still_wraps_something_is_not_retired(stores: Stores, engine: Engine) -> None:
    database = await stores.open()
    await _fill(database, 2)
    await database.close()
    keyring = stores.keyring
    begin_rotation(engine, keyring, LATER)

    with pytest.raises(RootKeyInUse, match="still wraps 2 folders"):
        retire(engine, keyring, 1)
    with pytest.raises(RootKeyInUse, match="wraps what comes next"):
        retire(engine, keyring, 2)
    with pytest.raises(KeyRetired, match="no root key 7"):
        retire(engine, keyring, 7)
    assert sorted(path.name for path in stores.keys_folder.glob("kek-*")) == ["kek-1.key", "kek-2.key"]


async def test_retiring_that_was_cut_short_is_finished_by_repeating_it(stores: Stores, engine: Engine) -> None:
    database = await stores.open()
    await _fill(database, 2)
    await database.close()
    _rotate(stores, engine)
    kept = (stores.keys_folder / "kek-1.key").read_bytes()
    retire(engine, stores.keyring, 1)
    for name in ("kek-1.key", ".kek-1.key.4242"):  # the second as a process left it that was killed
        _put(stores.keys_folder / name, kept)

    retire(engine, stores.keyring, 1)

    assert [path.name for path in stores.keys_folder.iterdir() if "kek-1" in path.name] == []


async def test_a_process_that_cannot_read_the_new_key_never_wraps_with_a_retired_one(
    stores: Stores, engine: Engine
) -> None:
    serving = await stores.open()
    await _fill(serving, 1)
    files = [stores.keys_folder / name for name in ("kek-1.key", "kek-2.key")]
    _rotate(stores, engine)
    old, new = (file.read_bytes() for file in files)
    files[1].unlink()  # as under systemd, which gives a service copies of the keys of its start
    folders = await _fill(serving, 1, "before")  # an old key that is not retired is used on
    await _assert_all_open(serving, folders)
    _put(files[1], new)
    _rotate_the_rest(stores, engine)
    retire(engine, stores.keyring, 1)
    files[1].unlink()
    _put(files[0], old)

    with pytest.raises(KeyRetired, match="restart"):
        await _fill(serving, 1, "refused")

    await serving.close()
    with engine.connect() as connection:
        assert set(connection.execute(select(folder_keys.c.kek_version)).scalars()) == {2}


def _put(file: Path, key: bytes) -> None:
    file.touch(mode=0o600)
    file.write_bytes(key)


@pytest.mark.alone
async def test_ten_thousand_folders_turn_in_five_seconds(stores: Stores, engine: Engine) -> None:
    keyring = stores.keyring
    await (await stores.open()).close()
    rows = [
        {"folder_id": folder, "key_id": b"kkid", "kek_version": 1, "wrapped": keyring.wrap(1, folder, b"kkid", key, n)}
        for folder, key, n in ((FolderId(os.urandom(16)), os.urandom(32), os.urandom(12)) for _ in range(10_000))
    ]
    with engine.begin() as connection:
        connection.execute(insert(folder_keys), rows)

    begun = perf_counter()
    begin_rotation(engine, keyring, LATER)
    batches = list(rewrap(engine, keyring))
    seconds = perf_counter() - begun

    print(f"\n{engine.dialect.name}: 10,000 folders in {seconds:.2f} s")  # noqa: T201 - the figure of a run with -s
    assert batches == [BATCH] * 20
    assert seconds < 15


async def test_ciphers_do_not_change_when_keys_turn(stores: Stores, engine: Engine) -> None:
    keyring, folder, key = stores.keyring, FolderId(b"f" * 16), b"k" * 32
    await (await stores.open()).close()
    wrapped = keyring.wrap(1, folder, b"kkid", key, bytes(12))
    with engine.begin() as connection:
        row = {"folder_id": folder, "key_id": b"kkid", "kek_version": 1, "wrapped": wrapped}
        connection.execute(insert(folder_keys), [row])

    _rotate(stores, engine)

    with engine.connect() as connection:
        found = connection.execute(select(folder_keys.c.kek_version, folder_keys.c.wrapped)).one()
    opened = stores.keyring.unwrap(found.kek_version, folder, b"kkid", found.wrapped)
    assert AESGCM(opened).decrypt(bytes(12), AESGCM(key).encrypt(bytes(12), b"same", b""), b"") == b"same"
