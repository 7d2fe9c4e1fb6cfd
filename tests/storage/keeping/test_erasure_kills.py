"""Killed between any two operations of an erasure, a person is still there whole or gone for good; never in between."""

import asyncio
import shutil
import subprocess
import sys
from pathlib import Path

from sqlalchemy import make_url, select

from bot.ports import Outgoing
from storage import outbox
from storage.casework import cases
from storage.clients import people
from storage.clients.people import ClientId
from storage.database import Database
from storage.outbox import Lane
from storage.tables import addresses, clients
from storage.team.staffing import Role, add_staff
from storage.transaction import Work
from tests.storage.backup.keeping import sweep_left_over
from tests.storage.conftest import Stores

HERE, THERE = b"h" * 16, b"t" * 16
_MOST_OPERATIONS = 60


def _fill(work: Work) -> ClientId:
    ani, budi = (people.welcome(work, at, "telegram", "1001", "id") for at in (HERE, THERE))
    for client_id in (ani, budi):
        cases.open_case(work, client_id, "unit", "intake", {})
        outbox.put(work, people.folder(client_id), "telegram", Lane.REPLY, Outgoing("halo"))
    add_staff(work, Role.COUNSELLOR, "unit", "Kak Contoh")
    return ani


async def test_a_kill_between_any_two_operations_leaves_nobody_half_erased(
    sqlite_stores: Stores, tmp_path: Path
) -> None:
    database = await sqlite_stores.open()
    client_id = await database.write(_fill)
    query = select(addresses.c.address).where(addresses.c.client_id == client_id)
    sealed = await database.read(lambda work: work.data.execute(query).scalar_one())
    await database.close()
    _copy(sqlite_stores, tmp_path / "copies")

    reached = await asyncio.to_thread(_kill_again_and_again, tmp_path / "copies", client_id)

    assert 6 <= reached < _MOST_OPERATIONS
    outcomes = [await _look(tmp_path / "copies" / f"{number}", client_id, sealed) for number in range(reached + 1)]
    assert outcomes[0] == "there"
    assert outcomes[-1] == "gone"
    assert outcomes == sorted(outcomes, reverse=True)  # there, up to the commit; gone from then on


def _copy(stores: Stores, root: Path) -> None:
    for number in range(_MOST_OPERATIONS):
        folder = root / f"{number}"
        folder.mkdir(parents=True)
        for url, name in ((stores.url, "data.db"), (stores.keystore_url, "keys.db")):
            shutil.copy(make_url(url).database or "", folder / name)
    shutil.copytree(stores.keys_folder, root / "keys")


def _kill_again_and_again(root: Path, client_id: ClientId) -> int:
    command = [sys.executable, "-m", "tests.storage.keeping.killed_eraser", str(root), client_id.hex()]
    ended = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603 - our own program
    return int(ended.stdout)


async def _look(folder: Path, client_id: ClientId, sealed: bytes) -> str:
    """Start again after the kill: tell what has become of the person, and see that a second try ends it."""
    stores = Stores(f"sqlite:///{folder}/data.db", f"sqlite:///{folder}/keys.db", folder.parent / "keys", folder)
    database = await stores.open()
    await database.write(sweep_left_over)
    there = await database.read(lambda work: _present(work, client_id))
    if there == (False, False):
        assert await database.finish_erasing(5)
        _expect_no_trace(folder, client_id, sealed)
    await database.write(lambda work: people.erase_client(work, client_id))
    assert await database.read(lambda work: _present(work, client_id)) == (False, False)
    await _expect_the_other_one(database)
    await database.close()
    _expect_no_trace(folder, client_id, sealed)
    assert there in {(True, True), (False, False)}
    return "there" if there[0] else "gone"


def _present(work: Work, client_id: ClientId) -> tuple[bool, bool]:
    row = work.data.execute(select(clients.c.client_id).where(clients.c.client_id == client_id)).first()
    return row is not None, work.vault.has_folder(people.folder(client_id))


def _expect_no_trace(folder: Path, client_id: ClientId, sealed: bytes) -> None:
    assert not any(sealed in file.read_bytes() for file in folder.iterdir())
    assert not any(bytes(client_id) in file.read_bytes() for file in folder.glob("keys.db*"))


async def _expect_the_other_one(database: Database) -> None:
    def step(work: Work) -> str | None:
        other = people.find_client(work, THERE)
        address = None if other is None else people.current_address(work, other)
        return None if address is None else address.address

    assert await database.read(step) == "1001"
