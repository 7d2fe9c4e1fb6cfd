"""An erasure counts from the commit of the data, whatever stops the key store or the process in between."""

import shutil
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import func, make_url, select
from sqlalchemy.exc import IntegrityError

from bot.ports import Outgoing
from storage import outbox
from storage.casework import cases
from storage.clients import people
from storage.clients.people import ClientId
from storage.database import Database
from storage.engine.engines import open_migrator
from storage.outbox import Lane
from storage.sealing.encryption import FolderGone
from storage.tables import addresses, clients, erasures
from storage.team.staffing import Role, add_staff
from storage.transaction import Work
from tests.storage.backup.keeping import sweep_left_over
from tests.storage.conftest import SettableClock, Stores
from tests.storage.scratch import FOLDER, add, destroy, in_turn, seal, unseal
from tests.surroundings.stores import NewStores

HERE, THERE = b"h" * 16, b"t" * 16


def _fill(work: Work) -> ClientId:
    """Let two people refer themselves, and return the first."""
    ani, budi = (people.welcome(work, at, "telegram", "1001", "id") for at in (HERE, THERE))
    for client_id in (ani, budi):
        cases.open_case(work, client_id, "unit", "intake", {})
        outbox.put(work, people.folder(client_id), "telegram", Lane.REPLY, Outgoing("halo"))
    add_staff(work, Role.COUNSELLOR, "unit", "Kak Melati")
    return ani


def _count_clients(work: Work) -> int:
    return work.data.execute(select(func.count()).select_from(clients)).scalar_one()


def _keep_keys(stores: Stores) -> None:
    """Let the key store refuse to delete, as a full disk does."""
    if stores.keystore_url.startswith("sqlite"):
        statements = ["CREATE TRIGGER kept BEFORE DELETE ON folder_keys BEGIN SELECT RAISE(ABORT, 'full'); END"]
    else:
        statements = [
            "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''full''; END'",
            "CREATE TRIGGER kept BEFORE DELETE ON folder_keys FOR EACH ROW EXECUTE FUNCTION refuse()",
        ]
    _execute(stores, *statements)


def _let_keys_go(stores: Stores) -> None:
    _execute(stores, "DROP TRIGGER kept" + ("" if stores.keystore_url.startswith("sqlite") else " ON folder_keys"))


def _execute(stores: Stores, *statements: str) -> None:
    engine = open_migrator(stores.keystore_url)
    with engine.begin() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)
    engine.dispose()


async def test_an_erasure_whose_commit_fails_destroys_nothing(database: Database) -> None:
    blob = await database.write(seal())

    with pytest.raises(IntegrityError):
        await database.write(in_turn(destroy, add(1, parent=404)))

    assert await database.write(unseal(blob)) == b"canary"


async def test_a_key_store_that_refuses_does_not_undo_an_erasure(database: Database, stores: Stores) -> None:
    blob = await database.write(seal())
    _keep_keys(stores)

    await database.write(destroy)

    with pytest.raises(FolderGone):
        await database.read(unseal(blob))
    _let_keys_go(stores)
    await database.write(add(1))
    fresh = await stores.open()
    with pytest.raises(FolderGone):
        await fresh.read(unseal(blob))
    await fresh.close()


async def test_a_kill_between_the_two_commits_leaves_a_key_that_the_sweep_destroys(
    database: Database, stores: Stores
) -> None:
    blob = await database.write(seal())
    _keep_keys(stores)
    await database.write(destroy)
    await database.close()
    _let_keys_go(stores)

    fresh = await stores.open()
    assert await fresh.read(unseal(blob)) == b"canary"
    await fresh.write(sweep_left_over)

    with pytest.raises(FolderGone):
        await fresh.read(unseal(blob))
    await fresh.close()


async def test_tombstones_go_after_forty_days(store: Database, clock: SettableClock) -> None:
    client_id = await store.write(_fill)
    await store.write(lambda work: people.erase_client(work, client_id))

    def count(work: Work) -> int:
        sweep_left_over(work)
        return work.data.execute(select(func.count()).select_from(erasures)).scalar_one()

    clock.pass_time(days=40)
    assert await store.write(count) == 1
    clock.pass_time(days=1)
    assert await store.write(count) == 0


async def test_somebody_without_a_key_holds_up_nobody_and_is_swept(store: Database) -> None:
    client_id = await store.write(_fill)
    await store.write(lambda work: work.vault.destroy_folder(people.folder(client_id)))

    def look(work: Work) -> list[object]:
        waiting = len(cases.queue_of(work, "unit"))
        letters = len(outbox.claim(work, ["telegram"], most=9))
        return [waiting, letters, people.find_client(work, HERE), people.find_arrival(work, HERE)]

    assert await store.write(look) == [1, 1, None, None]
    assert await store.read(cases.list_overdue) == []

    assert await store.write(sweep_left_over) == 1
    assert await store.read(_count_clients) == 1


async def test_a_restored_file_brings_an_erased_person_back_for_nobody(sqlite_stores: Stores, tmp_path: Path) -> None:
    path, backup = Path(make_url(sqlite_stores.url).database or ""), tmp_path / "backup"
    database = await sqlite_stores.open()
    client_id = await database.write(_fill)
    await database.close()
    shutil.copy(path, backup)
    database = await sqlite_stores.open()
    await database.write(lambda work: people.erase_client(work, client_id))
    await database.close()
    shutil.copy(backup, path)

    restored = await sqlite_stores.open()
    assert await restored.read(_count_clients) == 2
    assert len(await restored.write(lambda work: cases.queue_of(work, None))) == 1
    assert await restored.write(sweep_left_over) == 1

    assert await restored.read(_count_clients) == 1
    await restored.close()


async def test_a_key_store_that_belongs_to_other_data_sweeps_nobody(stores: Stores, new_stores: NewStores) -> None:
    url, keystore_url = new_stores()
    other = replace(stores, url=url, keystore_url=keystore_url)
    for each in (stores, other):
        database = await each.open()
        await database.write(_fill)
        await database.close()

    wrong = await replace(stores, keystore_url=other.keystore_url).open()
    assert await wrong.write(sweep_left_over) == 0

    assert await wrong.read(_count_clients) == 2
    await wrong.close()


async def test_a_person_met_in_the_same_batch_is_not_swept(store: Database) -> None:
    def step(work: Work) -> int:
        _fill(work)
        return sweep_left_over(work)

    assert await store.write(step) == 0


async def test_fifty_erased_people_stay_unreadable_in_an_old_copy_with_the_current_keys(
    sqlite_stores: Stores, tmp_path: Path
) -> None:
    path, backup = Path(make_url(sqlite_stores.url).database or ""), tmp_path / "backup"
    places = [bytes([number]) * 16 for number in range(60)]

    def welcome_all(work: Work) -> list[ClientId]:
        return [people.welcome(work, at, "telegram", f"10{number}", "id") for number, at in enumerate(places)]

    def read_all(work: Work) -> list[str | None]:
        found = [work.data.execute(select(addresses).where(addresses.c.address_index == at)).one() for at in places]
        return [_open_address(work, row.client_id, at, row.address) for row, at in zip(found, places, strict=True)]

    database = await sqlite_stores.open()
    everybody = await database.write(welcome_all)
    await database.close()
    shutil.copy(path, backup)
    database = await sqlite_stores.open()
    for client_id in everybody[:50]:
        await database.write(partial(people.erase_client, client_id=client_id))
    await database.close()
    shutil.copy(backup, path)

    restored = await sqlite_stores.open()
    read = await restored.read(read_all)
    await restored.close()
    assert read == [None] * 50 + [f"10{number}" for number in range(50, 60)]


def _open_address(work: Work, client_id: bytes, index: bytes, sealed: bytes) -> str | None:
    try:
        return work.vault.open(people.folder(ClientId(client_id)), "addresses", "address", index, sealed).decode()
    except FolderGone:
        return None


async def test_another_process_reads_nothing_of_an_erased_folder_after_a_minute(
    sqlite_stores: Stores, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 0.0
    monkeypatch.setattr("storage.database.monotonic", lambda: now)
    here, there = await sqlite_stores.open(), await sqlite_stores.open()
    blob = await here.write(seal())
    assert await there.read(unseal(blob)) == b"canary"

    await here.write(lambda work: work.vault.destroy_folder(FOLDER))
    now = 60.0

    with pytest.raises(FolderGone):
        await there.read(unseal(blob))
    await here.close()
    await there.close()
