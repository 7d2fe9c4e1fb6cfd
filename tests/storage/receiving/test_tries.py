"""What could be guessed is tried so often and no more, whichever process is asked."""

import asyncio

from storage.database import Database
from storage.receiving import tries
from tests.storage.conftest import SettableClock, Stores

INDEX, OTHER = b"a contoh address", b"another address."


async def _take(database: Database, index: bytes = INDEX) -> bool:
    return await database.write(lambda work: tries.take(work, index, 5, 600))


async def test_after_so_many_tries_there_are_no_more_until_time_has_passed(
    store: Database, clock: SettableClock
) -> None:
    assert [await _take(store) for _ in range(7)] == [True] * 5 + [False] * 2
    assert await _take(store, OTHER)
    clock.pass_time(seconds=120)

    assert [await _take(store) for _ in range(2)] == [True, False]


async def test_a_refused_try_does_not_put_off_the_next(store: Database, clock: SettableClock) -> None:
    assert [await _take(store) for _ in range(5)] == [True] * 5
    for _ in range(11):
        clock.pass_time(seconds=10)
        assert not await _take(store)
    clock.pass_time(seconds=10)

    assert await _take(store)


async def test_who_has_all_tries_again_is_forgotten(store: Database, clock: SettableClock) -> None:
    await _take(store)
    assert await store.write(lambda work: tries.forget_old(work, most=9)) == 0
    clock.pass_time(minutes=4)

    assert await store.write(lambda work: tries.forget_old(work, most=9)) == 1


async def test_processes_share_the_tries(postgresql_stores: Stores) -> None:
    one, other = await postgresql_stores.open(), await postgresql_stores.open()
    try:
        await _take(one)
        taken = await asyncio.gather(*(_take(database) for _ in range(5) for database in (one, other)))
    finally:
        await one.close()
        await other.close()

    assert sum(taken) == 4
