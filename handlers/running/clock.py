"""The only reader of the clock, and what is done at its ticks."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from functools import partial

from apscheduler.executors.asyncio import AsyncIOExecutor
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from handlers.broadcasts.running import run_due
from handlers.caring import offering, remind
from handlers.caring.closing import leave_closed_units
from handlers.discreet import knocking
from handlers.house.directory_watch import DirectoryWatch
from handlers.keeping import auditing
from handlers.keeping.sweep import sweep
from handlers.listening.watch import ListeningWatch
from handlers.running.duties import TICK, Duty, held_for_good
from handlers.running.health import look
from handlers.running.steadiness import Every, SteadyTime
from handlers.steps import ROWS_AT_ONCE, Steps
from handlers.team import staffcopies
from handlers.world import World
from storage.casework import reminders
from storage.clients import hidden_words
from storage.errors import StorageError

log = logging.getLogger(__name__)

_TICK_S = 10
#: Below what may wait in the outbox of broadcasts, so that their sender never runs dry.
_FEED_S = 1
_TIDY_S = 3_600


def read_clock() -> datetime:
    """Return the present time, aware, in UTC."""
    return datetime.now(UTC)


async def tick(steps: Steps) -> int:
    """Do everything that is due now: check-ins, silences, offers nobody took, words that wait; return how much.

    However much it is, a turn waits for a few tens of milliseconds of it at most.
    """
    checked_in = await remind.send_due(steps) + await remind.note_silence(steps)
    offered = await offering.pass_on_overdue(steps)
    knocked = await knocking.announce_held(steps)
    return checked_in + offered + knocked + await steps.repeat(partial(hidden_words.forget_old, most=ROWS_AT_ONCE))


async def tidy(steps: Steps) -> int:
    """Forget what has served its time, also what a crash or a wrong clock has left; return how much that was."""
    return await steps.repeat(partial(reminders.free_stranded, most=ROWS_AT_ONCE)) + (await sweep(steps)).total()


class Clock:
    """Ticks; holds nothing about anybody."""

    def __init__(self, world: World, duty: Duty | None = None) -> None:
        """Tick for a world.  `duty`: without it only what is about this process is done; None: nobody else ticks."""
        self._world = world
        self._duty = held_for_good(TICK) if duty is None else duty
        self._scheduler = AsyncIOScheduler(executors={"default": _LeavingExecutor()}, timezone=SteadyTime())
        self._under_way: set[asyncio.Task[None] | None] = set()
        self._is_stopped = False
        self._directory = DirectoryWatch(world)
        self._listening = ListeningWatch(world)

    def start(self) -> None:
        """Start ticking on the running event loop; a late tick is made up for once."""
        self._repeat(_TICK_S, self._run, tick)
        self._repeat(_FEED_S, self._run, run_due)
        self._repeat(_TIDY_S, self._run, tidy)
        self._soon(tidy)  # at once: a crash may have left something
        self._soon(leave_closed_units)  # at once: units may have closed since
        around = (self._take_up_directory, self._take_up_listening, self._look_around, self._refill)
        for keep in (self._keep_chain, self._clear_staff_chats, *around):
            self._repeat(_TICK_S, keep)
        self._scheduler.start()

    def stop(self) -> None:
        """Stop ticking; what is under way ends with the step it is at, and goes on where it is after the next start."""
        self._is_stopped = True
        self._scheduler.shutdown(wait=False)
        for task in self._under_way:
            if task is not None:
                task.cancel()

    def _soon(self, job: Callable[[Steps], Awaitable[int]]) -> None:
        self._scheduler.add_job(self._do, args=(self._run, job), misfire_grace_time=None)

    def _repeat(self, seconds: float, do: Callable[..., Awaitable[None]], *arguments: object) -> None:
        repeated = {"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        self._scheduler.add_job(self._do, Every(seconds), (do, *arguments), **repeated)

    async def _do(self, do: Callable[..., Awaitable[None]], *arguments: object) -> None:
        """Do something of a tick; cut short by a stop it has not failed."""
        if self._is_stopped:
            return
        task = asyncio.current_task()
        self._under_way.add(task)
        try:
            await do(*arguments)
        except asyncio.CancelledError:
            if not self._is_stopped:
                raise
        finally:
            self._under_way.discard(task)

    async def _run(self, job: Callable[[Steps], Awaitable[int]]) -> None:
        if not self._duty.is_held():
            return
        try:
            count = await job(Steps(self._world, self._duty.check))
        except StorageError as error:
            log.warning("tick", extra={"action": "tick.waiting", "error": error})
            return
        if count:
            log.info("tick", extra={"action": f"clock.{job.__name__}", "count": count})

    async def _clear_staff_chats(self) -> None:
        if not self._duty.is_held():
            return
        try:
            await staffcopies.delete_due(self._world)
        except Exception as error:  # what stays is tried again at the next tick
            log.exception("staff", extra={"action": "staff.undeleted", "error": error})

    async def _keep_chain(self) -> None:
        if not self._duty.is_held():
            return
        try:
            await auditing.sign_if_due(self._world)
            await auditing.prune_if_due(self._world)
        except Exception as error:  # whoever reads the log must hear of it; nobody who writes may suffer from it
            log.exception("audit", extra={"action": "audit.unsigned", "error": error})

    async def _look_around(self) -> None:
        """Look whether all is well, so that trouble stands in the log also where nobody asks."""
        await look(self._world)

    async def _take_up_directory(self) -> None:
        try:
            await self._directory.take_up()
        except StorageError as error:
            log.warning("tick", extra={"action": "tick.waiting", "error": error})

    async def _take_up_listening(self) -> None:
        try:
            await self._listening.take_up()
        except StorageError as error:
            log.warning("tick", extra={"action": "tick.waiting", "error": error})

    async def _refill(self) -> None:
        """Keep return phrases ready."""
        await self._world.phrases.make_ready()


class _LeavingExecutor(AsyncIOExecutor):  # type: ignore[misc]  # the library carries no types
    """Leaves what is under way to the clock when it stops: the library would log each of it as an error."""

    def shutdown(self, wait: bool = True) -> None:  # noqa: FBT001, FBT002 - as the library calls it
        """Begin nothing more."""
        del wait
