"""Send what waits in the outbox: claimed first, sent outside any transaction, marked afterwards."""

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial

from handlers.sending.doubt import Claimed, Doubts
from handlers.sending.pacing import IDLE_SECONDS, Pacing
from handlers.sending.queues import Queues
from handlers.sending.resting import Resting
from handlers.sending.routing import route_all
from handlers.sending.settle import note_parked
from handlers.world import World
from storage import outbox
from storage.errors import StorageError
from storage.outbox import Letter
from storage.sealing.encryption import FolderId
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
        self._queues = Queues(world, self._pacing, self._resting, self._doubts, may_send)
        self._queues.note_room = self._note_room
        self._has_more = False

    async def run(self) -> None:
        """Send until `stop` is called; what a crash left under way is looked at first."""
        self._queues.is_running, is_recovered = True, False
        self._careful_until = time.monotonic() + _CAREFUL_SECONDS
        while not self._queues.is_stopping:
            self._world.signals.outbox.clear()
            is_full = False
            try:
                if not is_recovered:
                    await self._world.database.write(self._recover)
                    is_recovered = True
                    self._open_hatch()
                await self._revive()
                self._ask()
                room = _CLAIMED_AT_ONCE - self._queues.claimed
                self._has_more = room <= 0
                is_full = await self._take_up(room) >= room > 0
            except StorageError as error:
                log.warning("outbox", extra={"action": "outbox.waiting", "error": error})
            except Exception as error:  # whatever it is, nobody would be sent anything if this ended
                log.exception("outbox", extra={"action": "outbox.broken", "error": error})
                await asyncio.sleep(IDLE_SECONDS)
            if not is_full and not self._queues.is_stopping:
                await self._rest()
        if self._asking is not None:
            self._asking.cancel()
        await self._shut_hatch()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._queues.finish(), _LAST_SECONDS)

    def stop(self) -> None:
        """End `run`, and for at most ten seconds finish what is under way; the rest is sent again after a start."""
        self._queues.is_stopping = True
        self._world.signals.outbox.set()

    async def send_due(self) -> int:
        """Send everything that may go now, once; return how many letters were taken up."""
        await self._doubts.ask()
        taken = await self._take_up(_CLAIMED_AT_ONCE)
        await self._queues.finish()
        return taken

    def room(self, channel: str) -> int:
        """Count the letters that could be sent on a channel at once."""
        free = _HANDED_AT_ONCE - self._queues.handed
        if free <= 0 or self._queues.is_stopping or not self._may_send() or not self._is_awake(channel):
            return 0
        return self._pacing.count(channel, free) if self._doubts.trusts(channel) else 0

    def claim_put(self, work: Work, channel: str, letters: Sequence[Letter]) -> Sequence[Claimed]:
        """Claim letters the step has put, as far as they may go at once; see `Taker`."""
        self._fence(work)
        before = self._queues.list_of(channel, {letter.recipient for letter in letters})
        return route_all(work, self._world, outbox.claim_own(work, channel, letters, before))

    def accept(self, channel: str, claimed: Sequence[Claimed]) -> None:
        """Send letters that a turn has claimed, once their places in the schedule have come."""
        self._queues.begin(claimed, self._pacing.book(channel, len(claimed)), is_handed=True)

    def drop(self, recipient: FolderId) -> None:
        """Make no further call for a recipient who was erased."""
        self._queues.drop(recipient)

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
        self._queues.begin(chosen, places, is_handed=False)
        if others:
            self._has_more = True
            put_back = partial(outbox.put_back, letters=others, delay=_AT_ONCE)
            await self._queues.keep(put_back, self._world.database.write)
        return len(chosen)

    def _note_room(self) -> None:
        if self._has_more:
            self._world.signals.outbox.set()

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
            under_way = self._queues.list_all()
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

    async def _rest(self) -> None:
        """Wait for more to send, or for room to send more."""
        awake = [name for name in self._names if self._is_awake(name)]
        seconds = self._pacing.rest(awake) if self._queues.claimed < _CLAIMED_AT_ONCE else IDLE_SECONDS
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._world.signals.outbox.wait(), seconds)
