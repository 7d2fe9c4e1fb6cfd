"""Processes that are killed at any moment of a busy hour: nothing is lost, nothing comes twice without its mark.

The normal suite kills a few times on each database.  For a thousand kills, or to repeat a run by its seed:
`SINGGAH_FAULT_KILLS=1000 SINGGAH_SEED=7 make pytest ARGS="tests/faults/test_kills.py -s"`
"""

import asyncio
import contextlib
import os
from pathlib import Path
from random import Random, SystemRandom

import pytest

from tests.botapi.control import BotApi
from tests.end_to_end.telegram_process import install
from tests.faults.bustle import SETTINGS, Bustle
from tests.faults.crew import SHORT_LEASE_S, Member, quickstart, settings_of_stores, two_of
from tests.surroundings.stores import NewStores

KILLS = int(os.environ.get("SINGGAH_FAULT_KILLS", "8"))
SEED = int(os.environ.get("SINGGAH_SEED", SystemRandom().randrange(1_000_000)))
#: In so many kills a broadcast comes to its end; a longer run begins another hour with other people.
_KILLS_AN_HOUR = 100
#: One kill in so many comes while the process is still starting.
_EARLY_ONE_IN = 4
_MOST_CALLS, _LONGEST_LIFE_S, _LONGEST_PAUSE_S = 40, 2.5, 0.3
_LOOK_SECONDS = 0.02


@pytest.mark.timeout(240 + 20 * KILLS)
async def test_a_process_on_sqlite_that_is_killed_again_and_again_loses_and_doubles_nothing(
    tmp_path: Path, bot_api: BotApi
) -> None:
    async with quickstart() as starter:
        for hour, kills in enumerate(_hours(KILLS // 2)):
            installed = install(tmp_path / f"singgah-{hour}", bot_api, extra=SETTINGS)
            bustle = Bustle(bot_api, installed, Random(f"{SEED}-sqlite-{hour}"))
            await _live_through(bustle, [Member(installed, starter)], kills)


@pytest.mark.timeout(240 + 20 * KILLS)
async def test_two_processes_on_postgresql_of_which_one_is_killed_again_and_again_lose_and_double_nothing(
    tmp_path: Path, bot_api: BotApi, new_postgresql_stores: NewStores
) -> None:
    async with quickstart(lease_seconds=SHORT_LEASE_S) as starter:
        for hour, kills in enumerate(_hours(KILLS // 2)):
            stores = settings_of_stores(*new_postgresql_stores())
            installed = install(tmp_path / f"singgah-{hour}", bot_api, extra=SETTINGS + stores)
            bustle = Bustle(bot_api, installed, Random(f"{SEED}-postgresql-{hour}"))
            await _live_through(bustle, two_of(bustle.installed, starter), kills)


def _hours(kills: int) -> list[int]:
    return [min(_KILLS_AN_HOUR, kills - before) for before in range(0, kills, _KILLS_AN_HOUR)]


async def _live_through(bustle: Bustle, crew: list[Member], kills: int) -> None:
    many = kills >= _KILLS_AN_HOUR
    for member in crew:
        await member.launch()
        await member.wait_until_ready()
    await bustle.gather(*((4, 4, 20, 10) if many else (2, 1, 4, 2)))

    ended = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        group.create_task(bustle.run(ended))
        await _kill_again_and_again(bustle, crew, kills)
        ended.set()
    await bustle.settle()
    for member in crew:
        await member.stop()
    figures, wrong = await bustle.judge()
    print(f"\nseed {SEED}: {kills} kills, {figures}")  # noqa: T201 - what a long run is for
    assert wrong == [], f"seed {SEED}"


async def _kill_again_and_again(bustle: Bustle, crew: list[Member], kills: int) -> None:
    for _ in range(kills):
        member = bustle.chance.choice(crew)
        if bustle.chance.randrange(_EARLY_ONE_IN):
            await member.wait_until_ready()
            await _let_live(bustle)
        await asyncio.sleep(bustle.chance.uniform(0, _LONGEST_PAUSE_S))
        await member.kill()
        await member.launch()
    for member in crew:
        await member.wait_until_ready()


async def _let_live(bustle: Bustle) -> None:
    """Wait for a number of calls: on a slow machine, lives counted in seconds would be too short to get anywhere."""
    until = len(bustle.bot_api.journal) + bustle.chance.randrange(_MOST_CALLS)
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(_LONGEST_LIFE_S):
            while len(bustle.bot_api.journal) < until:  # noqa: ASYNC110 - other processes call
                await asyncio.sleep(_LOOK_SECONDS)
