"""What arrived already is known for thirty days, and what fails five times is given up."""

from storage.database import Database
from storage.receiving import deliveries
from storage.transaction import Work
from tests.storage.conftest import SettableClock

ONE = b"1" * 16


async def test_a_delivery_is_new_once(store: Database, clock: SettableClock) -> None:
    def step(work: Work) -> bool:
        return deliveries.is_new(work, ONE)

    assert [await store.write(step) for _ in range(3)] == [True, False, False]
    clock.pass_time(days=30)
    await store.write(lambda work: deliveries.forget_old(work, 30, most=100))
    assert not await store.write(step)
    clock.pass_time(days=1)
    await store.write(lambda work: deliveries.forget_old(work, 30, most=100))
    assert await store.write(step)


async def test_the_fifth_failure_gives_a_delivery_up(store: Database) -> None:
    def step(work: Work) -> list[bool]:
        tries = [deliveries.stumble(work, ONE, "telegram", "ValueError") for _ in range(deliveries.MAX_ATTEMPTS)]
        return [*tries, deliveries.is_new(work, ONE)]

    assert await store.write(step) == [False, False, False, False, True, False]
