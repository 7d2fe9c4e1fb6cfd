"""Send what waits in the outbox: claimed first, sent outside any transaction, marked afterwards."""

import asyncio
import contextlib
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial
from itertools import groupby

from bot.ports import ChannelName, TryLater, Unreachable
from handlers import cleaning
from handlers.attempt import NotOurs, Outcome, Route, send
from handlers.pacing import CHAT_WAIT_SECONDS, IDLE_SECONDS, Pacing
from handlers.resting import Resting
from handlers.settle import may_be_repeated, note_parked, settle, settle_apart
from handlers.world import World
from storage import outbox, people, staffing
from storage.errors import CommitUnknown, Overloaded, StorageError, StoreUnavailable
from storage.outbox import Letter
from storage.people import ClientId
from storage.transaction import Work

log = logging.getLogger(__name__)

_CLAIMED_AT_ONCE = 50
_LAST_SECONDS = 10.0
#: How often it is looked for whom something stands behind a letter that was taken away.
_REVIVE_SECONDS = 10.0

_Step = Callable[[Work], None]


def _always() -> bool:
    return True


def _without_fence(_work: Work) -> None:
    """Let every step pass: nobody else sends."""


class Sender:
    """Sends for every channel of its world, the only one that does at the time."""

    def __init__(
        self,
        world: World,
        may_send: Callable[[], bool] = _always,
        fence: Callable[[Work], None] = _without_fence,
    ) -> None:
        """Send for a world.

        `may_send`: asked right before each claim and each call to a platform; once it is False, what was not tried
        is put back.  `fence`: raises in the step of a claim when another process sends by now.
        """
        self._world = world
        self._may_send = may_send
        self._fence = fence
        self._names = [str(name) for name in world.channels]
        self._pacing = Pacing(world.channels)
        self._resting = Resting()
        self._revive_at = 0.0
        self._under_way: set[asyncio.Task[None]] = set()
        self._stopping = False

    async def run(self) -> None:
        """Send until `stop` is called; what a crash left under way is looked at first."""
        is_recovered = False
        while not self._stopping:
            self._world.signals.outbox.clear()
            is_full = False
            try:
                if not is_recovered:
                    await self._world.database.write(self._recover)
                    is_recovered = True
                await self._revive()
                room = _CLAIMED_AT_ONCE - len(self._under_way)
                is_full = await self._take_up(room) >= room > 0
            except StorageError as error:
                log.warning("outbox", extra={"action": "outbox.waiting", "error": error})
            except Exception as error:  # whatever it is, nobody would be sent anything if this ended
                log.exception("outbox", extra={"action": "outbox.broken", "error": error})
                await asyncio.sleep(IDLE_SECONDS)
            if not is_full and not self._stopping:
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
        if not self._may_send():
            return 0
        names = [name for name in self._names if not self._resting.is_resting(name, self._world.clock())]
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
            claimed = await self._world.database.write_last(lambda work: self._claim(work, name, len(places)))
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
        self._fence(work)
        heard = self._world.signals.outbox.heard
        work.after_commit(lambda: self._world.signals.outbox.forget(heard))
        routed: list[tuple[Letter, Route | None]] = []
        for letter in outbox.claim(work, [name], most=most):
            try:
                routed.append((letter, self._route(work, letter)))
            except (StorageError, ValueError) as error:  # the address cannot be read, which concerns nobody else
                log.warning("outbox", extra={"action": "outbox.unroutable", "error": error})
                outbox.park(work, letter, "failed")
        return routed

    def _recover(self, work: Work) -> None:
        self._fence(work)
        for letter in outbox.recover(work, self._names):
            note_parked(work, self._world, letter)
        held = outbox.list_holds(work)
        work.after_commit(lambda: self._resting.go_on(held))

    async def _revive(self) -> None:
        now = time.monotonic()
        if now >= self._revive_at and self._may_send():
            self._revive_at = now + _REVIVE_SECONDS
            for name in self._names:
                await self._world.database.write(partial(outbox.revive, channel=name))

    async def _send_queue(self, queue: Sequence[tuple[Letter, Route | None]], place: float) -> None:
        """Send one recipient's letters in order; after one that must wait, the rest waits behind it."""
        outcomes: list[Outcome] = []
        screen: str | None = None
        gone: set[str] = set()
        for letter, known in queue:
            if not self._may_send():
                break
            if known is not None and not self._pacing.may_send(letter.channel, known.address, is_group=known.is_group):
                break
            route = known if known is None or screen is None else replace(known, screen=screen)
            outcome = await send(letter, None if letter.channel in gone else route, self._may_send)
            self._world.tally.note_send(letter.channel, outcome.error)
            if not outcomes:
                self._pacing.note_answer(letter.channel, place)
            outcomes.append(outcome)
            screen = outcome.reference or screen
            if isinstance(outcome.error, Unreachable):
                gone.add(letter.channel)
            if outcome.waits:
                break
        await self._settle(outcomes, [letter for letter, _ in queue[len(outcomes) :]])

    async def _settle(self, outcomes: Sequence[Outcome], unsent: Sequence[Letter]) -> None:
        wait = timedelta(seconds=CHAT_WAIT_SECONDS if self._may_send() else 0)
        self._pacing.note_refusals(one.letter.channel for one in outcomes if _is_too_much(one))
        resting = self._resting.note(outcomes, self._world.clock())
        write = self._world.database.write
        if not unsent and all(map(may_be_repeated, outcomes)):
            write = self._world.database.write_unsynced
        try:
            await self._keep(lambda work: settle(work, self._world, outcomes, unsent, wait), write)
        except Exception as error:
            log.exception("outbox", extra={"action": "outbox.unsettled", "error": error})
            await self._keep(lambda work: settle_apart(work, self._world, outcomes, unsent, wait), write)
        for channel, until in resting.items():
            await self._keep(partial(outbox.hold_channel, channel=channel, until=until), self._world.database.write)

    async def _keep(self, settle: _Step, write: Callable[[_Step], Awaitable[None]]) -> None:
        """Note what became of letters, however long the store does not take it: they were sent already."""
        while True:
            try:
                return await write(settle)
            except (StoreUnavailable, CommitUnknown, Overloaded) as error:
                log.warning("outbox", extra={"action": "outbox.waiting", "error": error})
                if self._stopping:
                    return None
                await asyncio.sleep(IDLE_SECONDS)

    def _route(self, work: Work, letter: Letter) -> Route | None:
        channel = self._world.channels[ChannelName(letter.channel)]
        if letter.to is not None:
            return Route(channel, letter.to)
        whose = ClientId(letter.recipient)
        client = people.address_on(work, whose, letter.channel)
        if client is None:
            staff = staffing.address_in(work, letter.recipient, letter.channel)
            return None if staff is None else Route(channel, staff.address, is_group=staff.staff_id is None)
        known = (
            cleaning.list_references(work, whose, client.index)
            if letter.clearing and letter.clearing.everything
            else ()
        )
        return Route(channel, client.address, client.index, client.screen, known)

    async def _rest(self) -> None:
        """Wait for more to send, or for room to send more."""
        seconds = self._pacing.rest() if len(self._under_way) < _CLAIMED_AT_ONCE else IDLE_SECONDS
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._world.signals.outbox.wait(), seconds)


def _is_too_much(outcome: Outcome) -> bool:
    """Tell whether a platform asked for patience; one that is away has not said that it was too much."""
    error = outcome.error
    return isinstance(error, TryLater) and not error.everywhere and not isinstance(error, NotOurs)
