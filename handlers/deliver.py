"""Send what waits in the outbox: claimed first, sent outside any transaction, marked afterwards."""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from itertools import groupby

from bot.ports import ChannelName, TryLater, Uncertain, Unreachable
from handlers import cleaning, handoff, staffcopies
from handlers.apart import keep_apart
from handlers.attempt import Outcome, Route, delay, send
from handlers.pacing import CHAT_WAIT_SECONDS, IDLE_SECONDS, Pacing
from handlers.world import World
from storage import cases, chats, outbox, people, staffing
from storage.cases import CaseId
from storage.chats import Delivery, Side
from storage.errors import CommitUnknown, Overloaded, StorageError, StoreUnavailable
from storage.outbox import Letter
from storage.people import ClientId
from storage.transaction import Work

log = logging.getLogger(__name__)

_CLAIMED_AT_ONCE = 50
_LAST_SECONDS = 10.0
#: What a counsellor is told about words that did not certainly arrive.
_TROUBLE = {Delivery.UNCERTAIN: "staff_uncertain", Delivery.FAILED: "staff_undelivered"}


class Sender:
    """Sends for every channel this process speaks on."""

    def __init__(self, world: World) -> None:
        """Send for a world."""
        self._world = world
        self._names = [str(name) for name in world.channels]
        self._held: dict[str, datetime] = {}  # channel -> until when the platform takes nothing at all
        self._pacing = Pacing(world.channels)
        self._under_way: set[asyncio.Task[None]] = set()
        self._stopping = False

    async def run(self) -> None:
        """Send until `stop` is called; what a crash left under way is looked at first."""
        is_recovered = False
        while not self._stopping:
            self._world.signals.outbox.clear()
            taken = 0
            try:
                if not is_recovered:
                    await self._world.database.write(self._recover)
                    is_recovered = True
                taken = await self._take_up(_CLAIMED_AT_ONCE - len(self._under_way))
            except StorageError as error:
                log.warning("outbox", extra={"action": "outbox.waiting", "error": error})
            except Exception as error:  # whatever it is, nobody would be sent anything if this ended
                log.exception("outbox", extra={"action": "outbox.broken", "error": error})
                await asyncio.sleep(IDLE_SECONDS)
            if taken == 0 and not self._stopping:
                await self._rest()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._finish(), _LAST_SECONDS)

    def stop(self) -> None:
        """End `run`, and for at most ten seconds finish what is under way; the rest is sent again after a start."""
        self._stopping = True
        self._world.signals.outbox.set()

    async def send_due(self) -> int:
        """Send everything that may go now, once; return how many letters were taken up."""
        taken = await self._take_up(_CLAIMED_AT_ONCE)
        await self._finish()
        return taken

    async def _take_up(self, most: int) -> int:
        """Begin to send at most so many letters, each recipient's on its own, so that a slow one holds up nobody."""
        names = [name for name in self._names if self._held.get(name, self._world.clock()) <= self._world.clock()]
        taken = 0
        for name in names:
            taken += await self._take_up_on(name, most - taken)
        return taken

    async def _take_up_on(self, name: str, most: int) -> int:
        places = self._pacing.take(name, most) if most > 0 else []
        if not places:
            return 0
        claimed: list[tuple[Letter, Route | None]] = []
        try:
            claimed = await self._world.database.write(lambda work: self._claim(work, name, len(places)))
        finally:
            self._pacing.use(name, places, len(claimed))
        by_recipient = sorted(claimed, key=lambda pair: pair[0].recipient)
        for place, (_, queue) in zip(places, groupby(by_recipient, key=lambda pair: pair[0].recipient), strict=False):
            task = asyncio.create_task(self._send_queue(list(queue), place))
            self._under_way.add(task)
            task.add_done_callback(self._end)
        return len(claimed)

    def _end(self, task: asyncio.Task[None]) -> None:
        self._under_way.discard(task)
        self._world.signals.outbox.set()
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("outbox", extra={"action": "outbox.unsettled", "error": error})

    async def _finish(self) -> None:
        await asyncio.gather(*self._under_way, return_exceptions=True)

    def _claim(self, work: Work, name: str, most: int) -> list[tuple[Letter, Route | None]]:
        routed: list[tuple[Letter, Route | None]] = []
        for letter in outbox.claim(work, [name], most=most):
            try:
                routed.append((letter, self._route(work, letter)))
            except (StorageError, ValueError) as error:  # the address cannot be read, which concerns nobody else
                log.warning("outbox", extra={"action": "outbox.unroutable", "error": error})
                outbox.park(work, letter, "failed")
        return routed

    def _recover(self, work: Work) -> None:
        for letter in outbox.recover(work, self._names):
            self._mark(work, letter, Delivery.UNCERTAIN)

    async def _send_queue(self, queue: Sequence[tuple[Letter, Route | None]], place: float) -> None:
        """Send one recipient's letters in order; after one that must wait, the rest waits behind it."""
        outcomes: list[Outcome] = []
        screen: str | None = None
        gone: set[str] = set()
        for letter, known in queue:
            if known is not None and not self._pacing.may_send(letter.channel, known.address, is_group=known.is_group):
                break
            route = known if known is None or screen is None else replace(known, screen=screen)
            outcome = await send(letter, None if letter.channel in gone else route)
            if not outcomes:
                self._pacing.note_answer(letter.channel, place)
            outcomes.append(outcome)
            screen = outcome.reference or screen
            if isinstance(outcome.error, Unreachable):
                gone.add(letter.channel)
            if outcome.waits:
                break
        unsent = [letter for letter, _ in queue[len(outcomes) :]]
        self._pacing.note_refusals(one.letter.channel for one in outcomes if isinstance(one.error, TryLater))
        try:
            await self._keep(lambda work: self._settle(work, outcomes, unsent))
        except Exception as error:
            log.exception("outbox", extra={"action": "outbox.unsettled", "error": error})
            await self._keep(lambda work: self._settle_apart(work, outcomes, unsent))

    async def _keep(self, settle: Callable[[Work], None]) -> None:
        """Note what became of letters, however long the store does not take it: they were sent already."""
        while True:
            try:
                return await self._world.database.write(settle)
            except (StoreUnavailable, CommitUnknown, Overloaded) as error:
                log.warning("outbox", extra={"action": "outbox.waiting", "error": error})
                if self._stopping:
                    return None
                await asyncio.sleep(IDLE_SECONDS)

    def _route(self, work: Work, letter: Letter) -> Route | None:
        channel = self._world.channels[ChannelName(letter.channel)]
        if letter.to is not None:
            return Route(channel, letter.to)
        staff = staffing.address_in(work, letter.recipient, letter.channel)
        if staff is not None:
            return Route(channel, staff.address, is_group=staff.staff_id is None)
        whose = ClientId(letter.recipient)
        client = people.address_on(work, whose, letter.channel)
        if client is None:
            return None
        known = (
            cleaning.list_references(work, whose, client.index)
            if letter.clearing and letter.clearing.everything
            else ()
        )
        return Route(channel, client.address, client.index, client.screen, known)

    def _settle(self, work: Work, outcomes: Iterable[Outcome], unsent: Sequence[Letter]) -> None:
        for outcome in outcomes:
            self._settle_one(work, outcome)
        if unsent:
            outbox.put_back(work, unsent, timedelta(seconds=CHAT_WAIT_SECONDS))

    def _settle_apart(self, work: Work, outcomes: Iterable[Outcome], unsent: Sequence[Letter]) -> None:
        for outcome in outcomes:
            if not keep_apart(work, partial(self._settle_one, work, outcome)):
                outbox.park(work, outcome.letter, "uncertain" if outcome.error is None else "failed")
        self._settle(work, (), unsent)

    def _settle_one(self, work: Work, outcome: Outcome) -> None:
        letter = outcome.letter
        cleaning.note_outcome(work, outcome)
        match outcome.error:
            case None:
                self._note_sent(work, outcome)
            case TryLater(seconds=seconds, everywhere=everywhere) if outcome.waits:
                wait = timedelta(seconds=max(seconds, delay(letter.attempts)))
                outbox.postpone(work, letter, wait, outcome.rest, again=False)
                if everywhere:
                    self._held[letter.channel] = work.now + timedelta(seconds=seconds)
            case Uncertain() if outcome.waits:
                wait = timedelta(seconds=delay(letter.attempts))
                outbox.postpone(work, letter, wait, outcome.rest, again=True)
            case Uncertain():
                outbox.park(work, letter, "uncertain")
                self._mark(work, letter, Delivery.UNCERTAIN)
            case Unreachable():
                self._forget(work, letter, outcome.route)
            case _:
                outbox.park(work, letter, "failed")
                self._mark(work, letter, Delivery.FAILED)

    def _note_sent(self, work: Work, outcome: Outcome) -> None:
        letter, route = outcome.letter, outcome.route
        outbox.mark_sent(work, letter)
        staffcopies.note_sent(work, self._world, outcome)
        side = self._mark(work, letter, Delivery.SENT)
        if route is None or outcome.reference is None:
            return
        if route.index is not None and letter.message.keys:
            people.set_screen(work, ClientId(letter.recipient), route.index, outcome.reference)
        if route.index is None and letter.message_id is not None:
            self._keep_reference(work, letter.message_id, side, outcome.reference)

    def _keep_reference(self, work: Work, about: bytes, side: Side | None, reference: str) -> None:
        """Remember what staff got, so that a reply to it finds its case."""
        if side is Side.CLIENT:
            chats.keep_reference(work, about, reference)
            return
        case = cases.load_case(work, CaseId(about), lock=True)
        if case is not None:
            cases.save_case(work, replace(case, card=reference))

    def _forget(self, work: Work, letter: Letter, route: Route | None) -> None:
        """Forget an address that is gone; a counsellor who spoke to it is told once."""
        outbox.mark_sent(work, letter)
        self._mark(work, letter, Delivery.FAILED, tell=False)
        if letter.to is not None or route is None:
            return
        if route.index is None:
            staffing.unlink(work, letter.recipient, letter.channel)
        elif people.forget_address(work, ClientId(letter.recipient), route.index):
            handoff.tell_client_unreachable(work, self._world, ClientId(letter.recipient))

    def _mark(self, work: Work, letter: Letter, delivery: Delivery, *, tell: bool = True) -> Side | None:
        """Mark the chat message a letter carries and return who said it; its counsellor hears of trouble."""
        marked = chats.mark(work, letter.message_id, delivery) if letter.message_id is not None else None
        if marked is None:
            return None
        case_id, side = marked
        work.after_commit(lambda: self._world.signals.wake_page(case_id))
        if tell and side is Side.COUNSELLOR and delivery in _TROUBLE:
            handoff.tell_undelivered(work, self._world, CaseId(case_id), _TROUBLE[delivery])
        return side

    async def _rest(self) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._world.signals.outbox.wait(), self._pacing.rest())
