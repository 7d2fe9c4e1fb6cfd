"""A duty is done by one process at a time, and noticed as lost before another could have it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from handlers.running import duties
from handlers.running.duties import Duties, Duty, held_for_good
from handlers.running.signals import Signals
from storage.database import Database
from storage.engine import leadership
from storage.engine.leadership import DutyLost
from tests.storage.conftest import Stores, postgresql_stores

__all__ = ["postgresql_stores"]
NAME = "tick"


class Doing:
    """An activity that counts who does it at once."""

    doing = 0

    def __init__(self) -> None:
        self._stopped = asyncio.Event()

    async def run(self) -> None:
        """Be at it until stopped."""
        Doing.doing += 1
        await self._stopped.wait()
        Doing.doing -= 1

    def stop(self) -> None:
        """End it."""
        self._stopped.set()


@pytest.fixture
async def pair(postgresql_stores: Stores) -> AsyncIterator[tuple[Database, Database]]:
    one, other = await postgresql_stores.open(), await postgresql_stores.open()
    yield one, other
    await one.close()
    await other.close()


@asynccontextmanager
async def _running(ready: Duties) -> AsyncIterator[None]:
    task = asyncio.create_task(ready.run())
    try:
        yield
    finally:
        ready.stop()
        await task


async def _until_held(duty: Duty) -> None:
    async with asyncio.timeout(20):
        while not duty.is_held():
            await duty.changed.wait(0.05)


async def _until_one_has_it(*ready: Duties) -> None:
    async with asyncio.timeout(10):
        while not any(one[NAME].is_held() for one in ready):  # noqa: ASYNC110 - either of them may announce it
            await asyncio.sleep(0.01)


async def test_of_two_processes_one_has_it_and_the_other_follows_at_once_when_it_is_given_back(
    pair: tuple[Database, Database], monkeypatch: pytest.MonkeyPatch
) -> None:
    # Who only looked now and then would come too late.
    monkeypatch.setattr(duties, "_LOOK_SECONDS", 60.0)
    signals = Signals()
    signals.share(signals.hear, bytes)
    first, second = (Duties(database, signals, [NAME]) for database in pair)
    async with _running(second), _running(first):
        await _until_one_has_it(first, second)
        assert {**first.states()}[NAME] != {**second.states()}[NAME]
        has_it, waits = (first, second) if first[NAME].is_held() else (second, first)
        has_it.stop()
        await _until_held(waits[NAME])


async def test_a_holder_that_was_stopped_beyond_its_lease_knows_it_and_stores_nothing(
    pair: tuple[Database, Database], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(duties, "LEASE_SECONDS", 3.0)
    first, second = (Duties(database, Signals(), [NAME]) for database in pair)
    await first.look()
    assert first[NAME].is_held()
    await asyncio.sleep(3.1)

    assert not first[NAME].is_held()
    await second.look()
    assert second[NAME].is_held()
    with pytest.raises(DutyLost):
        await pair[0].write(first[NAME].check)
    await pair[1].write(second[NAME].check)


async def test_a_holder_that_believes_in_its_lease_is_stopped_by_the_fence(pair: tuple[Database, Database]) -> None:
    first, second = (Duties(database, Signals(), [NAME]) for database in pair)
    await first.look()
    term = first[NAME].term
    assert term is not None
    await pair[0].write(lambda work: leadership.give_back(work, term))
    await second.look()

    assert first[NAME].is_held()
    with pytest.raises(DutyLost):
        await pair[0].write(first[NAME].check)


async def test_an_activity_begins_with_the_duty_and_ends_with_it() -> None:
    duty, stop = Duty(NAME), asyncio.Event()
    performing = asyncio.create_task(duty.perform(Doing, stop))
    await asyncio.sleep(0.02)
    assert Doing.doing == 0

    for _ in range(2):
        duty.begin_term(None, float("inf"))
        await _until(1)
        duty.end_term()
        await _until(0)
    duty.begin_term(None, float("inf"))
    await _until(1)
    stop.set()
    await performing
    assert Doing.doing == 0


async def _until(doing: int) -> None:
    async with asyncio.timeout(5):
        while Doing.doing != doing:  # noqa: ASYNC110 - nobody announces it
            await asyncio.sleep(0.01)


async def test_where_nobody_else_can_have_it_it_is_held_for_good(pair: tuple[Database, Database]) -> None:
    duty = held_for_good(NAME)

    assert duty.is_held()
    await pair[0].write(duty.check)
    ready = Duties(pair[0], Signals(), [NAME])
    ready.hold_all()
    assert ready.states() == {NAME: "held"}
