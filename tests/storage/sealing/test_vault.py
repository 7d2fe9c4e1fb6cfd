"""Folders: what is sealed in one opens for it alone, and never again once it is destroyed."""

import shutil
from pathlib import Path

import pytest
from sqlalchemy import make_url, select
from sqlalchemy.exc import IntegrityError

from storage.database import Database
from storage.keys.keyring import KeyRetired
from storage.keys.keystore import CACHED_KEYS, CACHED_SECONDS
from storage.sealing.encryption import FolderGone, FolderId, Unreadable
from tests.storage.conftest import Stores
from tests.storage.scratch import FOLDER, ROW, add, children, destroy, fail, in_turn, seal, unseal, write_together

OTHER = FolderId(b"o" * 16)


async def test_a_sealed_document_opens_in_another_process(database: Database, stores: Stores) -> None:
    blob = await database.write(seal())

    fresh = await stores.open()

    assert await fresh.read(unseal(blob)) == b"canary"
    assert await fresh.write(unseal(blob)) == b"canary"
    await fresh.close()


async def test_a_folder_made_elsewhere_is_found_by_whoever_has_looked_before(
    database: Database, stores: Stores
) -> None:
    other = await stores.open()
    first = await database.write(seal())
    assert await other.read(unseal(first)) == b"canary"

    second = await database.write(seal(folder=OTHER))

    assert await other.read(unseal(second, OTHER)) == b"canary"
    assert await other.write(unseal(second, OTHER)) == b"canary"
    await other.close()


async def test_a_document_moved_to_another_folder_does_not_open(database: Database) -> None:
    blob = await database.write(seal())
    await database.write(seal(folder=OTHER))

    with pytest.raises(Unreadable):
        await database.read(unseal(blob, OTHER))


async def test_nothing_is_sealed_in_a_folder_that_was_never_made(database: Database) -> None:
    with pytest.raises(FolderGone):
        await database.write(lambda work: work.vault.seal(FOLDER, "messages", "body", b"", b""))


async def test_a_folder_under_a_fresh_id_is_there_for_later_steps(database: Database) -> None:
    first, second = [await database.write(lambda work: work.vault.make_folder()) for _ in range(2)]
    blob = await database.write(lambda work: work.vault.seal(first, "messages", "body", ROW, b"canary"))

    assert await database.read(unseal(blob, first)) == b"canary"
    with pytest.raises(Unreadable):
        await database.read(unseal(blob, second))


async def test_a_step_can_use_a_folder_made_earlier_in_its_batch(database: Database) -> None:
    blob, again, _ = await write_together(database, seal(), seal(), add(1))

    assert isinstance(blob, bytes)
    assert isinstance(again, bytes)
    assert [await database.read(unseal(sealed)) for sealed in (blob, again)] == [b"canary", b"canary"]


async def test_a_folder_of_an_undone_step_is_not_made(database: Database) -> None:
    answers = await write_together(
        database,
        in_turn(seal(), fail),
        lambda work: work.vault.seal(FOLDER, "messages", "body", b"", b""),
        add(1),
    )

    assert [type(answer) for answer in answers[:2]] == [LookupError, FolderGone]


async def test_a_folder_is_usable_after_the_first_try_to_make_it_failed_at_the_commit(database: Database) -> None:
    with pytest.raises(IntegrityError):
        await database.write(in_turn(seal(), add(1, parent=404)))

    blob = await database.write(seal())

    assert await database.read(unseal(blob)) == b"canary"


async def test_making_a_folder_again_keeps_its_key(database: Database, stores: Stores) -> None:
    first = await database.write(seal())
    fresh = await stores.open()
    await fresh.write(seal())

    assert await fresh.read(unseal(first)) == b"canary"
    await fresh.close()


async def test_a_destroyed_folder_opens_nowhere_any_more(database: Database, stores: Stores) -> None:
    blob = await database.write(seal())
    assert await database.read(unseal(blob)) == b"canary"

    await database.write(destroy)

    fresh = await stores.open()
    for process in (database, fresh):
        with pytest.raises(FolderGone, match="erased for good"):
            await process.read(unseal(blob))
        with pytest.raises(FolderGone):
            await process.write(unseal(blob))
    await fresh.close()


async def test_a_destroyed_folder_stays_unreadable_when_its_id_is_used_again(database: Database) -> None:
    blob = await database.write(seal())
    await database.write(destroy)
    await database.write(destroy)

    await database.write(seal())

    with pytest.raises(Unreadable):
        await database.read(unseal(blob))


async def test_a_step_cannot_use_a_folder_destroyed_earlier_in_its_batch(database: Database) -> None:
    blob = await database.write(seal())

    answers = await write_together(database, destroy, unseal(blob), seal())

    assert [type(answer) for answer in answers] == [type(None), FolderGone, FolderGone]


async def test_an_undone_destruction_destroys_nothing(database: Database) -> None:
    blob = await database.write(seal())

    await write_together(database, in_turn(destroy, fail), add(1))

    assert await database.read(unseal(blob)) == b"canary"


async def test_an_old_backup_of_the_data_does_not_bring_an_erased_folder_back(
    sqlite_stores: Stores, tmp_path: Path
) -> None:
    path, backup = Path(make_url(sqlite_stores.url).database or ""), tmp_path / "backup"
    database = await sqlite_stores.open()
    await database.write(lambda work: children.metadata.create_all(work.data))
    for number, folder in enumerate((FOLDER, OTHER)):
        await database.write(add(number, note=await database.write(seal(folder=folder))))
    await database.close()
    shutil.copy(path, backup)

    database = await sqlite_stores.open()
    await database.write(destroy)
    await database.close()
    shutil.copy(backup, path)

    restored = await sqlite_stores.open()
    erased, kept = await restored.read(lambda work: list(work.data.execute(select(children.c.note)).scalars()))
    with pytest.raises(FolderGone):
        await restored.read(unseal(erased))
    assert await restored.read(unseal(kept, OTHER)) == b"canary"
    await restored.close()


async def test_another_process_forgets_an_opened_key_after_five_minutes(
    stores: Stores, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [0.0]
    monkeypatch.setattr("storage.database.monotonic", lambda: now[0])
    ours, theirs = await stores.open(), await stores.open()
    blob = await ours.write(seal())
    assert await theirs.read(unseal(blob)) == b"canary"

    await ours.write(lambda work: work.vault.destroy_folder(FOLDER))
    now[0] = CACHED_SECONDS

    with pytest.raises(FolderGone):
        await theirs.read(unseal(blob))
    await ours.close()
    await theirs.close()


async def test_more_folders_than_stay_opened_can_be_used(sqlite_stores: Stores) -> None:
    database = await sqlite_stores.open()
    folders = [FolderId(number.to_bytes(16)) for number in range(CACHED_KEYS + 10)]
    blobs = await database.write(lambda work: [seal(folder=folder)(work) for folder in folders])

    opened = await database.read(
        lambda work: {unseal(blob, folder)(work) for folder, blob in zip(folders, blobs, strict=True)}
    )

    assert opened == {b"canary"}
    await database.close()


async def test_the_wrong_root_key_is_noticed_at_the_start(database: Database, stores: Stores) -> None:
    await database.write(seal())

    (stores.keys_folder / "kek-1.key").write_bytes(b"x" * 32)
    with pytest.raises(Unreadable, match=r"restore the key folder"):
        await stores.open()
    (stores.keys_folder / "kek-1.key").rename(stores.keys_folder / "kek-2.key")
    with pytest.raises(KeyRetired, match=r"kek-1\.key"):
        await stores.open()
