"""Steps of two processes on one PostgreSQL, of which the second begins before the first has committed."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from threading import Event

from sqlalchemy import text

from storage.database import Database
from storage.transaction import Work

#: One of the databases two processes have opened, and what is done there.
Step = tuple[Database, Callable[[Work], object]]

_PATIENCE_S = 10.0
_LOOK_S = 0.01
_IS_WAITED_FOR = text("SELECT 1 FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid))")


async def overlap(first: Step, second: Step) -> list[object]:
    """Run two steps at once; return what each has returned or raised.

    The first does everything and commits only when the second waits for it, or is over: so whatever the second has
    looked at before it had to wait is what was there before the first.
    """
    return await overlap_with(first, lambda: second[0].write(second[1]))


async def overlap_with(first: Step, second: Callable[[], Awaitable[object]]) -> list[object]:
    """Do the same with anything that writes on the other database."""
    has_done, is_over = Event(), Event()

    def hold(work: Work) -> object:
        done = first[1](work)
        has_done.set()
        ends = time.monotonic() + _PATIENCE_S
        while not is_over.is_set() and not work.data.execute(_IS_WAITED_FOR).first():
            assert time.monotonic() < ends, "the second step neither waits nor ends"
            time.sleep(_LOOK_S)
        return done

    holding = asyncio.create_task(first[0].write(hold))
    await asyncio.to_thread(has_done.wait, _PATIENCE_S)
    following = asyncio.ensure_future(second())
    following.add_done_callback(lambda _: is_over.set())
    return list(await asyncio.gather(holding, following, return_exceptions=True))
