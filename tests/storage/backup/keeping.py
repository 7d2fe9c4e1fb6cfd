"""A filled pair of stores and copies of it, for the tests of backups."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from bot.ports import Outgoing
from storage import outbox
from storage.backup.archives import Kind, make_identity, read_identity, read_recipient
from storage.backup.backups import Made, Sources, create
from storage.casework import cases, chats, tasks
from storage.clients import people
from storage.clients.people import ClientId
from storage.keeping import retention
from storage.outbox import Lane
from storage.team.staffing import Role, add_staff
from storage.transaction import Work
from tests.storage.conftest import Stores

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Keeping:
    """Two stores, a folder for copies and the backup key."""

    stores: Stores
    folder: Path
    public: str
    identity_file: Path

    @property
    def identity(self) -> object:
        """The private half."""
        return read_identity(self.identity_file)

    def create(self, now: datetime = NOW) -> Made:
        """Make copies."""
        sources = Sources(self.stores.url, self.stores.keystore_url)
        return create(sources, self.folder, read_recipient(self.public), now, _show_nothing)

    def file(self, kind: Kind) -> Path:
        """The newest copy of a kind."""
        return max((self.folder / kind).iterdir())

    def list_files(self) -> list[str]:
        """List everything in the folder that is no folder."""
        return sorted(str(path.relative_to(self.folder)) for path in self.folder.rglob("*") if path.is_file())


def start_keeping(stores: Stores, folder: Path) -> Keeping:
    """Make a backup key for two stores."""
    return Keeping(stores, folder / "backups", make_identity(folder / "identity"), folder / "identity")


async def fill(stores: Stores, count: int = 3) -> list[ClientId]:
    """Let people refer themselves, talk, and be looked after; return them."""
    database = await stores.open()

    def step(work: Work) -> list[ClientId]:
        add_staff(work, Role.COUNSELLOR, "unit", "Kak Melati")
        return [_refer(work, number) for number in range(count)]

    made = await database.write(step)
    await database.close()
    return made


async def erase(stores: Stores, gone: Iterable[ClientId]) -> None:
    """Erase people as the service does."""
    database = await stores.open()
    for client_id in gone:
        await database.write(partial(people.erase_client, client_id=client_id))
    await database.close()


async def read_back(stores: Stores, client_id: ClientId) -> list[str]:
    """Read what was said in a client's case as a new process would; empty when nothing of it can be opened."""
    database = await stores.open()

    def step(work: Work) -> list[str]:
        case = cases.open_case_of(work, client_id)
        return [] if case is None else [message.text for message in chats.load_chat(work, case)]

    try:
        return await database.read(step)
    finally:
        await database.close()


def sweep_left_over(work: Work) -> int:
    """Do what a sweep does about keys and rows of erased folders; return how many clients were removed."""
    for folder in retention.find_brought_back(work):
        retention.destroy_again(work, folder)
    retention.forget_erasures(work, most=100)
    return sum(retention.erase_lost(work, lost) for lost in retention.find_lost(work))


def _refer(work: Work, number: int) -> ClientId:
    client_id = people.welcome(work, number.to_bytes(16, "big"), "telegram", f"10{number}", "id")
    case = cases.open_case(work, client_id, "unit", "intake", {"age_band": "age_25_34"})
    tasks.add_task(work, case, "danger", NOW)
    said = chats.add_message(work, case, chats.Side.COUNSELLOR, f"halo {number}")
    outbox.put(work, people.folder(client_id), "telegram", Lane.REPLY, Outgoing(said.text), message_id=said.id)
    return client_id


def _show_nothing(_size: int) -> None:
    """Take the progress and show nothing."""
