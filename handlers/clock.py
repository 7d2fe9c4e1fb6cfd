"""The only reader of the clock, and what is done at its ticks."""

import logging
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from handlers import casework, erase, handoff, offering, remind
from handlers.apart import keep_apart
from handlers.world import World
from storage import deliveries, retention, staffing
from storage.errors import StorageError
from storage.transaction import Work

log = logging.getLogger(__name__)

_TICK_S = 10
_TIDY_S = 3_600
_ERASED_AT_ONCE = 100


def read_clock() -> datetime:
    """Return the present time, aware, in UTC."""
    return datetime.now(UTC)


def tick(work: Work, world: World) -> int:
    """Do everything that is due now: check-ins, silences, offers nobody took; return how much there was."""
    return remind.send_due(work, world) + remind.note_silence(work, world) + offering.pass_on_overdue(work, world)


def tidy(work: Work, world: World) -> int:
    """Forget what has served its time, also what a crash has left; return how many folders of clients went."""
    deliveries.forget_old(work)
    staffing.forget_old(work)
    swept = retention.sweep_erased(work)
    for case in retention.list_silent(work):
        keep_apart(work, partial(casework.close_silent, work, world, case))
    for case in retention.list_silent(work, within_days=retention.WARNED_DAYS):
        keep_apart(work, partial(handoff.warn_of_silence, work, world, case))
    expired = retention.find_expired(work, most=_ERASED_AT_ONCE)
    for client_id in expired:
        erase.forget(work, world, client_id)
    return swept + len(expired)


class Clock:
    """Ticks; holds nothing about anybody."""

    def __init__(self, world: World) -> None:
        """Tick for a world."""
        self._world = world
        self._scheduler = AsyncIOScheduler(timezone=UTC)

    def start(self) -> None:
        """Start ticking on the running event loop; a late tick is made up for once."""
        for job, seconds in ((tick, _TICK_S), (tidy, _TIDY_S)):
            self._scheduler.add_job(
                self._run, "interval", (job,), seconds=seconds, coalesce=True, max_instances=1, misfire_grace_time=None
            )
        self._scheduler.add_job(self._run, args=(tidy,))  # at once: a crash may have left something
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

    def _refill(self) -> None:
        """Keep return phrases ready; APScheduler runs plain functions in a thread of its own."""
        self._world.phrases.refill()
