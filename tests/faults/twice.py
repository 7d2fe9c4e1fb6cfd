"""One house that two processes on one PostgreSQL serve, with one clock."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from bot.ports import Content, Incoming
from storage.transaction import Work
from tests.surroundings.overlapping import overlap
from tests.worlds import TELEGRAM, HandClock, TestBed, config_in, open_test_bed

_numbers = count(1)


@dataclass(frozen=True, slots=True)
class House:
    """The house as each of the two has opened it."""

    one: TestBed
    other: TestBed

    async def at_once(self, first: Callable[[Work], object], second: Callable[[Work], object]) -> list[object]:
        """Do the first in one process while the second is done in the other."""
        return await overlap((self.one.world.database, first), (self.other.world.database, second))


@asynccontextmanager
async def open_twice(folder: Path, url: str, keystore_url: str) -> AsyncIterator[House]:
    """Open a house twice."""
    config, clock = config_in(folder, url, keystore_url), HandClock()
    async with AsyncExitStack() as stack:
        one = await stack.enter_async_context(open_test_bed(config, clock=clock))
        yield House(one, await stack.enter_async_context(open_test_bed(config, clock=clock)))


def arriving(address: str, content: Content) -> Incoming:
    """Make a delivery that nobody has seen yet."""
    return Incoming(TELEGRAM, address, f"twice-{next(_numbers)}", content)
