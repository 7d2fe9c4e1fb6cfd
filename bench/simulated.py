"""An event loop whose time is simulated: it leaps to the next timer, and stands still while threads are at work."""

import asyncio
import contextlib
import selectors
import time
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import Executor
from typing import TypeVar, TypeVarTuple

from storage.database import Database, Work

T = TypeVar("T")
Ts = TypeVarTuple("Ts")

#: What one round of the loop takes: without it, a timer that is due a rounding error too early would be for ever.
_ROUND_S = 1e-6


class SimulatedLoop(asyncio.SelectorEventLoop):
    """Runs the real code in as much time as it needs, and lets as much simulated time pass as it waits for."""

    def __init__(self) -> None:
        """Begin at zero."""
        self.working = 0  # how many steps other threads have been given
        self._now = 0.0
        super().__init__(_Leaping(self))

    def time(self) -> float:
        """Return the simulated seconds since the beginning."""
        return self._now

    def leap(self, seconds: float) -> None:
        """Let time pass."""
        self._now += seconds

    def run_in_executor(self, executor: Executor | None, func: Callable[[*Ts], T], *args: *Ts) -> asyncio.Future[T]:
        """Note that a thread is at work until it has answered."""
        future = super().run_in_executor(executor, func, *args)
        self.working += 1
        future.add_done_callback(self._note_answer)
        return future

    def _note_answer(self, _future: object) -> None:
        self.working -= 1


class WatchedDatabase(Database):
    """A database whose writer thread is known to be at work while a step waits for it."""

    def __init__(self, real: Database, loop: SimulatedLoop) -> None:
        """Stand before a database that is open."""
        self._real = real
        self._watching = loop

    async def write(self, job: Callable[[Work], T]) -> T:
        """Write, and let no time pass meanwhile."""
        return await self._watch(self._real.write(job))

    async def write_along(self, job: Callable[[Work], T]) -> T:
        """Write without a sync, and wait for nobody: while the thread is known to be at work no timer goes off."""
        return await self._watch(self._real.write_unsynced(job))

    async def write_last(self, job: Callable[[Work], T]) -> T:
        """Write behind others."""
        return await self._watch(self._real.write_last(job))

    async def write_unsynced(self, job: Callable[[Work], T]) -> T:
        """Write without a sync."""
        return await self._watch(self._real.write_unsynced(job))

    async def _watch(self, writing: Awaitable[T]) -> T:
        self._watching.working += 1
        try:
            return await writing
        finally:
            self._watching.working -= 1

    async def read(self, job: Callable[[Work], T]) -> T:
        """Read."""
        return await self._real.read(job)


@contextlib.contextmanager
def open_simulation() -> Iterator[asyncio.Runner]:
    """Run what is given in simulated time, which the clock of the whole process follows."""
    loops: list[SimulatedLoop] = []

    def make() -> SimulatedLoop:
        loops.append(SimulatedLoop())
        return loops[0]

    real = time.monotonic
    with asyncio.Runner(loop_factory=make) as runner:
        runner.get_loop()
        time.monotonic = loops[0].time
        try:
            yield runner
        finally:
            time.monotonic = real


class _Leaping(selectors.DefaultSelector):
    """Looks for events without waiting; when there are none and no thread is at work, time leaps."""

    def __init__(self, loop: SimulatedLoop) -> None:
        super().__init__()
        self._loop = loop

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        self._loop.leap(_ROUND_S)
        found = super().select(0)
        if found or (timeout is not None and timeout <= 0):
            return found
        if self._loop.working or timeout is None:
            return super().select(None)
        self._loop.leap(timeout)
        return []
