"""A copy counts when a sample of it was opened; what does not open is named."""

import shutil
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import make_url

from storage.backup.archives import Kind
from storage.backup.verifying import SAMPLE, Keys, Verified, unpack_keys, verify
from storage.keys.keyring import Keyring
from storage.team.staffing import Role, add_staff, folder_of
from storage.trail.audit import OPERATOR, Deed, Detail, read_head, record
from storage.trail.checkpoints import append_checkpoint
from storage.transaction import Work
from tests.storage.backup.keeping import NOW, Keeping, erase, fill, start_keeping
from tests.storage.conftest import Stores

LATER = NOW + timedelta(days=3)


def _verify(keeping: Keeping, kind: Kind = Kind.DATA, keys: Keys | None = None, live: str | None = None) -> Verified:
    here = _keys(keeping.stores)
    return verify(keeping.file(kind), keeping.identity, keys or here, LATER, live)


def _keys(stores: Stores, keyring: Keyring | None = None, store_url: str | None = None) -> Keys:
    checkpoints = stores.keys_folder.parent / "audit" / "checkpoints.jsonl"
    return Keys(keyring or stores.keyring, store_url or stores.keystore_url, checkpoints)


def _spoil(url: str, table: str, column: str) -> None:
    """Change one bit of every blob of a column, as a failing disk may."""
    with closing(sqlite3.connect(make_url(url).database or "")) as connection:
        connection.create_function("flip", 1, lambda blob: blob[:-1] + bytes([blob[-1] ^ 1]))
        connection.execute(f"UPDATE {table} SET {column} = flip({column})")  # noqa: S608 - names of ours
        connection.commit()


async def test_a_sound_copy_of_the_data_is_good(stores: Stores, tmp_path: Path) -> None:
    await fill(stores)
    keeping = start_keeping(stores, tmp_path)
    keeping.create()

    found = _verify(keeping, live=stores.url)

    assert found.is_good
    assert found.sample is not None
    assert found.sample.opened >= 3 * 5 + 1  # address, case, chat, task and outbox of each, and the counsellor
    assert (found.stopped, found.erased, found.ledgers) == (3, 0, 2)


async def test_what_staff_did_is_opened_in_its_place_of_the_chain(stores: Stores, tmp_path: Path) -> None:
    database = await stores.open()

    def step(work: Work) -> None:
        member = add_staff(work, Role.COUNSELLOR, "unit", "Kak Melati")
        record(work, OPERATOR, Deed.STAFF_ADDED, member.id, Detail(folder_of(member), {"role": "counsellor"}))

    await database.write(step)
    await database.close()
    keeping = start_keeping(stores, tmp_path)
    keeping.create()

    found = _verify(keeping)

    assert found.sample is not None
    assert (found.sample.damaged, found.is_good) == ((), True)


async def test_of_many_documents_a_hundred_are_opened(sqlite_stores: Stores, tmp_path: Path) -> None:
    await fill(sqlite_stores, 60)
    keeping = start_keeping(sqlite_stores, tmp_path)
    keeping.create()

    found = [_verify(keeping, kind).sample for kind in (Kind.DATA, Kind.KEYS)]

    assert [sample and sample.opened for sample in found] == [SAMPLE, 61]


async def test_a_copy_of_the_data_can_be_read_with_the_copy_of_its_keys(stores: Stores, tmp_path: Path) -> None:
    await fill(stores)
    keeping = start_keeping(stores, tmp_path)
    keeping.create()

    store_url = unpack_keys(keeping.file(Kind.KEYS), keeping.identity, tmp_path)

    assert _verify(keeping, keys=_keys(stores, store_url=store_url)).is_good


async def test_verifying_changes_neither_store_nor_copy(sqlite_stores: Stores, tmp_path: Path) -> None:
    await fill(sqlite_stores)
    keeping = start_keeping(sqlite_stores, tmp_path)
    keeping.create()
    files = [keeping.file(Kind.DATA), *(Path(make_url(url).database or "") for url in _urls(sqlite_stores))]
    before = [file.read_bytes() for file in files]

    _verify(keeping, live=sqlite_stores.url)

    assert [file.read_bytes() for file in files] == before


async def test_people_erased_since_are_not_missed(stores: Stores, tmp_path: Path) -> None:
    people = await fill(stores)
    keeping = start_keeping(stores, tmp_path)
    keeping.create()
    await erase(stores, people[:2])

    found = _verify(keeping, live=stores.url)

    assert (found.is_good, found.erased) == (True, 2)


@pytest.mark.parametrize(
    ("table", "column"), [("cases", "document"), ("messages", "body"), ("addresses", "address"), ("staff", "profile")]
)
async def test_a_document_that_does_not_open_is_named(
    sqlite_stores: Stores, tmp_path: Path, table: str, column: str
) -> None:
    await fill(sqlite_stores)
    _spoil(sqlite_stores.url, table, column)
    keeping = start_keeping(sqlite_stores, tmp_path)
    keeping.create()

    found = _verify(keeping)

    assert not found.is_good
    assert found.sample is not None
    assert set(found.sample.damaged) == {f"{table}.{column}"}


async def test_a_key_that_does_not_open_is_named(sqlite_stores: Stores, tmp_path: Path) -> None:
    await fill(sqlite_stores)
    keeping = start_keeping(sqlite_stores, tmp_path)
    keeping.create()
    other = _keys(sqlite_stores, Keyring.open(tmp_path / "other", tmp_path / "data"))

    found = _verify(keeping, Kind.KEYS, other)

    assert not found.is_good
    assert found.sample is not None
    assert (found.sample.opened, set(found.sample.damaged)) == (0, {"folder_keys.wrapped"})


async def test_data_and_a_key_store_of_something_else_do_not_pass(sqlite_stores: Stores, tmp_path: Path) -> None:
    await fill(sqlite_stores)
    keeping = start_keeping(sqlite_stores, tmp_path)
    keeping.create()
    elsewhere = replace(sqlite_stores, url=f"sqlite:///{tmp_path}/o.db", keystore_url=f"sqlite:///{tmp_path}/k.db")
    await fill(elsewhere, 0)

    found = _verify(keeping, keys=_keys(sqlite_stores, store_url=elsewhere.keystore_url))

    assert not found.is_good
    assert found.sample is not None
    assert (found.sample.opened, found.sample.damaged) == (0, ())
    assert found.sample.keyless > 0


async def test_without_keys_a_copy_does_not_count(sqlite_stores: Stores, tmp_path: Path) -> None:
    await fill(sqlite_stores)
    keeping = start_keeping(sqlite_stores, tmp_path)
    keeping.create()
    shutil.rmtree(sqlite_stores.keys_folder)

    found = verify(keeping.file(Kind.DATA), keeping.identity, None, LATER)

    assert (found.sample, found.is_good) == (None, False)


async def test_an_audit_chain_that_was_whole_when_it_was_copied_stays_so(stores: Stores, tmp_path: Path) -> None:
    await _note(stores, 3)
    keeping = start_keeping(stores, tmp_path)
    keeping.create()
    await _note(stores, 2)

    assert _verify(keeping).is_good


async def test_an_audit_chain_that_was_tampered_with_is_named(sqlite_stores: Stores, tmp_path: Path) -> None:
    await _note(sqlite_stores, 5)
    with closing(sqlite3.connect(make_url(sqlite_stores.url).database or "")) as connection:
        connection.execute("UPDATE audit_rows SET action = 'case_read' WHERE sequence = 3")
        connection.commit()
    keeping = start_keeping(sqlite_stores, tmp_path)
    keeping.create()

    found = _verify(keeping)

    assert not found.is_good
    assert found.fault is not None
    assert found.fault.sequence == 3


async def _note(stores: Stores, count: int) -> None:
    """Record deeds, and sign the chain with a checkpoint."""
    database = await stores.open()
    for _ in range(count):
        await database.write(lambda work: record(work, OPERATOR, Deed.STAFF_ADDED))
    head = await database.read(read_head)
    await database.close()
    keys = _keys(stores)
    keys.checkpoints.parent.mkdir(exist_ok=True)
    append_checkpoint(keys.checkpoints, keys.keyring.audit_key, head, NOW)


def _urls(stores: Stores) -> tuple[str, str]:
    return stores.url, stores.keystore_url
