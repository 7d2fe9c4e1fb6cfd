"""Check-ins as rows: each occasion once, claimed by one worker, silence counted from when it was sent."""

import asyncio
from datetime import datetime, timedelta

from storage import people, reminders
from storage.database import Database
from storage.people import ClientId
from storage.reminders import Progress, Reminder
from storage.transaction import Work
from tests.storage.conftest import SettableClock, Stores

KIND = "checkin_month"


def _welcome(work: Work) -> ClientId:
    return people.welcome(work, b"h" * 16, "telegram", "1001", "id")


def _plan(work: Work, *due: tuple[str, datetime]) -> ClientId:
    client_id = _welcome(work)
    reminders.schedule(work, client_id, None, [(KIND, slot, at) for slot, at in due])
    return client_id


def _claim(work: Work) -> list[Reminder]:
    return reminders.claim_due(work, most=100)


async def test_an_occasion_exists_once(store: Database, clock: SettableClock) -> None:
    def step(work: Work) -> int:
        client_id = _plan(work, ("day:7", clock.now))
        reminders.schedule(work, client_id, None, [(KIND, "day:7", clock.now), (KIND, "day:14", clock.now)])
        return reminders.count_waiting(work, client_id)

    assert await store.write(step) == 2


async def test_what_is_due_is_claimed_oldest_first_and_leased(store: Database, clock: SettableClock) -> None:
    early, late = clock.now - timedelta(hours=2), clock.now - timedelta(hours=1)
    await store.write(lambda work: _plan(work, ("b", late), ("a", early), ("c", clock.now + timedelta(hours=1))))

    assert [reminder.slot for reminder in await store.write(_claim)] == ["a", "b"]
    assert await store.write(_claim) == []
    clock.now += reminders.LEASE + timedelta(minutes=1)
    assert [reminder.slot for reminder in await store.write(_claim)] == ["a", "b"]


async def test_the_newest_of_a_kind_speaks_for_the_others(store: Database, clock: SettableClock) -> None:
    def step(work: Work) -> list[bool]:
        _plan(work, ("a", clock.now - timedelta(hours=1)), ("b", clock.now), ("c", clock.now))
        claimed = _claim(work)
        reminders.schedule(work, claimed[0].client_id, None, [(KIND, "d", clock.now + timedelta(days=1))])
        return sorted(reminders.has_newer(work, reminder) for reminder in claimed)

    assert await store.write(step) == [False, True, True]


async def test_silence_is_counted_from_when_it_was_sent(store: Database, clock: SettableClock) -> None:
    def send(work: Work) -> None:
        _plan(work, ("a", clock.now - timedelta(days=300)))
        reminders.mark_sent(work, _claim(work)[0])

    await store.write(send)

    def silent(work: Work) -> int:
        return len(reminders.unanswered(work, KIND, work.now - timedelta(hours=72)))

    assert await store.read(silent) == 0
    clock.pass_time(hours=73)
    assert await store.read(silent) == 1


async def test_an_answer_settles_what_was_sent_and_what_was_missed(store: Database, clock: SettableClock) -> None:
    def step(work: Work) -> list[Reminder]:
        client_id = _plan(work, ("a", clock.now), ("b", clock.now))
        first, second = _claim(work)
        reminders.mark_sent(work, first)
        reminders.note(work, second, Progress.MISSED)
        reminders.answer_latest(work, client_id, KIND)
        return reminders.unanswered(work, KIND, work.now + timedelta(1))

    assert await store.write(step) == []


async def test_a_shifted_one_waits_and_a_forgotten_plan_makes_room(store: Database, clock: SettableClock) -> None:
    def step(work: Work) -> list[int]:
        client_id = _plan(work, ("a", clock.now))
        reminders.shift(work, _claim(work)[0], clock.now + timedelta(hours=8))
        counts = [len(_claim(work))]
        reminders.forget_waiting(work, client_id)
        counts.append(reminders.count_waiting(work, client_id))
        reminders.schedule(work, client_id, None, [(KIND, "a", clock.now)])
        return [*counts, len(_claim(work))]

    assert await store.write(step) == [0, 0, 1]


async def test_two_workers_never_claim_the_same_one(postgresql_stores: Stores) -> None:
    first, second = await postgresql_stores.open(), await postgresql_stores.open()
    try:
        await first.write(lambda work: _plan(work, *((str(slot), work.now) for slot in range(40))))
        claims = await asyncio.gather(
            *(each.write(lambda work: reminders.claim_due(work, most=3)) for each in (first, second) * 8)
        )
    finally:
        await first.close()
        await second.close()
    slots = [reminder.slot for claimed in claims for reminder in claimed]
    assert len(slots) == len(set(slots)) == 40
