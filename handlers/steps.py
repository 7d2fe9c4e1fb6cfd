"""Much to do in small transactions: turns pass in between, and one thing that fails harms none of the others."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from time import monotonic
from typing import TypeVar

from handlers.apart import keep_apart
from handlers.world import World
from storage.transaction import Work

T = TypeVar("T")

#: So many in a transaction take some tens of milliseconds, which is how long a turn may have to wait for them.
AT_ONCE = 20
#: As long take so many rows that are only deleted or marked, and on which nothing else hangs.
ROWS_AT_ONCE = 500
#: However slow the machine, a transaction begins nothing more after this.
_LONGEST_S = 0.03
#: As long as it took, and no longer than this, the writer is left to others before the next few.
_LONGEST_PAUSE_S = 0.1


def _always(_: Work) -> None:
    """Hold what nobody else can take."""


@dataclass(frozen=True, slots=True)
class Steps:
    """Steps of one tick.  `check`: raises inside a transaction when ticking is not this process's duty any more."""

    world: World
    check: Callable[[Work], object] = _always

    async def write(self, job: Callable[[Work], T]) -> T:
        """Run one step in a transaction of its own."""
        return await self.world.database.write(partial(self._checked, job))

    async def look(self, job: Callable[[Work], T]) -> T:
        """Look for what is to be done, beside the writer; by the time it is done it may have changed."""
        return await self.world.database.read(job)

    async def for_each(self, things: Sequence[T], do: Callable[[Work, T], bool]) -> int:
        """Do something about each, a few in a transaction; return how many times it was done.

        Nobody waits for more than one of these transactions: between two of them the writer is left to others.
        """
        looked_at = done = 0
        while few := things[looked_at : looked_at + AT_ONCE]:
            began = monotonic()
            outcomes = await self.write(partial(_do_about, few, do))
            looked_at += len(outcomes)
            done += sum(outcomes)
            if looked_at < len(things):
                await asyncio.sleep(min(monotonic() - began, _LONGEST_PAUSE_S))
        return done

    async def repeat(self, do_some: Callable[[Work], int]) -> int:
        """Do some in each transaction until there is nothing left; return how much that was."""
        done = 0
        while some := await self.write(do_some):
            done += some
        return done

    def _checked(self, job: Callable[[Work], T], work: Work) -> T:
        self.check(work)
        return job(work)


def in_parts(things: Sequence[T]) -> Iterator[Sequence[T]]:
    """Cut a list into what is done in one transaction."""
    return (things[start : start + AT_ONCE] for start in range(0, len(things), AT_ONCE))


def _do_about(few: Sequence[T], do: Callable[[Work, T], bool], work: Work) -> list[bool]:
    """Do something about the first of a few, as many as there is time for; return for each whether it was done."""
    outcomes: list[bool] = []
    ends = monotonic() + _LONGEST_S
    for thing in few:
        done: list[bool] = []
        keep_apart(work, lambda thing=thing, done=done: done.append(do(work, thing)))  # type: ignore[misc]  # bound now
        outcomes.append(any(done))
        if monotonic() > ends:
            break
    return outcomes
