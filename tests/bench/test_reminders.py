"""The measurement of reminders, in miniature and without the peer that is installed for it."""

import asyncio

import pytest

from bench.handling import measure_handling
from bench.reminders import growth, measure_apscheduler, measure_ours


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_both_are_measured_at_every_size(engine: str) -> None:
    ours = asyncio.run(measure_ours(engine, (300, 900), due=100, rounds=1))
    theirs = measure_apscheduler(engine, (300, 900), due=5, rounds=1)

    for figures in (ours, theirs):
        assert [each.pending for each in figures] == [300, 900]
        assert all(0 < each.claimed <= each.settled and each.idle > 0 for each in figures)
        assert min(growth(figures)[:2]) > 0
    assert all(each.busy for each in ours)


async def test_what_is_handled_is_counted() -> None:
    assert await measure_handling(3) > 0
