"""Everything staff can do with broadcasts, for the pages of the desk; the chats do the same through `acts`."""

import asyncio
from datetime import datetime

from bot.care.broadcasts.audience import Audience, Group, Stage, Topic
from bot.care.broadcasts.content import Content, Fault, Flaw, Illustration, PictureFlaw, Words
from bot.care.broadcasts.report import Progress
from bot.pictures import PictureFile
from handlers.broadcasts import acts, audience, pictures, showing
from handlers.broadcasts.acts import Result, Written
from handlers.broadcasts.audience import Count
from handlers.broadcasts.showing import Act, Entry, Preview, View
from handlers.world import World
from storage.broadcasts.records import State
from storage.team.staffing import StaffMember
from storage.transaction import Work

__all__ = [
    "Act",
    "Audience",
    "BroadcastDesk",
    "Content",
    "Count",
    "Entry",
    "Fault",
    "Flaw",
    "Group",
    "Illustration",
    "PictureFile",
    "PictureFlaw",
    "Preview",
    "Progress",
    "Result",
    "Stage",
    "State",
    "Topic",
    "View",
    "Words",
    "Written",
]


class BroadcastDesk:
    """Broadcasts of one installation.  Whoever has neither right is told nothing and can do nothing.

    Ids are hexadecimal text, as they stand in an address; one that means nothing is answered like one that is gone.
    """

    def __init__(self, world: World) -> None:
        """Work in a world."""
        self._world = world
        self._database = world.database
        self._drawing = asyncio.Lock()

    def languages(self) -> tuple[str, ...]:
        """List the languages a content may be written in, the one that is a must first."""
        return self._world.script.languages

    def smallest_group(self) -> int:
        """Return how many people a group of clients or relatives must have."""
        return self._world.config.broadcast.smallest_group

    def provinces(self) -> list[tuple[str, str]]:
        """List (code, name) of the provinces."""
        return audience.list_provinces(self._world)

    def regencies(self, province: str) -> list[tuple[str, str]]:
        """List (code, name) of the regencies and cities of a province; none for an unknown code."""
        return audience.list_regencies(self._world, province)

    def name_region(self, code: str) -> str:
        """Return the name of a province, regency or city; the code itself for one that is not known."""
        return audience.name_region(self._world, code)

    async def entries(self, member: StaffMember) -> list[Entry]:
        """List every broadcast that is kept, the newest first; drafts of others only once approval is asked for."""
        return await self._database.read(lambda work: showing.list_entries(work, member))

    async def view(self, member: StaffMember, broadcast_id: str) -> View | None:
        """Show one broadcast with its faults, how it arrives, what this person may do with it, and its progress."""
        return await self._database.read(lambda work: showing.view(work, self._world, member, broadcast_id))

    async def redraw(self, upload: bytes) -> PictureFile | PictureFlaw:
        """Draw anew what a file shows, off the event loop and one at a time; what is not taken is said in the flaw."""
        # Loaded only once somebody adds a picture.
        from handlers.broadcasts.redrawing import redraw  # noqa: PLC0415

        async with self._drawing:  # one that is large needs a hundred MiB
            return await asyncio.to_thread(redraw, upload)

    async def picture(self, member: StaffMember, broadcast_id: str) -> PictureFile | None:
        """Return the picture of a broadcast this person may see."""

        def step(work: Work) -> PictureFile | None:
            found = showing.load_seen(work, member, broadcast_id)
            return None if found is None else pictures.load_of(work, found)

        return await self._database.read(step)

    async def draft(self, member: StaffMember, written: Written) -> str | None:
        """Begin a draft and return its id; None without the right to write."""
        return await self._database.write(lambda work: acts.draft(work, member, written))

    async def edit(self, member: StaffMember, broadcast_id: str, written: Written) -> Result:
        """Change one's own draft; what waits for approval, is approved or scheduled becomes a draft again.

        CHANGED when somebody has written since.
        """
        return await self._database.write(lambda work: acts.edit(work, member, broadcast_id, written))

    async def count(self, member: StaffMember, chosen: Audience) -> Count | None:
        """Count an audience as it is now; None without a right or for an audience that cannot be."""
        return await audience.count(self._world, member, chosen)

    async def dry_run(self, member: StaffMember, broadcast_id: str) -> Result:
        """Send one's own draft to one's own chats exactly as it arrives, and note that it was seen.

        Somebody without a chat sees it at the desk: the previews of the view count as seen by this.
        """
        return await self._database.write(lambda work: acts.dry_run(work, self._world, member, broadcast_id))

    async def ask(self, member: StaffMember, broadcast_id: str) -> Result:
        """Ask others to approve exactly what was tried; they are told in their chats."""
        return await acts.ask(self._world, member, broadcast_id)

    async def decide(self, member: StaffMember, broadcast_id: str, seen_hash: str, *, agrees: bool) -> Result:
        """Approve or refuse what another wrote.  `seen_hash`: `content_hash` of the view that was decided on."""
        decision = (seen_hash, agrees)
        return await self._database.write(lambda work: acts.decide(work, self._world, member, broadcast_id, decision))

    async def send(self, member: StaffMember, broadcast_id: str, at: datetime | None = None) -> Result:
        """Send one's own approved broadcast.  `at`: aware, at most thirty days ahead; None for now."""
        return await self._database.write(lambda work: acts.send(work, self._world, member, broadcast_id, at))

    async def pause(self, member: StaffMember, broadcast_id: str) -> Result:
        """Hold a running broadcast at once; what waits in the outbox is taken back."""
        return await self._database.write(lambda work: acts.pause(work, self._world, member, broadcast_id))

    async def resume(self, member: StaffMember, broadcast_id: str) -> Result:
        """Go on with a paused broadcast where it was."""
        return await self._database.write(lambda work: acts.resume(work, self._world, member, broadcast_id))

    async def stop(self, member: StaffMember, broadcast_id: str) -> Result:
        """End a scheduled, running or paused broadcast for good; what waits in the outbox is taken back."""
        return await self._database.write(lambda work: acts.stop(work, self._world, member, broadcast_id))

    async def discard(self, member: StaffMember, broadcast_id: str) -> Result:
        """Delete one's own broadcast that has not begun to be sent."""
        return await self._database.write(lambda work: acts.discard(work, member, broadcast_id))
