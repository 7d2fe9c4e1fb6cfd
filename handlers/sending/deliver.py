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

from bot.ports import TryLater, Unreachable
from handlers.sending.attempt import NotOurs, Outcome, send
from handlers.sending.doubt import Claimed, Doubts
from handlers.sending.pacing import CHAT_WAIT_SECONDS, IDLE_SECONDS, Pacing
from handlers.sending.resting import Resting
from handlers.sending.routing import route_all
from handlers.sending.settle import may_be_repeated, note_parked, settle, settle_apart
from handlers.world import World
from storage import outbox
from storage.errors import CommitUnknown, Overloaded, StorageError, StoreUnavailable
from storage.outbox import Letter
from storage.transaction import Work

log = logging.getLogger(__name__)

_CLAIMED_AT_ONCE = 50
#: What turns hand over costs no claim, so more of it may be under way.
_HANDED_AT_ONCE = 200
_LAST_SECONDS = 10.0
_TURN_SECONDS, _LOOK_SECONDS = 1.0, 0.01
_AT_ONCE = timedelta(0)
#: How long after a start nobody gets several letters in one claim: the next crash, if it is near, leaves them all open.
_CAREFUL_SECONDS = 10.0
#: How often it is looked for what nobody sends though it is claimed, and for what stands behind a letter that is gone.
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
        self._doubts = Doubts(world.channels, world.clock)
        self._asking: asyncio.Task[None] | None = None
        self._revive_at = self._careful_until = 0.0
        self._under_way: dict[asyncio.Task[None], frozenset[bytes]] = {}
        self._has_more = False
        self._is_running = False
        self._stopping = False

    async def run(self) -> None:
        """Send until `stop` is called; what a crash left under way is looked at first."""
        self._is_running, is_recovered = True, False
        self._careful_until = time.monotonic() + _CAREFUL_SECONDS
        while not self._stopping:
            self._world.signals.outbox.clear()
            is_full = False
            try:
                if not is_recovered:
                    await self._world.database.write(self._recover)
                    is_recovered = True
                    self._open_hatch()
                await self._revive()
                self._ask()
                room = _CLAIMED_AT_ONCE - len(self._under_way)
                self._has_more = room <= 0
                is_full = await self._take_up(room) >= room > 0
            except StorageError as error:
                log.warning("outbox", extra={"action": "outbox.waiting", "error": error})
            except Exception as error:  # whatever it is, nobody would be sent anything if this ended
                log.exception("outbox", extra={"action": "outbox.broken", "error": error})
                await asyncio.sleep(IDLE_SECONDS)
            if not is_full and not self._stopping:
                await self._rest()
        if self._asking is not None:
            self._asking.cancel()
        await self._shut_hatch()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._finish(), _LAST_SECONDS)

    def stop(self) -> None:
        """End `run`, and for at most ten seconds finish what is under way; the rest is sent again after a start."""
        self._stopping = True
        self._world.signals.outbox.set()

    async def send_due(self) -> int:
        """Send everything that may go now, once; return how many letters were taken up."""
        await self._doubts.ask()
        taken = await self._take_up(_CLAIMED_AT_ONCE)
        await self._finish()
        return taken

    def room(self, channel: str) -> int:
        """Count the letters that could be sent on a channel at once."""
        free = _HANDED_AT_ONCE - len(self._under_way)
        if free <= 0 or self._stopping or not self._may_send() or not self._is_awake(channel):
            return 0
        return self._pacing.count(channel, free) if self._doubts.trusts(channel) else 0

    def claim_put(self, work: Work, channel: str, letters: Sequence[Letter]) -> Sequence[Claimed]:
        """Claim letters the step has put, as far as they may go at once; see `Taker`."""
        self._fence(work)
        return route_all(work, self._world, outbox.claim_own(work, channel, letters))

    def accept(self, channel: str, claimed: Sequence[Claimed]) -> None:
        """Send letters that a turn has claimed, once their places in the schedule have come."""
        self._begin_all(claimed, self._pacing.book(channel, len(claimed)))

    async def _take_up(self, most: int) -> int:
        """Begin to send at most so many letters, each recipient's on its own, so that a slow one holds up nobody."""
        if not self._may_send():
            return 0
        taken = 0
        for name in self._names:
            if self._is_awake(name):
                taken += await self._take_up_on(name, most - taken)
        return taken

    def _is_awake(self, name: str) -> bool:
        return not (self._resting.is_resting(name, self._world.clock()) or self._doubts.holds(name))

    async def _take_up_on(self, name: str, most: int) -> int:
        room = self._doubts.room(name, most)
        places = self._pacing.take(name, room) if room > 0 else []
        if not places:
            return 0
        claimed: list[Claimed] = []
        try:
            claimed = await self._world.database.write_last(lambda work: self._claim(work, name, len(places)))
        finally:
            self._pacing.use(name, places, len(claimed))
        chosen, others = self._doubts.choose(name, claimed)
        self._begin_all(chosen, places)
        if others:
            self._has_more = True
            await self._keep(partial(outbox.put_back, letters=others, delay=_AT_ONCE), self._world.database.write)
        return len(chosen)

    def _begin_all(self, claimed: Sequence[Claimed], places: Sequence[float]) -> None:
        by_recipient = sorted(claimed, key=lambda pair: pair[0].recipient)
        for place, (_, queue) in zip(places, groupby(by_recipient, key=lambda pair: pair[0].recipient), strict=False):
            self._begin(list(queue), place)

    def _begin(self, queue: list[Claimed], place: float) -> None:
        task = asyncio.create_task(self._send_queue(queue, place))
        self._under_way[task] = frozenset(letter.id for letter, _ in queue)
        task.add_done_callback(self._end)

    def _end(self, task: asyncio.Task[None]) -> None:
        self._doubts.let_go(self._under_way.pop(task))
        if self._has_more:
            self._world.signals.outbox.set()
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("outbox", extra={"action": "outbox.unsettled", "error": error})

    async def _finish(self) -> None:
        await asyncio.gather(*self._under_way, return_exceptions=True)

    def _claim(self, work: Work, name: str, most: int) -> list[Claimed]:
        self._fence(work)
        heard = self._world.signals.outbox.heard
        work.after_commit(lambda: self._world.signals.outbox.forget(heard))
        is_careful = not self._doubts.trusts(name) or time.monotonic() < self._careful_until
        return route_all(work, self._world, outbox.claim(work, [name], most=most, one_each=is_careful))

    def _open_hatch(self) -> None:
        for name in self._names:
            self._world.hatch.open(name, self)

    async def _shut_hatch(self) -> None:
        """Let turns hand over nothing more, and wait a little for those that have begun."""
        for name in self._names:
            self._world.hatch.shut(name)
        patience = time.monotonic() + _TURN_SECONDS
        while time.monotonic() < patience:
            if all(map(self._world.hatch.is_quiet, self._names)):
                break
            await asyncio.sleep(_LOOK_SECONDS)

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
            under_way = frozenset[bytes]().union(*self._under_way.values())
            await self._world.database.write(partial(self._recover_strays, under_way=under_way))

    def _recover_strays(self, work: Work, under_way: frozenset[bytes]) -> None:
        self._fence(work)
        for letter in outbox.recover_strays(work, self._names, under_way):
            note_parked(work, self._world, letter)

    def _ask(self) -> None:
        """Ask platforms in doubt beside everything else, and look again once they have answered or not."""
        if (self._asking is None or self._asking.done()) and self._doubts.is_question_due():
            self._asking = asyncio.create_task(self._doubts.ask())
            self._asking.add_done_callback(lambda _: self._world.signals.outbox.set())

    async def _send_queue(self, queue: Sequence[Claimed], place: float) -> None:
        """Send one recipient's letters in order; after one that must wait, the rest waits behind it."""
        outcomes: list[Outcome] = []
        screen: str | None = None
        gone: set[str] = set()
        if place > (now := time.monotonic()):
            await asyncio.sleep(place - now)
        for letter, known in queue:
            if not self._may_send() or self._doubts.holds(letter.channel):
                break
            if known is not None and not self._pacing.may_send(letter.channel, known.address, is_group=known.is_group):
                break
            route = known if known is None or screen is None else replace(known, screen=screen)
            outcome = await send(letter, None if letter.channel in gone else route, self._may_send)
            self._world.tally.note_send(letter.channel, outcome.error)
            self._doubts.note(letter.channel, outcome.error)
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
        database = self._world.database
        write = database.write
        if not unsent and all(map(may_be_repeated, outcomes)):
            write = database.write_along if self._is_running else database.write_unsynced
        try:
            await self._keep(lambda work: settle(work, self._world, outcomes, unsent, wait), write)
        except Exception as error:
            log.exception("outbox", extra={"action": "outbox.unsettled", "error": error})
            await self._keep(lambda work: settle_apart(work, self._world, outcomes, unsent, wait), write)
        if unsent or not all(one.error is None for one in outcomes):
            self._world.signals.outbox.set()
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

    async def _rest(self) -> None:
        """Wait for more to send, or for room to send more."""
        awake = [name for name in self._names if self._is_awake(name)]
        seconds = self._pacing.rest(awake) if len(self._under_way) < _CLAIMED_AT_ONCE else IDLE_SECONDS
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._world.signals.outbox.wait(), seconds)


def _is_too_much(outcome: Outcome) -> bool:
    """Tell whether a platform asked for patience; one that is away has not said that it was too much."""
    error = outcome.error
    return isinstance(error, TryLater) and not error.everywhere and not isinstance(error, NotOurs)
