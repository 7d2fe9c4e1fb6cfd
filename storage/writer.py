"""The one writer thread: while a commit is running, the next steps gather and share the following one."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from threading import Thread

from storage.errors import Closed, Overloaded
from storage.transaction import Done, Failed, Job, Outcome

LARGEST_BATCH = 256
MOST_WAITING = 10_000


@dataclass(frozen=True, slots=True)
class _Ticket:
    job: Job
    future: asyncio.Future[object]


class Writer:
    """Takes steps from the event loop and answers each after the commit of its batch."""

    def __init__(self, run: Callable[[Sequence[Job]], Sequence[Outcome]]) -> None:
        """Start the thread; must be called on the event loop whose callers it will answer."""
        self._run = run
        self._loop = asyncio.get_running_loop()
        self._waiting: SimpleQueue[_Ticket | None] = SimpleQueue()
        self._closed = False
        self._thread = Thread(target=self._serve, name="storage-writer", daemon=True)
        self._thread.start()

    async def submit(self, job: Job) -> object:
        """Queue a step and wait until it is durable; raises its error, Overloaded or Closed."""
        if self._closed:
            raise Closed("the database is closed; start the service again")
        if self._waiting.qsize() >= MOST_WAITING:
            raise Overloaded(f"{MOST_WAITING} steps are waiting for the database; repeat this one later")
        ticket = _Ticket(job, self._loop.create_future())
        self._waiting.put(ticket)
        return await ticket.future

    async def close(self) -> None:
        """Finish what is queued, then end the thread."""
        if not self._closed:
            self._closed = True
            self._waiting.put(None)
        await asyncio.to_thread(self._thread.join)

    def _serve(self) -> None:
        is_open = True
        while is_open:
            tickets, is_open = self._gather()
            # A caller that was cancelled while its step waited does not want it any more.
            tickets = [ticket for ticket in tickets if not ticket.future.cancelled()]
            if tickets and not self._answer(tickets, self._run_safely([ticket.job for ticket in tickets])):
                return

    def _gather(self) -> tuple[list[_Ticket], bool]:
        tickets: list[_Ticket] = []
        while len(tickets) < LARGEST_BATCH:
            try:
                ticket = self._waiting.get(block=not tickets)
            except Empty:
                break
            if ticket is None:
                return tickets, False
            tickets.append(ticket)
        return tickets, True

    def _run_safely(self, jobs: Sequence[Job]) -> Sequence[Outcome]:
        try:
            return self._run(jobs)
        except BaseException as failure:  # noqa: BLE001 - the thread must outlive any failure, its callers are waiting
            return [Failed(failure) for _ in jobs]

    def _answer(self, tickets: Sequence[_Ticket], outcomes: Sequence[Outcome]) -> bool:
        try:
            self._loop.call_soon_threadsafe(_settle, self._loop, tickets, outcomes)
        except RuntimeError:  # the loop was closed: nobody is waiting any more
            return False
        return True


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
