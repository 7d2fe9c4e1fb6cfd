"""A sender that stands still beyond its lease and goes on as if nothing had happened doubles and loses nothing.

Once in the normal suite; `SINGGAH_LONG_FAULTS=1 make pytest ARGS="tests/faults/test_frozen.py -s"` does it forty times.
"""

import asyncio
import os
from pathlib import Path
from random import Random, SystemRandom

import pytest

from tests.botapi.control import BotApi
from tests.end_to_end.telegram_process import install
from tests.faults.bustle import SETTINGS, Bustle
from tests.faults.crew import SHORT_LEASE_S, Member, quickstart, settings_of_stores, two_of
from tests.faults.waiting import until
from tests.surroundings.stores import NewStores

TIMES = 40 if os.environ.get("SINGGAH_LONG_FAULTS") else 1
SEED = int(os.environ.get("SINGGAH_SEED", SystemRandom().randrange(1_000_000)))
SENDING = "send:telegram"
_PATIENCE_S = 60.0


@pytest.mark.timeout(240 + 60 * TIMES)
async def test_a_sender_that_stands_still_beyond_its_lease_doubles_and_loses_nothing(
    tmp_path: Path, bot_api: BotApi, new_postgresql_stores: NewStores
) -> None:
    stores = settings_of_stores(*new_postgresql_stores())
    bustle = Bustle(bot_api, install(tmp_path / "singgah", bot_api, extra=SETTINGS + stores), Random(SEED))
    async with quickstart(lease_seconds=SHORT_LEASE_S) as starter:
        crew = two_of(bustle.installed, starter)
        for member in crew:
            await member.launch()
            await member.wait_until_ready()
        await bustle.gather(pairs=2, walkers=0, subscribers=4, asked=2)
        ended = asyncio.Event()
        async with asyncio.TaskGroup() as group:
            group.create_task(bustle.run(ended))
            for _ in range(TIMES):
                await asyncio.sleep(bustle.chance.uniform(0.2, 1.0))
                await _freeze_the_sender(crew)
            ended.set()
        await bustle.settle()
        for member in crew:
            await member.stop()

    figures, wrong = await bustle.judge()
    print(f"\nseed {SEED}: frozen {TIMES} times, {figures}")  # noqa: T201 - what a long run is for
    assert wrong == [], f"seed {SEED}"


async def _freeze_the_sender(crew: list[Member]) -> None:
    """Let whoever sends stand still until the other has taken over, and go on then."""
    holders: list[Member] = []

    async def is_known() -> bool:
        holders[:] = [member for member in crew if await member.has(SENDING)]
        return len(holders) == 1

    await until(is_known, _PATIENCE_S)
    (frozen,) = holders
    (other,) = (member for member in crew if member is not frozen)
    frozen.freeze()
    try:
        await until(lambda: other.has(SENDING), _PATIENCE_S)
        await asyncio.sleep(SHORT_LEASE_S / 4)
    finally:
        frozen.thaw()
