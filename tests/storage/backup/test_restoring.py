"""What comes back from a copy: everything, but for what was erased since and what may have been sent already."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import make_url

from storage.backup.archives import (
    ArchiveDamaged,
    Kind,
    Manifest,
    WrongIdentity,
    make_identity,
    read_identity,
    read_recipient,
    write_archive,
)
from storage.backup.backups import Sources, create
from storage.backup.copies import TargetNotEmpty
from storage.backup.restoring import Restored, restore
from storage.migrate import Store, bring_up_to_date
from storage.team.staffing import list_staff
from tests.storage.backup.keeping import NOW, Keeping, erase, fill, read_back, start_keeping
from tests.storage.conftest import Stores

LATER = NOW + timedelta(days=3)


def _restore(keeping: Keeping, kind: Kind, target: Path | str, live_url: str | None = None) -> Restored:
    return restore(keeping.file(kind), keeping.identity, str(target), LATER, live_url)


def _here(stores: Stores, folder: Path, *, keys: bool = False) -> Stores:
    """The stores as they are once the copies in `folder` took their place."""
    brought = replace(stores, url=f"sqlite:///{folder / 'singgah.db'}")
    return replace(brought, keystore_url=f"sqlite:///{folder / 'keystore.db'}") if keys else brought


def _look(path: Path, question: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(question).fetchall()


async def test_both_stores_come_back_and_everything_in_them_can_be_read(stores: Stores, tmp_path: Path) -> None:
    people = await fill(stores)
    keeping = start_keeping(stores, tmp_path)
    keeping.create()

    for kind in (Kind.DATA, Kind.KEYS):
        _restore(keeping, kind, tmp_path / "back")

    here = _here(stores, tmp_path / "back", keys=True)
    assert [await read_back(here, client_id) for client_id in people] == [["halo 0"], ["halo 1"], ["halo 2"]]
    database = await here.open()
    assert [member.alias for member in await database.read(list_staff)] == ["Kak Melati"]
    await database.close()


async def test_a_copy_comes_back_into_an_empty_postgresql_database(
    stores: Stores, new_postgresql: Callable[[], str], tmp_path: Path
) -> None:
    people = await fill(stores)
    keeping = start_keeping(stores, tmp_path)
    keeping.create()
    url, keystore_url = new_postgresql(), new_postgresql()

    back = _restore(keeping, Kind.DATA, url)
    _restore(keeping, Kind.KEYS, keystore_url)

    here = replace(stores, url=url, keystore_url=keystore_url)
    assert [await read_back(here, client_id) for client_id in people] == [["halo 0"], ["halo 1"], ["halo 2"]]
    assert back.where.startswith("postgresql")
    with pytest.raises(TargetNotEmpty, match="empty one"):
        _restore(keeping, Kind.DATA, url)


async def test_fifty_erased_people_stay_unreadable_from_an_old_copy_with_the_keys_in_use(
    sqlite_stores: Stores, tmp_path: Path
) -> None:
    people = await fill(sqlite_stores, 60)
    keeping = start_keeping(sqlite_stores, tmp_path)
    keeping.create()
    await erase(sqlite_stores, people[:50])

    back = _restore(keeping, Kind.DATA, tmp_path / "back")

    here = _here(sqlite_stores, tmp_path / "back")
    assert [await read_back(here, client_id) for client_id in people[:50]] == [[]] * 50
    assert [await read_back(here, client_id) for client_id in people[50:]] == [[f"halo {n}"] for n in range(50, 60)]
    assert (back.erased, back.ledgers) == (0, 1)  # made before they went: only the keys know


async def test_the_store_in_use_tells_an_old_copy_who_was_erased(stores: Stores, tmp_path: Path) -> None:
    people = await fill(stores)
    keeping = start_keeping(stores, tmp_path)
    keeping.create()
    await erase(stores, people[:2])

    backs = [_restore(keeping, kind, tmp_path / "back", stores.url) for kind in (Kind.DATA, Kind.KEYS)]

    here = _here(stores, tmp_path / "back", keys=True)
    assert [await read_back(here, client_id) for client_id in people] == [[], [], ["halo 2"]]
    assert [(back.erased, back.ledgers) for back in backs] == [(2, 2), (2, 2)]
    assert _look(tmp_path / "back" / "singgah.db", "SELECT count(*) FROM clients") == [(1,)]
    assert _look(tmp_path / "back" / "singgah.db", "SELECT count(*) FROM outbox") == [(1,)]


async def test_when_all_is_lost_a_later_list_tells_old_copies_who_was_erased(stores: Stores, tmp_path: Path) -> None:
    people = await fill(stores)
    keeping = start_keeping(stores, tmp_path)
    first = keeping.create()
    await erase(stores, people[:2])
    keeping.create(NOW + timedelta(days=1))

    backs = [
        restore(path, keeping.identity, str(tmp_path / "back"), LATER, f"sqlite:///{tmp_path / 'gone.db'}")
        for path, manifest in first.files
        if manifest.kind is not Kind.LEDGER
    ]

    here = _here(stores, tmp_path / "back", keys=True)
    assert [await read_back(here, client_id) for client_id in people] == [[], [], ["halo 2"]]
    assert [(back.erased, back.ledgers) for back in backs] == [(2, 2), (2, 2)]
    assert not (tmp_path / "gone.db").exists()


async def test_what_was_erased_is_remembered_by_the_copy_that_came_back(stores: Stores, tmp_path: Path) -> None:
    people = await fill(stores)
    keeping = start_keeping(stores, tmp_path)
    keeping.create()
    await erase(stores, people[:1])

    _restore(keeping, Kind.DATA, tmp_path / "back", stores.url)

    assert _look(tmp_path / "back" / "singgah.db", "SELECT folder_id FROM erasures") == [(bytes(people[0]),)]


async def test_nothing_that_was_on_its_way_is_sent_again(stores: Stores, tmp_path: Path) -> None:
    await fill(stores)
    keeping = start_keeping(stores, tmp_path)
    keeping.create()

    back = _restore(keeping, Kind.DATA, tmp_path / "back")

    file = tmp_path / "back" / "singgah.db"
    assert back.stopped == 3
    assert _look(file, "SELECT DISTINCT state FROM outbox") == [("uncertain",)]
    assert _look(file, "SELECT DISTINCT delivery FROM messages") == [("uncertain",)]


async def test_a_copy_of_an_older_release_gets_the_tables_of_this_one(sqlite_stores: Stores, tmp_path: Path) -> None:
    bring_up_to_date(Store.DATA, sqlite_stores.url, "0001")
    bring_up_to_date(Store.KEYS, sqlite_stores.keystore_url)
    keeping = start_keeping(sqlite_stores, tmp_path)
    made = keeping.create()

    back = _restore(keeping, Kind.DATA, tmp_path / "back")

    assert (made.files[0][1].revision, back.manifest.revision) == ("0001", "0001")
    assert _look(tmp_path / "back" / "singgah.db", "SELECT version_num FROM alembic_version") > [("0001",)]


async def test_small_files_of_the_data_folder_come_back_with_the_data(sqlite_stores: Stores, tmp_path: Path) -> None:
    await fill(sqlite_stores, 1)
    keeping = start_keeping(sqlite_stores, tmp_path)
    (tmp_path / "units.toml").write_text('name = "Pantai Contoh ☂"\n')
    beside = (tmp_path / "units.toml", tmp_path / "never-made.json")
    sources = Sources(sqlite_stores.url, sqlite_stores.keystore_url, beside)
    create(sources, keeping.folder, read_recipient(keeping.public), NOW, lambda _size: None)

    back = _restore(keeping, Kind.DATA, tmp_path / "back")
    _restore(keeping, Kind.KEYS, tmp_path / "back")

    assert back.files == ("units.toml",)
    assert (tmp_path / "back" / "units.toml").read_text() == 'name = "Pantai Contoh ☂"\n'
    assert sorted(path.name for path in (tmp_path / "back").iterdir()) == ["keystore.db", "singgah.db", "units.toml"]


async def test_a_file_that_is_there_is_not_overwritten(sqlite_stores: Stores, tmp_path: Path) -> None:
    await fill(sqlite_stores, 1)
    keeping = start_keeping(sqlite_stores, tmp_path)
    keeping.create()
    (tmp_path / "back").mkdir()
    (tmp_path / "back" / "singgah.db").write_text("here")

    with pytest.raises(TargetNotEmpty, match="nothing is overwritten"):
        _restore(keeping, Kind.DATA, tmp_path / "back")

    assert [path.name for path in (tmp_path / "back").iterdir()] == ["singgah.db"]
    assert (tmp_path / "back" / "singgah.db").read_text() == "here"


async def test_what_comes_back_is_one_file_for_its_owner_alone(sqlite_stores: Stores, tmp_path: Path) -> None:
    await fill(sqlite_stores, 1)
    keeping = start_keeping(sqlite_stores, tmp_path)
    keeping.create()

    _restore(keeping, Kind.KEYS, tmp_path / "back")

    assert [(path.name, oct(path.stat().st_mode)[-3:]) for path in (tmp_path / "back").iterdir()] == [
        ("keystore.db", "600")
    ]


async def test_a_list_of_erasures_is_not_restored_by_itself(sqlite_stores: Stores, tmp_path: Path) -> None:
    await fill(sqlite_stores, 1)
    keeping = start_keeping(sqlite_stores, tmp_path)
    keeping.create()

    with pytest.raises(ArchiveDamaged, match="list of erasures"):
        _restore(keeping, Kind.LEDGER, tmp_path / "back")


async def test_without_the_right_private_half_nothing_comes_back(sqlite_stores: Stores, tmp_path: Path) -> None:
    await fill(sqlite_stores, 1)
    keeping = start_keeping(sqlite_stores, tmp_path)
    keeping.create()
    make_identity(tmp_path / "other")

    with pytest.raises(WrongIdentity):
        restore(keeping.file(Kind.DATA), read_identity(tmp_path / "other"), str(tmp_path / "back"), LATER)

    assert list((tmp_path / "back").iterdir()) == []


def _damage_page(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[-4096:] = b"\xff" * 4096
    path.write_bytes(content)


def _write_something_else(path: Path) -> None:
    path.write_bytes(b"obviously no database" * 1_000)


def _forget_the_tables(path: Path) -> None:
    path.unlink()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE contoh (number)")


def _drop_a_row(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("DELETE FROM staff")
        connection.commit()


def _orphan_a_row(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("DELETE FROM clients")
        connection.commit()


@pytest.mark.parametrize(
    ("harm", "said"),
    [
        (_damage_page, "integrity check"),
        (_write_something_else, "holds no store"),
        (_forget_the_tables, "holds no store"),
        (_drop_a_row, "does not hold the rows its first line tells of"),
        (_orphan_a_row, "points at nothing"),
    ],
)
async def test_a_store_that_was_damaged_before_it_was_encrypted_is_refused(
    sqlite_stores: Stores, tmp_path: Path, harm: Callable[[Path], None], said: str
) -> None:
    await fill(sqlite_stores)
    keeping = start_keeping(sqlite_stores, tmp_path)
    made = keeping.create()
    _, manifest = made.files[0]
    store = Path(make_url(sqlite_stores.url).database or "")
    harm(store)
    path = _encrypt(keeping, store, manifest)

    with pytest.raises(ArchiveDamaged, match=said):
        restore(path, keeping.identity, str(tmp_path / "back"), LATER)
    assert list((tmp_path / "back").iterdir()) == []


def _encrypt(keeping: Keeping, store: Path, manifest: Manifest) -> Path:
    path = keeping.folder / "data" / "harmed.age"
    described = replace(manifest, size=store.stat().st_size)
    write_archive(path, described, store, read_recipient(keeping.public), lambda _size: None)
    return path
