"""What the web chat shows: the transcript of an address, and a wait for what comes next."""

from bot.dialogue.effects import Ask
from bot.dialogue.script import UNLOCK
from bot.dialogue.state import State
from bot.pictures import PictureFile
from bot.ports import Incoming, Line, Page
from handlers.broadcasts.names import read_id
from handlers.broadcasts.pictures import load_by_id
from handlers.conversing.conversation import place_of
from handlers.discreet import guard
from handlers.receiving.receive import Receiver
from handlers.speak import WEBCHAT
from handlers.world import World
from storage.casework.cases import open_case_of
from storage.clients import people, transcripts
from storage.clients.held import minute_of
from storage.clients.people import ClientId
from storage.transaction import Work


class WebPages:
    """The handlers' side of the web chat; fulfils `bot.ports.Pages`."""

    def __init__(self, world: World, receiver: Receiver) -> None:
        """Show pages of a world."""
        self._world = world
        self._receiver = receiver

    async def receive(self, incoming: Incoming) -> None:
        """Take what a person sent; returns after the commit."""
        await self._receiver.receive(incoming)

    async def page(self, address: str) -> Page | None:
        """Return the conversation of an address and mark it as seen; None if nobody writes from it."""
        index = self._world.address_index(WEBCHAT, address)
        farewell = self._world.signals.take_farewell(index)
        if farewell is not None:
            last = (Line(farewell, mine=False),)
            return Page(last, 0, self._world.script.default, consented=False, accompanied=False)
        return await self._world.database.write(lambda work: self._page(work, index))

    async def picture(self, line: str, address: str | None) -> PictureFile | None:
        """Return the picture of a line while somebody has that line in their conversation, and it is open."""
        index = None if address is None else self._world.address_index(WEBCHAT, address)
        # Where somebody is in the conversation is read like a page; what is large is read beside everything else.
        picture = await self._world.database.write(lambda work: self._find_picture(work, read_id(line), index))
        return None if picture is None else await self._world.database.read(lambda work: load_by_id(work, picture))

    async def wait(self, address: str, revision: int, seconds: float) -> bool:
        """Wait until the conversation has moved past `revision`; False when the time is over."""
        index = self._world.address_index(WEBCHAT, address)
        client_id = await self._world.database.read(lambda work: people.find_client(work, index))
        if client_id is None:
            return False
        signal = self._world.signals.page(client_id)
        moved = signal.listen()
        if await self._world.database.read(lambda work: transcripts.latest_revision(work, client_id)) != revision:
            return True
        return await moved.wait(seconds)

    def phrase(self, name: str, language: str) -> str:
        """Return one of the service's own sentences."""
        return self._world.script.say(name, language)

    def _page(self, work: Work, index: bytes) -> Page | None:
        client_id = people.find_client(work, index)
        if client_id is None:
            return None
        state = place_of(self._world, work, client_id)
        if guard.is_locked(state, minute_of(work.now)):
            return self._locked_page(work, client_id, state)
        shown = transcripts.show_transcript(work, client_id)
        if transcripts.mark_seen(work, client_id, shown.revision):
            self._wake_desk(work, client_id)
        consented = people.load_client(work, client_id).consent_version is not None
        return Page(shown.lines, shown.revision, state.language, consented, state.accompanied)

    def _find_picture(self, work: Work, line_id: bytes, index: bytes | None) -> bytes | None:
        found = transcripts.find_picture(work, line_id) if line_id else None
        if found is None:
            return None
        client_id, picture = found
        has_cookie = people.load_client(work, client_id).consent_version is not None
        is_theirs = not has_cookie or (index is not None and people.find_client(work, index) == client_id)
        is_locked = guard.is_locked(place_of(self._world, work, client_id), minute_of(work.now))
        return read_id(picture) if is_theirs and not is_locked else None

    def _locked_page(self, work: Work, client_id: ClientId, state: State) -> Page:
        """Show only the question for the PIN, and what was said to it last; no line counts as seen."""
        lines = transcripts.load_transcript(work, client_id)
        asks = Line(self._world.script.flow(UNLOCK, state.language).steps[0].text, mine=False, ask=Ask.TEXT)
        shown = lines.lines[-1:] if state.flow == UNLOCK and not lines.lines[-1:][0].mine else (asks,)
        return Page(shown, lines.revision, state.language, consented=True, accompanied=False)

    def _wake_desk(self, work: Work, client_id: ClientId) -> None:
        case = open_case_of(work, client_id)
        if case is not None:
            work.after_commit(lambda: self._world.signals.wake_page(case.id))
