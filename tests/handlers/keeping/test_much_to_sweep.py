"""Much that has served its time goes in many small transactions, so that nobody who writes waits long for it."""

import time
from collections import Counter
from dataclasses import replace

import pytest
from sqlalchemy import Connection, event, insert
from sqlalchemy.engine.interfaces import DBAPICursor

from handlers.caring.closing import leave_closed_units
from handlers.running import clock
from handlers.steps import AT_ONCE, ROWS_AT_ONCE, Steps
from storage.broadcasts import records
from storage.broadcasts.records import State
from storage.casework import cases
from storage.casework.cases import Status
from storage.clients import people
from storage.receiving.deliveries import day_of
from storage.tables import broadcast_recipients, erasures, metadata, reminders, seen, tries
from storage.team import staffing
from storage.team.staffing import Role
from storage.transaction import Work
from tests.handlers.broadcasts.broadcasting import CONTENT, TRAINED
from tests.handlers.caring.test_closing import without
from tests.handlers.walking import KENDARI, SULTRA, in_world
from tests.worlds import TestBed

MUCH = 2 * ROWS_AT_ONCE + 1


class Counting:
    """Counts the rows that each transaction of a tick has changed."""

    def __init__(self) -> None:
        self.rows: list[int] = []
        self.tables = Counter[str]()

    def __call__(self, work: Work) -> None:
        """Begin a transaction, as the check of a duty does."""
        self.rows.append(0)
        if not event.contains(work.data, "after_cursor_execute", self._look):
            event.listen(work.data, "after_cursor_execute", self._look)

    def _look(self, _data: Connection, cursor: DBAPICursor, statement: str, *_rest: object) -> None:
        words = statement.split()
        if words[0] in {"DELETE", "UPDATE"}:
            self.rows[-1] += cursor.rowcount
            self.tables[next(word for word in words if word in metadata.tables)] += cursor.rowcount


async def test_no_transaction_of_a_sweep_is_long(bed: TestBed) -> None:
    def fill(work: Work) -> None:
        ids = [number.to_bytes(16, "big") for number in range(MUCH)]
        long_ago = day_of(work.now) - 1_000
        work.data.execute(insert(erasures), [{"folder_id": each, "day": long_ago} for each in ids])
        work.data.execute(insert(seen), [{"delivery_index": each, "day": long_ago} for each in ids])
        full = {"remaining": 1.0, "since": work.now, "full_at": work.now}
        work.data.execute(insert(tries), [{"tries_index": each, **full} for each in ids])
        author = staffing.add_staff(work, Role.ADMIN, None, "Admin")
        draft = records.add(work, author.id, CONTENT, TRAINED)
        records.save(work, replace(draft, state=State.DONE))
        got = {"broadcast_id": draft.id, "state": "sent", "due_at": work.now, "opened": False, "answered": False}
        work.data.execute(insert(broadcast_recipients), [{"folder_id": each, **got} for each in ids])
        client_id = people.welcome(work, b"h" * 16, "telegram", "1001", "id")
        asked = {"client_id": client_id, "kind": "checkin_month", "due_at": work.now, "state": "waiting", "taken": 1}
        far = {"free_at": work.now.replace(year=work.now.year + 1), **asked}
        work.data.execute(insert(reminders), [{"reminder_id": each, "slot": each.hex(), **far} for each in ids])

    await in_world(bed, fill)
    bed.clock.pass_time(days=60)
    counted = Counting()

    await clock.tidy(Steps(bed.world, counted))

    for table in (erasures, seen, tries, broadcast_recipients, reminders):
        assert counted.tables[table.name] >= MUCH, table.name
    assert max(counted.rows) <= ROWS_AT_ONCE


async def test_a_unit_with_many_cases_is_left_in_small_transactions(bed: TestBed) -> None:
    many = 2 * AT_ONCE + 1

    def fill(work: Work) -> None:
        for number in range(many):
            client_id = people.welcome(work, number.to_bytes(16, "big"), "telegram", f"10{number}", "id")
            cases.open_case(work, client_id, KENDARI, "intake", {"area": "74.71", "service": "outpatient"})

    await bed.counsellor("2001", SULTRA)
    await in_world(bed, fill)
    bed.world.units.exchange(without(bed, KENDARI))
    counted = Counting()

    assert await leave_closed_units(Steps(bed.world, counted)) == many

    assert len(counted.rows) >= 3
    moved = await in_world(bed, lambda work: cases.queue_of(work, SULTRA))
    assert len(moved) == many
    assert {case.status for case in moved} == {Status.OFFERED}


async def test_what_takes_long_is_cut_into_more_transactions(bed: TestBed) -> None:
    counted = Counting()

    def do_slowly(_work: Work, number: int) -> bool:
        time.sleep(0.04)
        return number > 0

    assert await Steps(bed.world, counted).for_each([0, 1, 2], do_slowly) == 2

    assert len(counted.rows) == 3


async def test_the_writer_is_left_to_others_for_as_long_as_it_was_taken(
    bed: TestBed, monkeypatch: pytest.MonkeyPatch
) -> None:
    left: list[float] = []

    async def leave(seconds: float) -> None:
        left.append(seconds)

    monkeypatch.setattr("handlers.steps.asyncio.sleep", leave)

    def do_slowly(_work: Work, _number: int) -> bool:
        time.sleep(0.04)
        return True

    await Steps(bed.world).for_each([0, 1, 2], do_slowly)

    assert len(left) == 2, "after the last one nobody is kept waiting"
    assert all(0.04 <= seconds <= 0.1 for seconds in left)
