"""A house full of invented people who chose to hear of the programme, and staff who may write to them."""

from dataclasses import dataclass

from bot.care.broadcasts.audience import Audience, Group, NewsWishes, Topic
from bot.care.broadcasts.content import Content, Words
from bot.ports import Start
from handlers.broadcasts.desk import BroadcastDesk, PictureFile, Result, State, Written
from handlers.broadcasts.running import run_due
from handlers.steps import Steps
from storage.broadcasts import recipients
from storage.broadcasts.recipients import Fate
from storage.clients import news, people
from storage.clients.people import ClientId
from storage.team import staffing
from storage.team.staffing import Purpose, Role, StaffMember
from storage.transaction import Work
from tests.handlers.walking import in_world
from tests.worlds import TestBed

KNOCK = "Ada kabar yang kamu minta. Mau dibuka sekarang?"
AUTHOR, APPROVER = "7001", "7002"
TEXT = "Pelatihan menjahit dibuka hari Senin."
CONTENT = Content({"id": Words(TEXT, ("Saya ikut", "Lain kali")), "en": Words("A sewing course.", ("I join", "Later"))})
WANTING = NewsWishes(frozenset({Topic.TRAINING}), agreed_at="2026-11-23T02:00Z", version="news.id.test")
TRAINED = Audience(Group.CLIENTS, Topic.TRAINING)


@dataclass
class BroadcastHouse:
    """A test bed with an author, somebody who approves, and the desk."""

    bed: TestBed
    desk: BroadcastDesk
    author: StaffMember
    approver: StaffMember

    async def approved(
        self, content: Content = CONTENT, audience: Audience = TRAINED, file: PictureFile | None = None
    ) -> str:
        """Write a broadcast and have it approved."""
        broadcast_id = await self.desk.draft(self.author, Written(0, content, audience, file))
        assert broadcast_id is not None
        assert await self.desk.dry_run(self.author, broadcast_id) is Result.DONE
        assert await self.desk.ask(self.author, broadcast_id) is Result.DONE
        view = await self.desk.view(self.approver, broadcast_id)
        assert view is not None
        decided = await self.desk.decide(self.approver, broadcast_id, view.content_hash, agrees=True)
        assert decided is Result.DONE
        return broadcast_id

    async def running(
        self, content: Content = CONTENT, audience: Audience = TRAINED, file: PictureFile | None = None
    ) -> str:
        """Have an approved broadcast begin, with nothing sent yet."""
        broadcast_id = await self.approved(content, audience, file)
        await self.bed.flush()
        assert await self.desk.send(self.author, broadcast_id) is Result.DONE
        await self.feed()
        return broadcast_id

    async def state(self, broadcast_id: str) -> State:
        """Tell how far a broadcast has come."""
        view = await self.desk.view(self.author, broadcast_id)
        assert view is not None
        return view.state

    async def fates(self, broadcast_id: str) -> dict[Fate, int]:
        """Count recipients by what became of it for them."""
        known = bytes.fromhex(broadcast_id)
        return await self.bed.world.database.read(lambda work: recipients.count_fates(work, known))

    async def feed(self) -> None:
        """Do what a second of the clock brings."""
        await run_due(Steps(self.bed.world))

    async def finish(self, seconds: int = 60) -> None:
        """Let seconds pass, each with its feeding and sending."""
        for _ in range(seconds):
            await self.feed()
            await self.bed.flush()
            self.bed.clock.pass_time(seconds=1)


async def open_house(bed: TestBed, people_count: int = 0) -> BroadcastHouse:
    """Add staff who are reached in private chats, and people who want to hear of trainings."""
    author = await staff(bed, AUTHOR, Role.BROADCASTER, "Kak Sekar")
    approver = await staff(bed, APPROVER, Role.COORDINATOR, "Kak Bayu")
    await subscribe(bed, *(str(2_000 + number) for number in range(people_count)))
    return BroadcastHouse(bed, BroadcastDesk(bed.world), author, approver)


async def staff(bed: TestBed, address: str, role: Role, alias: str, unit_id: str | None = None) -> StaffMember:
    """Add somebody who works here and is reached in a private chat."""

    def step(work: Work) -> tuple[StaffMember, str]:
        member = staffing.add_staff(work, role, unit_id, alias)
        return member, staffing.invite(work, member.id, Purpose.LINK_CHAT)

    member, token = await in_world(bed, step)
    await bed.deliver(address, Start(token))
    return member


async def subscribe(bed: TestBed, *addresses: str, wishes: NewsWishes = WANTING) -> list[ClientId]:
    """Let people choose what to hear of, without the conversation that leads there."""

    def step(work: Work) -> list[ClientId]:
        found = []
        for address in addresses:
            index = bed.world.address_index(bed.channel.name, address)
            client = people.find_client(work, index) or people.welcome(work, index, bed.channel.name, address, "id")
            news.save_wishes(work, client, wishes)
            found.append(client)
        return found

    return await in_world(bed, step)
