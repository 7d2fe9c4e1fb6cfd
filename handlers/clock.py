"""The only reader of the clock, and what is done at its ticks."""

import logging
from collections.abc import Callable
from datetime import UTC, datetime

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from handlers import auditing, knocking, offering, remind, staffcopies
from handlers.closing import leave_closed_units
from handlers.directory_watch import DirectoryWatch
from handlers.sweep import sweep
from handlers.world import World
from storage import hidden_words
from storage.errors import StorageError
from storage.transaction import Work

log = logging.getLogger(__name__)

_TICK_S = 10
_TIDY_S = 3_600


def read_clock() -> datetime:
    """Return the present time, aware, in UTC."""
    return datetime.now(UTC)


def tick(work: Work, world: World) -> int:
    """Do everything that is due now: check-ins, silences, offers nobody took, words that wait; return how much."""
    checked_in = remind.send_due(work, world) + remind.note_silence(work, world)
    offered = offering.pass_on_overdue(work, world)
    return checked_in + offered + knocking.announce_held(work, world) + hidden_words.forget_old(work)


def tidy(work: Work, world: World) -> int:
    """Forget what has served its time, also what a crash has left; return how much that was."""
    return sweep(work, world).total()


class Clock:
    """Ticks; holds nothing about anybody."""

    def __init__(self, world: World) -> None:
        """Tick for a world."""
        self._world = world
        self._scheduler = AsyncIOScheduler(timezone=UTC)
        self._directory = DirectoryWatch(world)

    def start(self) -> None:
        """Start ticking on the running event loop; a late tick is made up for once."""
        for job, seconds in ((tick, _TICK_S), (tidy, _TIDY_S)):
            self._scheduler.add_job(
                self._run, "interval", (job,), seconds=seconds, coalesce=True, max_instances=1, misfire_grace_time=None
            )
        self._scheduler.add_job(self._run, args=(tidy,))  # at once: a crash may have left something
        self._scheduler.add_job(self._run, args=(leave_closed_units,))  # at once: units may have closed since
        for keep in (self._keep_chain, self._clear_staff_chats, self._take_up_directory):
            self._scheduler.add_job(
                keep, "interval", seconds=_TICK_S, coalesce=True, max_instances=1, misfire_grace_time=None
            )
        self._scheduler.add_job(self._refill, "interval", seconds=_TICK_S, coalesce=True, max_instances=1)
        self._scheduler.start()

    def stop(self) -> None:
        """Stop ticking."""
        self._scheduler.shutdown(wait=False)

    async def _run(self, job: Callable[[Work, World], int]) -> None:
        try:
            count = await self._world.database.write(lambda work: job(work, self._world))
        except StorageError as error:
            log.warning("tick", extra={"action": "tick.waiting", "error": error})
            return
        if count:
            log.info("tick", extra={"action": f"{job.__name__}.done", "count": count})

    async def _clear_staff_chats(self) -> None:
        try:
            await staffcopies.delete_due(self._world)
        except Exception as error:  # what stays is tried again at the next tick
            log.exception("staff", extra={"action": "staff.undeleted", "error": error})

    async def _keep_chain(self) -> None:
        try:
            await auditing.sign_if_due(self._world)
            await auditing.prune_if_due(self._world)
        except Exception as error:  # whoever reads the log must hear of it; nobody who writes may suffer from it
            log.exception("audit", extra={"action": "audit.unsigned", "error": error})

    async def _take_up_directory(self) -> None:
        try:
            await self._directory.take_up()
        except StorageError as error:
            log.warning("tick", extra={"action": "tick.waiting", "error": error})

    def _refill(self) -> None:
        """Keep return phrases ready; APScheduler runs plain functions in a thread of its own."""
        self._world.phrases.refill()
