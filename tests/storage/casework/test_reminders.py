"""Check-ins as rows: each occasion once, claimed by one worker, silence counted from when it was sent."""

import asyncio
import sys
from datetime import datetime, timedelta
from functools import partial

import pytest
from sqlalchemy import Connection, event, insert, text

from storage.casework import reminders
from storage.casework.reminders import Progress, Reminder
from storage.clients import people
from storage.clients.people import ClientId
from storage.database import Database
from storage.tables import clients
from storage.tables import reminders as reminder_rows
from storage.transaction import Work
from tests.storage.conftest import SettableClock, Stores
from tests.surroundings.together import run_together

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


async def test_who_loses_the_lease_settles_nothing(store: Database, clock: SettableClock) -> None:
    await store.write(lambda work: _plan(work, ("a", clock.now)))
    (lost,) = await store.write(_claim)
    clock.now += reminders.LEASE + timedelta(minutes=1)
    (held,) = await store.write(_claim)

    def settle(work: Work, reminder: Reminder) -> list[bool]:
        later = work.now + timedelta(days=1)
        return [
            reminders.settle(work, reminder, Progress.DROPPED),
            reminders.mark_sent(work, reminder),
            reminders.shift(work, reminder, later),
            reminders.put_off(work, reminder, later),
        ]

    assert await store.write(lambda work: settle(work, lost)) == [False] * 4
    assert await store.write(lambda work: settle(work, held)) == [True, False, False, False]


async def test_what_else_is_due_for_the_same_person_is_found(store: Database, clock: SettableClock) -> None:
    def step(work: Work) -> list[list[str]]:
        _plan(work, ("a", clock.now - timedelta(hours=1)), ("b", clock.now), ("c", clock.now + timedelta(days=1)))
        return [[other.slot for other in reminders.waiting_with(work, reminder)] for reminder in _claim(work)]

    assert await store.write(step) == [["b"], ["a"]]


async def test_one_that_is_put_off_waits_without_growing_younger(store: Database, clock: SettableClock) -> None:
    due = clock.now - timedelta(hours=20)
    await store.write(lambda work: _plan(work, ("a", due)))
    (claimed,) = await store.write(_claim)

    await store.write(lambda work: reminders.put_off(work, claimed, work.now + timedelta(minutes=30)))
    assert await store.write(_claim) == []
    clock.pass_time(minutes=30)

    assert [reminder.due_at for reminder in await store.write(_claim)] == [due.replace(second=0)]


async def test_what_a_clock_that_was_ahead_has_taken_is_free_at_once(store: Database, clock: SettableClock) -> None:
    await store.write(lambda work: _plan(work, ("a", clock.now), ("b", clock.now + timedelta(days=9))))
    clock.pass_time(days=400)
    assert len(await store.write(_claim)) == 2

    clock.pass_time(days=-400)

    assert [reminder.slot for reminder in await store.write(_claim)] == ["a"]
    assert await store.write(_claim) == []


async def test_what_a_clock_that_was_ahead_has_put_off_is_freed(store: Database, clock: SettableClock) -> None:
    await store.write(lambda work: _plan(work, ("a", clock.now), ("b", clock.now + timedelta(days=9))))
    clock.pass_time(days=400)
    for reminder in await store.write(_claim):
        await store.write(partial(_put_off, reminder))

    clock.pass_time(days=-400)
    assert await store.write(_claim) == []
    assert await store.write(lambda work: reminders.free_stranded(work, most=9)) == 2

    assert [reminder.slot for reminder in await store.write(_claim)] == ["a"]
    assert await store.write(lambda work: reminders.free_stranded(work, most=9)) == 0


def _put_off(reminder: Reminder, work: Work) -> None:
    reminders.put_off(work, reminder, work.now + timedelta(minutes=3))


async def test_one_that_is_put_off_for_less_than_a_lease_comes_then(store: Database, clock: SettableClock) -> None:
    await store.write(lambda work: _plan(work, ("a", clock.now), ("b", clock.now)))
    put_off, shifted = await store.write(_claim)
    await store.write(partial(_put_off, put_off))
    await store.write(lambda work: reminders.shift(work, shifted, work.now + timedelta(minutes=3)))

    assert await store.write(_claim) == []
    clock.pass_time(minutes=3)

    assert len(await store.write(_claim)) == 2


async def test_a_claim_changes_no_index_on_postgresql(postgresql_stores: Stores) -> None:
    in_this_step = text("SELECT n_tup_hot_upd FROM pg_stat_xact_user_tables WHERE relname = 'reminders'")

    def claim(work: Work) -> tuple[int, int]:
        return len(reminders.claim_due(work, most=9)), work.data.execute(in_this_step).scalar_one()

    database = await postgresql_stores.open()
    await database.write(lambda work: _plan(work, *((f"day:{number}", work.now) for number in range(20))))
    assert await database.write(claim) == (9, 9)
    await database.close()


async def test_a_person_was_asked_lately_also_by_a_clock_that_was_ahead(store: Database, clock: SettableClock) -> None:
    def send(work: Work) -> ClientId:
        client_id = _plan(work, ("a", clock.now))
        reminders.mark_sent(work, _claim(work)[0])
        return client_id

    client_id = await store.write(send)

    def asked(work: Work) -> bool:
        return reminders.was_asked_since(work, client_id, work.now - timedelta(days=1))

    assert await store.read(asked)
    clock.pass_time(days=-40)
    assert await store.read(asked)
    clock.pass_time(days=42)
    assert not await store.read(asked)


async def test_silence_is_counted_from_when_it_was_sent(store: Database, clock: SettableClock) -> None:
    def send(work: Work) -> None:
        _plan(work, ("a", clock.now - timedelta(days=300)))
        reminders.mark_sent(work, _claim(work)[0])

    await store.write(send)

    def silent(work: Work) -> int:
        return len(reminders.unanswered(work, KIND, work.now - timedelta(hours=72), most=9))

    assert await store.read(silent) == 0
    clock.pass_time(hours=73)
    assert await store.read(silent) == 1


async def test_an_answer_settles_what_was_sent_and_what_was_missed(store: Database, clock: SettableClock) -> None:
    def step(work: Work) -> list[Reminder]:
        client_id = _plan(work, ("a", clock.now), ("b", clock.now))
        first, second = _claim(work)
        reminders.mark_sent(work, first)
        reminders.mark_sent(work, second)
        reminders.note_missed(work, second)
        reminders.answer_latest(work, client_id, KIND)
        return reminders.unanswered(work, KIND, work.now + timedelta(1), most=9)

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


_ROWS, _PROCESSES = 20_000, 4


async def test_four_processes_claim_twenty_thousand_and_none_twice(stores: Stores) -> None:
    database = await stores.open()
    await database.write(_fill)
    await database.close()

    claims = _claim_in_processes(stores)

    every = [claimed for each in claims for claimed in each]
    assert len(every) == len(set(every)) == _ROWS
    assert sum(map(bool, claims)) > 1, "one took everything; nobody contended"


@pytest.mark.parametrize("index", ["waiting", "put_off", "sent"])
async def test_what_is_asked_at_every_tick_is_answered_from_an_index(store: Database, index: str) -> None:
    asked = {
        "waiting": lambda work: reminders.claim_due(work, most=9),
        "put_off": lambda work: reminders.free_stranded(work, most=9),
        "sent": lambda work: reminders.unanswered(work, KIND, work.now, most=9),
    }

    def explain(work: Work) -> str:
        said: list[str] = []
        _fill(work, 2_000)
        work.data.exec_driver_sql("ANALYZE")
        if work.data.dialect.name == "postgresql":
            work.data.exec_driver_sql("SET LOCAL enable_seqscan = off")  # it is right while there are so few

        def look(connection: Connection, _cursor: object, statement: str, parameters: object, *_rest: object) -> None:
            if not statement.startswith("EXPLAIN"):
                prefix = "EXPLAIN QUERY PLAN " if connection.dialect.name == "sqlite" else "EXPLAIN "
                rows = connection.exec_driver_sql(prefix + statement, parameters)  # type: ignore[arg-type]  # as they came
                said.extend(str(row) for row in rows)

        event.listen(work.data, "before_cursor_execute", look)
        asked[index](work)  # type: ignore[no-untyped-call]  # three of one kind
        event.remove(work.data, "before_cursor_execute", look)
        return "\n".join(said)

    plan = await store.write(explain)
    assert f"ix_reminders_{index}" in plan
    assert "SCAN reminders" not in plan.replace("SCAN reminders USING", "")
    assert "Seq Scan on reminders" not in plan


def _fill(work: Work, count: int = _ROWS) -> None:
    rows = [
        {
            "reminder_id": number.to_bytes(16, "big"),
            "client_id": number.to_bytes(16, "little"),
            "kind": KIND,
            "slot": "a",
            "due_at": work.now,
            "free_at": work.now,
            "state": "waiting",
        }
        for number in range(count)
    ]
    people_rows = [
        {"client_id": row["client_id"], "created_month": "2026-11", "erase_after": 1, "language": "id"} for row in rows
    ]
    work.data.execute(insert(clients).values(reminders_on=True), people_rows)
    work.data.execute(insert(reminder_rows), rows)


def _claim_in_processes(stores: Stores) -> list[list[str]]:
    folders = (str(stores.keys_folder), str(stores.data_folder))
    module = "tests.storage.casework.claiming_reminders"
    command = [sys.executable, "-m", module, stores.url, stores.keystore_url, *folders]
    return [said.split() for said in run_together(command, _PROCESSES)]
