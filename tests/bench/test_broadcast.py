"""The measurement of broadcasts: platforms that count, simulated time, and the real sender under both."""

import asyncio
import time

import pytest

from bench.broadcast import MOST_REPLIES, WAYS, broadcast_with_us, make_platform
from bench.broadcast_of_singgah import open_mailing
from bench.limiters import LIMIT, MODELS, Limiter, PunishingWindow, SlidingWindow
from bench.simulated import SimulatedLoop, open_simulation

SIZE = 90


def count_taken(limiter: Limiter, each_second: float, seconds: float) -> int:
    """Count what a platform takes of messages that come evenly."""
    return sum(not limiter.refuse(place / each_second) for place in range(round(each_second * seconds)))


@pytest.mark.parametrize("model", MODELS)
def test_a_platform_takes_what_its_limit_allows_and_refuses_more(model: str) -> None:
    assert count_taken(MODELS[model](), LIMIT - 1, 5) == 5 * (LIMIT - 1)
    assert count_taken(MODELS[model](), 3 * LIMIT, 5) <= 6 * LIMIT


def test_a_broken_limit_is_punished_where_it_is() -> None:
    assert count_taken(PunishingWindow(), 2 * LIMIT, 4) < count_taken(SlidingWindow(), 2 * LIMIT, 4)


def test_simulated_time_leaps_over_what_is_waited_for_and_stands_still_for_threads() -> None:
    async def wait() -> tuple[float, float]:
        loop = asyncio.get_running_loop()
        await asyncio.sleep(3_600)
        slept = loop.time()
        await asyncio.to_thread(time.sleep, 0.05)
        return slept, loop.time() - slept

    began = time.perf_counter()
    with open_simulation() as runner:
        slept, worked = runner.run(wait())

    assert slept == pytest.approx(3_600, abs=0.01)
    assert worked < 0.01
    assert time.perf_counter() - began < 60


@pytest.mark.parametrize("model", ["sliding window", "window with penalty"])
def test_a_broadcast_reaches_everybody_once_near_the_limit_and_a_counsellor_in_between(model: str) -> None:
    async def run() -> tuple[float, int, int, int, float]:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, SimulatedLoop)
        async with open_mailing(loop, SIZE + MOST_REPLIES) as mailing:
            one = await broadcast_with_us(mailing, make_platform(model, WAYS[1], SIZE), SIZE)
        return one.rate, one.refused, one.lost, one.doubled, max(one.replies)

    with open_simulation() as runner:
        rate, refused, lost, doubled, slowest = runner.run(run())

    assert (refused, lost, doubled) == (0, 0, 0)
    assert rate * 1.01 / LIMIT > 0.9
    assert slowest < 0.3
