"""Kill the service in the middle of intakes from fifty chats: no submitted answer is lost, none is taken twice.

The normal suite kills it eight times.  For more, or to repeat a run by its seed:
`SINGGAH_KILLS=100 SINGGAH_SEED=7 make pytest ARGS="tests/end_to_end/test_kills.py -s"`
"""

import asyncio
import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from random import Random, SystemRandom
from tempfile import TemporaryDirectory

import pytest

from tests.botapi.control import BotApi
from tests.end_to_end.soak import Walker
from tests.end_to_end.telegram_process import MODES, TelegramProcess

KILLS = int(os.environ.get("SINGGAH_KILLS", "8"))
#: In each of the two ways of receiving: fifty together in the normal suite, fifty each in a long run.
CHATS = 25 if KILLS <= 8 else 50
SEED = int(os.environ.get("SINGGAH_SEED", SystemRandom().randrange(1_000_000)))
PACE_S = 0.5
#: One kill in so many comes while the process is still starting.
_EARLY_ONE_IN = 6


@pytest.mark.timeout(120 + 20 * KILLS)
async def test_a_process_that_is_killed_again_and_again_loses_no_answer_and_takes_none_twice(
    bot_api: BotApi, service: TelegramProcess
) -> None:
    seed = f"{SEED}-{service.mode}"
    walkers = [
        Walker(bot_api.person(f"Contoh {number}"), Random(f"{seed}-{number}"), PACE_S) for number in range(CHATS)
    ]
    ended = asyncio.Event()

    async with asyncio.TaskGroup() as group:
        for walker in walkers:
            group.create_task(walker.run(ended))
        parked = await _kill_again_and_again(service, Random(seed), KILLS // len(MODES))
        ended.set()

    figures = f"{sum(walker.rounds for walker in walkers)} intakes from {CHATS} chats, {parked} messages parked"
    asked = sum(walker.nudges for walker in walkers)
    print(f"\nseed {seed}: {KILLS // len(MODES)} kills, {figures}, {asked} times somebody asked where they were")  # noqa: T201 - what a long run is for
    assert [fault for walker in walkers for fault in walker.faults] == [], f"seed {seed}"
    assert all(walker.rounds for walker in walkers)


async def _kill_again_and_again(service: TelegramProcess, chance: Random, kills: int) -> int:
    """Kill and start; return how many messages were given up because two kills met them on their way."""
    parked = set[bytes]()
    for _ in range(kills):
        if chance.randrange(_EARLY_ONE_IN):
            await service.wait_until_ready()
            await asyncio.sleep(chance.uniform(0.05, 1.5))
        else:
            await asyncio.sleep(chance.uniform(0, 1.5))
        await service.kill()
        parked |= _read_parked(service)
        await service.launch()
    await service.wait_until_ready()
    return len(parked)


def _read_parked(service: TelegramProcess) -> set[bytes]:
    """Read a copy: whoever opens the database itself would tidy its journal up, which is the service's own task."""
    with TemporaryDirectory() as folder:
        for file in (service.data_folder / "data").glob("singgah.db*"):
            shutil.copy(file, folder)
        with closing(sqlite3.connect(Path(folder) / "singgah.db")) as database:
            rows = database.execute("SELECT outbox_id FROM outbox WHERE state = 'uncertain'").fetchall()
    return {bytes(row[0]) for row in rows}
