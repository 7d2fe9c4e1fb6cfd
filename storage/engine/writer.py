"""The one writer thread: steps that wait share a commit, and so do those that come before it begins."""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from queue import Empty, SimpleQueue
from threading import Thread
from time import monotonic

from storage.errors import Closed, Overloaded
from storage.transaction import Batch, Done, Failed, Job, Outcome

LARGEST_BATCH = 256
MOST_WAITING = 10_000
#: Who comes later than this after a batch began waits for the next one.
_OPEN_SECONDS = 0.05
#: How long a step that is in no hurry waits for others to come along with.
_WAIT_SECONDS = 0.01


class Manner(Enum):
    """How a step shares a commit."""

    SYNCED = auto()
    UNSYNCED = auto()  #: it need not reach the disk before it is answered
    ALONG = auto()  #: neither that, nor does it want a commit of its own before it has waited a moment for another
    LAST = auto()  #: behind all others of its commit, to see what they put


_UNSYNCED = frozenset({Manner.UNSYNCED, Manner.ALONG})


class _Call(Enum):
    """What the thread is told beside steps."""

    GO = auto()  #: those that waited for others have waited long enough
    CLOSE = auto()


@dataclass(frozen=True, slots=True)
class _Ticket:
    job: Job
    future: asyncio.Future[object]
    manner: Manner


class Writer:
    """Takes steps from the event loop and answers each after the commit of its batch."""

    def __init__(self, run: Callable[[Batch], Sequence[Outcome]]) -> None:
        """Start the thread; must be called on the event loop whose callers it will answer."""
        self._run = run
        self._is_open = True
        self._loop = asyncio.get_running_loop()
        self._waiting: SimpleQueue[_Ticket | _Call] = SimpleQueue()
        self._unhurried: deque[_Ticket] = deque()
        self._is_time = False
        self._closed = False
        self._thread = Thread(target=self._serve, name="storage-writer", daemon=True)
        self._thread.start()

    async def submit(self, job: Job, manner: Manner = Manner.SYNCED) -> object:
        """Queue a step and wait until it is committed; raises its error, Overloaded or Closed."""
        if self._closed:
            raise Closed("the database is closed; start the service again")
        if self._waiting.qsize() + len(self._unhurried) >= MOST_WAITING:
            raise Overloaded(f"{MOST_WAITING} steps are waiting for the database; repeat this one later")
        ticket = _Ticket(job, self._loop.create_future(), manner)
        if manner is Manner.ALONG:
            self._let_wait(ticket)
        else:
            self._waiting.put(ticket)
        return await ticket.future

    async def close(self) -> None:
        """Finish what is queued, then end the thread."""
        if not self._closed:
            self._closed = True
            self._waiting.put(_Call.CLOSE)
        await asyncio.to_thread(self._thread.join)

    def _let_wait(self, ticket: _Ticket) -> None:
        self._unhurried.append(ticket)
        if len(self._unhurried) == 1:
            self._loop.call_later(_WAIT_SECONDS, self._waiting.put, _Call.GO)

    def _serve(self) -> None:
        while self._is_open:
            hurried = self._gather(LARGEST_BATCH, block=not self._is_time)
            self._is_time = False
            # What waited goes first: a person's next step is to find it done.
            waiting = [*self._gather_unhurried(), *hurried]
            if waiting and not self._answer(*self._run_safely(_Boarding(waiting, self._gather))):
                return

    def _gather(self, most: int, *, block: bool = False) -> list[_Ticket]:
        tickets: list[_Ticket] = []
        while self._is_open and len(tickets) < most:
            try:
                ticket = self._waiting.get(block=block and not tickets)
            except Empty:
                break
            if ticket is _Call.CLOSE:
                self._is_open = False
            elif ticket is _Call.GO:
                self._is_time = True  # also when it comes during a commit, which those who waited missed
                break
            elif not ticket.future.cancelled():  # a caller that left while its step waited does not want it any more
                tickets.append(ticket)
        return tickets

    def _gather_unhurried(self) -> list[_Ticket]:
        taken: list[_Ticket] = []
        while self._unhurried:  # to the last: only who finds nobody waiting has the time called out
            taken.append(self._unhurried.popleft())
        return [ticket for ticket in taken if not ticket.future.cancelled()]

    def _run_safely(self, boarding: "_Boarding") -> tuple[Sequence[_Ticket], Sequence[Outcome]]:
        try:
            outcomes = self._run(Batch(boarding.first, boarding.take_late, boarding.is_synced))
        except BaseException as failure:  # noqa: BLE001 - the thread must outlive any failure, its callers are waiting
            boarding.close()
            outcomes = [Failed(failure) for _ in boarding.tickets]
        return boarding.tickets, outcomes

    def _answer(self, tickets: Sequence[_Ticket], outcomes: Sequence[Outcome]) -> bool:
        try:
            self._loop.call_soon_threadsafe(_settle, self._loop, tickets, outcomes)
        except RuntimeError:  # the loop was closed: nobody is waiting any more
            return False
        return True


class _Boarding:
    """Who shares a commit, in the order in which their steps run."""

    def __init__(self, waiting: Sequence[_Ticket], gather: Callable[[int], list[_Ticket]]) -> None:
        """Begin with those that waited; `gather`: takes some of those that have come since."""
        self.is_synced = any(ticket.manner not in _UNSYNCED for ticket in waiting)
        self.tickets: list[_Ticket] = []
        self._gather = gather
        self._last: list[_Ticket] = []
        self._closes = monotonic() + _OPEN_SECONDS
        self.first = self._board(waiting)

    def take_late(self) -> list[Job]:
        """Take those that have come since, and at the very end those that wanted to be the last."""
        # Without a sync nobody comes in, who might want one.
        if self.is_synced and monotonic() < self._closes and (late := self._board(self._gather(self._free))):
            return late
        self._closes = 0.0
        last, self._last = self._last, []
        self.tickets += last
        return [ticket.job for ticket in last]

    def close(self) -> None:
        """Let nobody in any more, and the last ones at once."""
        self._closes = 0.0
        self.take_late()

    @property
    def _free(self) -> int:
        return LARGEST_BATCH - len(self.tickets) - len(self._last)

    def _board(self, tickets: Sequence[_Ticket]) -> list[Job]:
        self._last += [ticket for ticket in tickets if ticket.manner is Manner.LAST]
        now = [ticket for ticket in tickets if ticket.manner is not Manner.LAST]
        self.tickets += now
        return [ticket.job for ticket in now]


def _settle(loop: asyncio.AbstractEventLoop, tickets: Sequence[_Ticket], outcomes: Sequence[Outcome]) -> None:
    for ticket, outcome in zip(tickets, outcomes, strict=True):
        match outcome:
            case Done(result, callbacks):
                for callback in callbacks:
                    loop.call_soon(callback)
                if not ticket.future.done():
                    ticket.future.set_result(result)
            case Failed(error):
                if not ticket.future.done():
                    ticket.future.set_exception(error)
