"""The measurement of claiming."""

from pathlib import Path

from bench.outbox import measure, measure_one_recipient
from tests.surroundings.stores import NewStores


async def test_ever_longer_outboxes_are_measured(new_stores: NewStores, tmp_path: Path) -> None:
    short, long = await measure(*new_stores(), tmp_path, [100, 200], rounds=2)

    assert (short.waiting, long.waiting) == (100, 200)
    assert min(short.claim, short.put, short.settle, long.claim) > 0


async def test_a_flood_for_one_recipient_is_measured(new_stores: NewStores, tmp_path: Path) -> None:
    first, later = await measure_one_recipient(*new_stores(), tmp_path, length=100, rounds=3)

    assert first > 0
    assert later > 0
