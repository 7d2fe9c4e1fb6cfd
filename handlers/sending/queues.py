"""What is under way: each recipient's letters in order, one call at a time, and noted while the next one goes."""

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from itertools import groupby

from bot.ports import TryLater, Unreachable
from handlers.sending.attempt import NotOurs, Outcome, Route, send
from handlers.sending.doubt import Claimed, Doubts
from handlers.sending.pacing import CHAT_WAIT_SECONDS, IDLE_SECONDS, Pacing
from handlers.sending.resting import Resting
from handlers.sending.settle import may_be_repeated, settle, settle_apart
from handlers.world import World
from storage import outbox
from storage.errors import CommitUnknown, Overloaded, StoreUnavailable
from storage.outbox import Lane, Letter
from storage.sealing.encryption import FolderId
from storage.transaction import Work

log = logging.getLogger(__name__)

Step = Callable[[Work], None]
_Whose = tuple[str, FolderId]


@dataclass(slots=True, eq=False)
class _Queue:
    """What one claim has brought for one recipient.

    `place`: the moment of the schedule at which it begins.  `is_handed`: by a turn.  `is_over`: set once no call is
    made for it any more.
    """

    letters: Sequence[Claimed]
    place: float
    is_handed: bool
    has_begun: bool = False
    is_over: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def is_urgent(self) -> bool:
        """Tell whether it carries help in danger."""
        return any(letter.lane is Lane.DANGER for letter, _ in self.letters)


@dataclass(slots=True, eq=False)
class _Row:
    """The queues of one recipient, in the order in which they came.

    `is_held`: something has to wait, and what was to come behind it as well.  `is_dropped`: the recipient is not there
    any more.  `screen`: the message with buttons that was sent last, None for the one the letter itself names.
    """

    queues: tuple[_Queue, ...] = ()
    is_held: bool = False
    is_dropped: bool = False
    screen: str | None = None

    def find_ahead(self, queue: _Queue) -> _Queue | None:
        """Find what goes before a queue: what has begun, help in danger, and what came earlier."""
        came = {id(one): (not one.is_urgent, place) for place, one in enumerate(self.queues)}
        others = (one for one in self.queues if one is not queue and not one.is_over.is_set())
        return next((one for one in others if one.has_begun or came[id(one)] < came[id(queue)]), None)


class Queues:
    """The queues of one sender."""

    def __init__(
        self, world: World, pacing: Pacing, resting: Resting, doubts: Doubts, may_send: Callable[[], bool]
    ) -> None:
        """Begin with nothing under way.  `may_send`: asked right before each call to a platform."""
        self.note_room: Callable[[], object] = bool  #: called whenever there is room for more
        self._world = world
        self._pacing = pacing
        self._resting = resting
        self._doubts = doubts
        self._may_send = may_send
        self._rows: dict[_Whose, _Row] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._calling: Counter[bool] = Counter()
        self.is_running = self.is_stopping = False

    @property
    def claimed(self) -> int:
        """Count the recipients who are sent what was claimed."""
        return self._calling[False]

    @property
    def handed(self) -> int:
        """Count the recipients who are sent what turns have handed over."""
        return self._calling[True]

    def begin(self, claimed: Sequence[Claimed], places: Sequence[float], *, is_handed: bool) -> None:
        """Begin to send, each recipient's letters on their own, so that a slow one holds up nobody else.

        What is handed over for somebody who is being sent something goes behind that; help in danger goes as soon as
        the call under way is over.
        """
        by_recipient = groupby(sorted(claimed, key=_by_urgency), key=_whose)
        for place, (whose, letters) in zip(places, by_recipient, strict=False):
            self._begin(whose, _Queue(tuple(letters), place, is_handed))

    def list_of(self, channel: str, recipients: Collection[FolderId]) -> list[bytes]:
        """List the letters under way for recipients; may be asked on any thread."""
        rows = (row for one in recipients if (row := self._rows.get((channel, one))) is not None)
        return [letter.id for row in rows for queue in row.queues for letter, _ in queue.letters]

    def list_all(self) -> frozenset[bytes]:
        """List all letters under way."""
        queues = (queue for row in self._rows.values() for queue in row.queues)
        return frozenset(letter.id for queue in queues for letter, _ in queue.letters)

    def drop(self, recipient: FolderId) -> None:
        """Make no further call for a recipient who was erased."""
        for (_, whose), row in self._rows.items():
            if whose == recipient:
                row.is_dropped = True

    async def finish(self) -> None:
        """Wait until nothing is under way."""
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def keep(self, step: Step, write: Callable[[Step], Awaitable[None]]) -> None:
        """Note what became of letters, however long the store does not take it: they were sent already."""
        while True:
            try:
                return await write(step)
            except (StoreUnavailable, CommitUnknown, Overloaded) as error:
                log.warning("outbox", extra={"action": "outbox.waiting", "error": error})
                if self.is_stopping:
                    return None
                await asyncio.sleep(IDLE_SECONDS)

    def _begin(self, whose: _Whose, queue: _Queue) -> None:
        row = self._rows.get(whose)
        if row is None:
            row = self._rows[whose] = _Row()
        row.queues = (*row.queues, queue)  # whole at each moment, for another thread looks at it
        if not queue.is_handed:  # its claim has seen that nothing was under way, nor waiting for its time
            row.is_held = False
        self._calling[queue.is_handed] += 1
        task = asyncio.create_task(self._send(row, queue))
        self._tasks.add(task)
        task.add_done_callback(partial(self._end, whose, queue))

    def _end(self, whose: _Whose, queue: _Queue, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        row = self._rows[whose]
        row.queues = tuple(one for one in row.queues if one is not queue)
        if not row.queues:
            del self._rows[whose]
        self._doubts.let_go([letter.id for letter, _ in queue.letters])
        self.note_room()
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("outbox", extra={"action": "outbox.unsettled", "error": error})

    async def _send(self, row: _Row, queue: _Queue) -> None:
        outcomes: list[Outcome] = []
        try:
            is_at_once = not await _wait_for_turn(row, queue)
            if not row.is_held:
                row.is_held = True
                row.is_held = not await self._call(row, queue, outcomes, is_at_once=is_at_once)
        finally:
            self._calling[queue.is_handed] -= 1
            queue.is_over.set()
            self.note_room()
        await self._settle(outcomes, [letter for letter, _ in queue.letters[len(outcomes) :]])

    async def _call(self, row: _Row, queue: _Queue, outcomes: list[Outcome], *, is_at_once: bool) -> bool:
        """Send letters in order; False once one must wait, for the rest waits behind it."""
        gone: set[str] = set()
        if queue.place > (now := time.monotonic()):
            await asyncio.sleep(queue.place - now)
        for letter, known in queue.letters:
            if row.is_dropped or not self._may_go(letter, known):
                return False
            route = known if known is None or row.screen is None else replace(known, screen=row.screen)
            outcome = await send(letter, None if letter.channel in gone else route, self._may_send)
            self._world.tally.note_send(letter.channel, outcome.error)
            self._doubts.note(letter.channel, outcome.error)
            if is_at_once and not outcomes:
                self._pacing.note_answer(letter.channel, queue.place)
            outcomes.append(outcome)
            if outcome.error is None and letter.message.keys:
                row.screen = outcome.reference or row.screen
            if isinstance(outcome.error, Unreachable):
                gone.add(letter.channel)
            if outcome.waits:
                return False
        return True

    def _may_go(self, letter: Letter, known: Route | None) -> bool:
        if not self._may_send() or self._doubts.holds(letter.channel):
            return False
        return known is None or self._pacing.may_send(letter.channel, known.address, is_group=known.is_group)

    async def _settle(self, outcomes: Sequence[Outcome], unsent: Sequence[Letter]) -> None:
        wait = timedelta(seconds=CHAT_WAIT_SECONDS if self._may_send() else 0)
        self._pacing.note_refusals(one.letter.channel for one in outcomes if _is_too_much(one))
        resting = self._resting.note(outcomes, self._world.clock())
        database = self._world.database
        write = database.write
        if not unsent and all(map(may_be_repeated, outcomes)):
            write = database.write_along if self.is_running else database.write_unsynced
        try:
            await self.keep(lambda work: settle(work, self._world, outcomes, unsent, wait), write)
        except Exception as error:
            log.exception("outbox", extra={"action": "outbox.unsettled", "error": error})
            await self.keep(lambda work: settle_apart(work, self._world, outcomes, unsent, wait), write)
        if unsent or not all(one.error is None for one in outcomes):
            self._world.signals.outbox.set()
        for channel, until in resting.items():
            await self.keep(partial(outbox.hold_channel, channel=channel, until=until), database.write)


async def _wait_for_turn(row: _Row, queue: _Queue) -> bool:
    """Wait until nothing goes before a queue any more, and have it begin; tell whether there was something."""
    has_waited = False
    while queue.is_handed and (ahead := row.find_ahead(queue)) is not None:
        has_waited = True
        await ahead.is_over.wait()
    queue.has_begun = True
    return has_waited


def _by_urgency(claimed: Claimed) -> tuple[_Whose, bool]:
    return _whose(claimed), claimed[0].lane is not Lane.DANGER


def _whose(claimed: Claimed) -> _Whose:
    letter, _ = claimed
    return letter.channel, letter.recipient


def _is_too_much(outcome: Outcome) -> bool:
    """Tell whether a platform asked for patience; one that is away has not said that it was too much."""
    error = outcome.error
    return isinstance(error, TryLater) and not error.everywhere and not isinstance(error, NotOurs)
