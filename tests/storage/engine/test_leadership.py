"""A duty is one process's at a time, by the database's clock, and whoever lost it cannot store what it did."""

import asyncio

import pytest

from storage.database import Database
from storage.engine import leadership
from storage.engine.engines import open_migrator
from storage.engine.leadership import DutyLost, Term
from storage.tables import duties
from tests.storage.conftest import Stores

FIRST, SECOND = b"first process...", b"second process.."


async def _take(database: Database, holder: bytes, seconds: float = 15, name: str = "tick") -> Term | None:
    return await database.write(lambda work: leadership.take(work, name, holder, seconds))


async def _taken(database: Database, holder: bytes, seconds: float = 15) -> Term:
    term = await _take(database, holder, seconds)
    assert term is not None
    return term


async def test_a_duty_has_one_holder_and_others_wait(store: Database) -> None:
    await _taken(store, FIRST)

    assert await _take(store, SECOND) is None
    assert await _take(store, SECOND, name="send:telegram") is not None
    assert await store.read(leadership.list_held) == ["send:telegram", "tick"]


async def test_a_lease_that_ended_is_taken_over_under_a_higher_fence(store: Database) -> None:
    first = await _taken(store, FIRST, 0.05)
    await asyncio.sleep(0.1)
    second = await _taken(store, SECOND)

    assert second.fence > first.fence
    assert not await store.write(lambda work: leadership.renew(work, first, 15))
    with pytest.raises(DutyLost):
        await store.write(lambda work: leadership.check(work, first))
    await store.write(lambda work: leadership.check(work, second))


async def test_a_lease_that_is_renewed_does_not_end(store: Database) -> None:
    first = await _taken(store, FIRST, 2.0)
    assert await store.write(lambda work: leadership.renew(work, first, 30))
    await asyncio.sleep(2.05)

    assert await _take(store, SECOND) is None


async def test_a_lease_that_ended_is_not_renewed_even_if_nobody_took_it(store: Database) -> None:
    first = await _taken(store, FIRST, 0.02)
    await asyncio.sleep(0.05)

    assert not await store.write(lambda work: leadership.renew(work, first, 15))


async def test_what_is_given_back_is_free_at_once_and_only_by_its_holder(store: Database) -> None:
    first = await _taken(store, FIRST)
    await store.write(lambda work: leadership.give_back(work, first))
    second = await _taken(store, SECOND)
    await store.write(lambda work: leadership.give_back(work, first))

    assert await _take(store, FIRST) is None
    await store.write(lambda work: leadership.check(work, second))


async def test_a_lease_from_before_the_clock_went_back_holds_nobody_up(store: Database) -> None:
    await _taken(store, FIRST, 3_600)

    assert await _take(store, SECOND) is not None


async def test_a_process_stopped_in_a_checked_step_holds_up_neither_taking_nor_others(
    postgresql_stores: Stores,
) -> None:
    store = await postgresql_stores.open()
    first = await _taken(store, FIRST, 0.02)
    await asyncio.sleep(0.05)
    engine = open_migrator(postgresql_stores.url)
    try:
        with engine.begin() as stopped:
            stopped.execute(duties.select().where(duties.c.name == first.name).with_for_update(read=True))
            async with asyncio.timeout(20):
                assert await _take(store, SECOND) is None
        assert await _take(store, SECOND) is not None
    finally:
        engine.dispose()
        await store.close()


async def test_of_two_processes_that_take_at_once_one_gets_it(postgresql_stores: Stores) -> None:
    one, other = await postgresql_stores.open(), await postgresql_stores.open()
    try:
        for _ in range(20):
            terms = await asyncio.gather(_take(one, FIRST), _take(other, SECOND))
            won = [term for term in terms if term is not None]
            assert len(won) == 1
            await one.write(lambda work, term=won[0]: leadership.give_back(work, term))  # type: ignore[misc] # bound now
    finally:
        await one.close()
        await other.close()
