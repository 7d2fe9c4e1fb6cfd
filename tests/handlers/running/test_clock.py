"""Ticks that are under way when a process is stopped."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from threading import Event

import pytest

from handlers.running.clock import Clock
from storage.transaction import Work
from tests.worlds import TestBed

_PATIENCE_S, _LOOK_S = 10.0, 0.01


@asynccontextmanager
async def _busy_writer(bed: TestBed) -> AsyncIterator[None]:
    """Keep every step waiting."""
    has_begun, may_end = Event(), Event()

    def hold(_: Work) -> None:
        has_begun.set()
        may_end.wait(_PATIENCE_S)

    holding = asyncio.create_task(bed.world.database.write(hold))
    await asyncio.to_thread(has_begun.wait, _PATIENCE_S)
    yield
    may_end.set()
    await holding


def _count_jobs() -> int:
    return sum("run_coroutine_job" in repr(task.get_coro()) for task in asyncio.all_tasks())


async def _until_jobs(number: int) -> None:
    async with asyncio.timeout(_PATIENCE_S):
        while (_count_jobs() > 0) is not (number > 0):  # noqa: ASYNC110 - of a library
            await asyncio.sleep(_LOOK_S)


async def test_a_stop_in_the_middle_of_a_sweep_is_no_error(bed: TestBed, caplog: pytest.LogCaptureFixture) -> None:
    async with _busy_writer(bed):
        clock = Clock(bed.world)
        clock.start()
        await _until_jobs(1)
        clock.stop()
        await _until_jobs(0)

    assert [record.name for record in caplog.records if record.levelno >= logging.WARNING] == []


async def test_a_stop_right_at_the_start_is_no_error_and_nothing_begins(
    bed: TestBed, caplog: pytest.LogCaptureFixture
) -> None:
    async with _busy_writer(bed):
        clock = Clock(bed.world)
        clock.start()
        while not _count_jobs():  # noqa: ASYNC110 - of a library; none of them has run yet
            await asyncio.sleep(0)
        clock.stop()
        await _until_jobs(0)

    assert [record.name for record in caplog.records if record.levelno >= logging.WARNING] == []
