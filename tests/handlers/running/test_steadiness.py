"""The service ticks on whatever is done to the clock of the machine."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from apscheduler.schedulers import base
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from handlers.running.steadiness import Every, SteadyTime

_PAUSE = 0.02


class WallClock(datetime):
    """What the library takes for `datetime`: a wall clock that a test sets."""

    ahead = timedelta()

    @classmethod
    def now(cls, tz=None):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN206 - the signature of another library
        """Tell the time as it is set, in a zone."""
        return (datetime.now(UTC) + cls.ahead).astimezone(tz)


@pytest.fixture
def wall(monkeypatch: pytest.MonkeyPatch) -> Iterator[type[WallClock]]:
    """Give the scheduler a wall clock that can be set."""
    monkeypatch.setattr(base, "datetime", WallClock)
    yield WallClock
    WallClock.ahead = timedelta()


async def _count_ticks(jump: timedelta, wall: type[WallClock]) -> int:
    """Count the ticks of twelve pauses, before which the clock jumps."""
    ticks: list[float] = []
    scheduler = AsyncIOScheduler(timezone=SteadyTime())
    scheduler.add_job(lambda: ticks.append(1), Every(_PAUSE), coalesce=True, max_instances=1, misfire_grace_time=None)
    scheduler.start()
    await asyncio.sleep(_PAUSE * 4)
    before, wall.ahead = len(ticks), jump
    await asyncio.sleep(_PAUSE * 12)
    scheduler.shutdown(wait=False)
    assert before
    return len(ticks) - before


@pytest.mark.parametrize("jump", [timedelta(), timedelta(hours=-1), timedelta(days=-365), timedelta(days=365)])
async def test_a_clock_that_jumps_neither_stops_the_ticks_nor_piles_them_up(
    wall: type[WallClock], jump: timedelta
) -> None:
    assert 1 <= await _count_ticks(jump, wall) <= 13


def test_steady_time_does_not_ask_the_wall() -> None:
    steady = SteadyTime()
    first, second = (steady.fromutc(datetime(year, 1, 1, tzinfo=steady)) for year in (2040, 1990))

    assert timedelta() <= second - first < timedelta(seconds=5)
