"""Kill the service in the middle of intakes from fifty chats: no submitted answer is lost, none is taken twice.

The normal suite kills it eight times.  For more, or to repeat a run by its seed:
`SINGGAH_KILLS=100 SINGGAH_SEED=7 make pytest ARGS="tests/end_to_end/test_kills.py -s"`
"""

import asyncio
import os
from random import Random, SystemRandom

import pytest

from tests.botapi.control import BotApi
from tests.end_to_end.soak import Walker
from tests.end_to_end.telegram_process import MODES, TelegramProcess

KILLS = int(os.environ.get("SINGGAH_KILLS", "8"))
#: In each of the two ways of receiving: fifty together in the normal suite, fifty each in a long run.
CHATS = 25 if KILLS <= 8 else 50  # noqa: PLR2004
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
        await _kill_again_and_again(service, Random(seed), KILLS // len(MODES))
        ended.set()

    rounds, nudges = sum(walker.rounds for walker in walkers), sum(walker.nudges for walker in walkers)
    print(f"\nseed {seed}: {KILLS // len(MODES)} kills, {rounds} intakes from {CHATS} chats, {nudges} asked again")  # noqa: T201 - the figures are what a long run is for
    assert [fault for walker in walkers for fault in walker.faults] == [], f"seed {seed}"
    assert all(walker.rounds for walker in walkers)


async def _kill_again_and_again(service: TelegramProcess, chance: Random, kills: int) -> None:
    for _ in range(kills):
        if chance.randrange(_EARLY_ONE_IN):
            await service.wait_until_ready()
            await asyncio.sleep(chance.uniform(0.05, 1.5))
        else:
            await asyncio.sleep(chance.uniform(0, 1.5))
        await service.kill()
        await service.launch()
    await service.wait_until_ready()
