"""How long others wait while much is swept: `python -m bench.sweep`."""

import argparse
import asyncio
import contextlib
import tempfile
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from statistics import median
from time import perf_counter
from uuid import uuid4

from sqlalchemy import insert

from bot.config import parse
from handlers.house.opening import open_world
from handlers.running.clock import tidy
from handlers.steps import Steps
from handlers.world import World
from storage.clients import people
from storage.receiving.deliveries import day_of
from storage.tables import erasures, seen, tries
from storage.transaction import Work

#: No turn is to wait longer for a sweep, in seconds.
LIMIT = 0.1

_NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
_FILLED_AT_ONCE = 1_000
_BETWEEN_S = 0.01


@dataclass(frozen=True, slots=True)
class Figures:
    """What was swept, how long it took, and how long each of those waited who wrote meanwhile; in seconds."""

    swept: int
    seconds: float
    waits: Sequence[float]


async def measure_sweep(rows: int, folders: int) -> Figures:
    """Sweep so many rows of each kind that are only deleted, and so many folders of people who never came back."""
    now = [_NOW]
    with tempfile.TemporaryDirectory() as folder:
        async with open_world(parse("", str(Path(folder) / "config.toml")), {}, lambda: now[0]) as world:
            for count, fill in ((rows, _add_rows), (folders, _add_folders)):
                for start in range(0, count, _FILLED_AT_ONCE):
                    await world.database.write(partial(fill, min(_FILLED_AT_ONCE, count - start)))
            now[0] += timedelta(days=400)
            waits: list[float] = []
            async with _writing_beside(world, waits):
                began = perf_counter()
                swept = await tidy(Steps(world))
                seconds = perf_counter() - began
    return Figures(swept, seconds, waits)


def _add_rows(count: int, work: Work) -> None:
    ids, day = [uuid4().bytes for _ in range(count)], day_of(work.now)
    work.data.execute(insert(erasures), [{"folder_id": each, "day": day} for each in ids])
    work.data.execute(insert(seen), [{"delivery_index": each, "day": day} for each in ids])
    full = {"remaining": 1.0, "since": work.now, "full_at": work.now}
    work.data.execute(insert(tries), [{"tries_index": each, **full} for each in ids])


def _add_folders(count: int, work: Work) -> None:
    for _ in range(count):
        people.welcome(work, uuid4().bytes, "telegram", "1", "id")


@contextlib.asynccontextmanager
async def _writing_beside(world: World, waits: list[float]) -> AsyncIterator[None]:
    async def write() -> None:
        while True:
            began = perf_counter()
            await world.database.write(lambda _work: None)
            waits.append(perf_counter() - began)
            await asyncio.sleep(_BETWEEN_S)

    writing = asyncio.create_task(write())
    try:
        yield
    finally:
        writing.cancel()
        await asyncio.gather(writing, return_exceptions=True)


def main() -> None:
    """Print how long a sweep takes and how long it keeps others waiting."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000, help="of each of three kinds (default 100,000)")
    parser.add_argument("--folders", type=int, default=10_000, help="of people who never came back (default 10,000)")
    asked = parser.parse_args()
    found = asyncio.run(measure_sweep(asked.rows, asked.folders))
    ordered = sorted(found.waits)
    p99 = ordered[len(ordered) * 99 // 100]
    print(f"3 x {asked.rows:,} rows and {asked.folders:,} folders swept in {found.seconds:.1f} s")
    print(
        f"a writer beside it waited {median(ordered) * 1e3:.1f} ms, p99 {p99 * 1e3:.1f} ms (aim {LIMIT * 1e3:g}), ",
        end="",
    )
    print(f"{ordered[-1] * 1e3:.1f} ms at most; {len(ordered)} times")


if __name__ == "__main__":
    main()
