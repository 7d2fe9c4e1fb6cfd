"""What one process tells, others on the same PostgreSQL hear at once; a lost connection comes back by itself."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from statistics import median

import psycopg
import pytest
from sqlalchemy import make_url

from storage.engine.notices import EVERYTHING, Notices

#: Below the second after which a sender looks by itself, even on a slow machine.
AT_ONCE_S = 0.6


class Process:
    """What one process told and heard."""

    def __init__(self, url: str) -> None:
        self.heard: asyncio.Queue[str] = asyncio.Queue()
        self.notices = Notices(url, self.heard.put_nowait)

    async def hear(self) -> str:
        """Wait for the next thing heard."""
        async with asyncio.timeout(20):
            return await self.heard.get()


@asynccontextmanager
async def _running(url: str) -> AsyncIterator[Process]:
    process = Process(url)
    running = asyncio.create_task(process.notices.run())
    try:
        assert await process.hear() == EVERYTHING
        yield process
    finally:
        process.notices.end()
        await running


@pytest.fixture
async def both(new_postgresql: Callable[[], str]) -> AsyncIterator[tuple[Process, Process, str]]:
    """Two processes on one database, and its address."""
    url = new_postgresql()
    async with _running(url) as one, _running(url) as other:
        yield one, other, url


async def test_others_hear_at_once_and_nobody_hears_itself(both: tuple[Process, Process, str]) -> None:
    one, other, _ = both
    loop, waits = asyncio.get_running_loop(), []
    for number in range(20):
        began = loop.time()
        one.notices.tell(f"page {number}")
        assert await other.hear() == f"page {number}"
        waits.append(loop.time() - began)
    other.notices.tell("back")

    assert await one.hear() == "back"
    assert one.heard.empty()
    assert median(waits) < AT_ONCE_S


async def test_the_same_thing_is_told_once_while_it_waits_and_too_much_at_once_is_everything(
    both: tuple[Process, Process, str],
) -> None:
    one, other, _ = both
    for _ in range(5):
        one.notices.tell("outbox")
    one.notices.tell("last")
    assert [await other.hear() for _ in range(2)] == ["outbox", "last"]

    for number in range(1_001):
        one.notices.tell(f"page {number}")
    assert [await other.hear() for _ in range(2)] == [EVERYTHING, "page 1000"]


async def test_after_a_lost_connection_everybody_looks_and_hears_again(both: tuple[Process, Process, str]) -> None:
    one, other, url = both
    address = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    async with await psycopg.AsyncConnection.connect(address, autocommit=True) as hand:
        await hand.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    assert await other.hear() == EVERYTHING
    async with asyncio.timeout(20):
        while True:
            one.notices.tell("still here")
            await asyncio.sleep(0.2)
            if "still here" in [other.heard.get_nowait() for _ in range(other.heard.qsize())]:
                break


async def test_what_was_told_last_is_heard_though_the_process_ends(new_postgresql: Callable[[], str]) -> None:
    url = new_postgresql()
    async with _running(url) as other:
        async with _running(url) as one:
            await asyncio.sleep(0.1)
            one.notices.tell("duties")
        assert await other.hear() == "duties"
