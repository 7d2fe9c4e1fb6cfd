"""The chain of a running service: signed in time, pruned with proof, and found out when it was tampered with."""

from datetime import timedelta

import pytest
from sqlalchemy import delete, insert, select, text, update

from handlers.keeping import auditing
from handlers.running.clock import Clock
from storage.tables import audit_head, audit_rows
from storage.trail import audit
from storage.trail.audit import OPERATOR, Deed
from storage.transaction import Work
from tests.handlers.walking import in_world
from tests.worlds import MONDAY, TestBed


async def _record(bed: TestBed, times: int) -> None:
    for _ in range(times):
        await in_world(bed, lambda work: audit.record(work, OPERATOR, Deed.SIGNED_IN))


async def test_the_end_is_signed_after_a_hundred_rows_or_an_hour(bed: TestBed) -> None:
    assert not await auditing.sign_if_due(bed.world)
    await _record(bed, 99)
    assert not await auditing.sign_if_due(bed.world)
    await _record(bed, 1)
    assert await auditing.sign_if_due(bed.world)
    await _record(bed, 1)
    assert not await auditing.sign_if_due(bed.world)
    bed.clock.pass_time(hours=1)
    assert await auditing.sign_if_due(bed.world)

    found = await auditing.verify(bed.world)

    assert found == auditing.Finding(last_row=101, checkpoints=2, signed_to=101)


async def test_the_clock_signs_by_itself(bed: TestBed, monkeypatch: pytest.MonkeyPatch) -> None:
    await _record(bed, 100)
    monkeypatch.setattr("handlers.running.clock._TICK_S", 0.05)
    clock = Clock(bed.world)
    clock.start()
    try:
        for _ in range(200):
            if (await auditing.verify(bed.world)).signed_to == 100:
                break
    finally:
        clock.stop()
    assert bed.world.config.checkpoint_file.stat().st_mode & 0o777 == 0o600


async def test_two_years_are_kept_and_the_rest_stays_provable(bed: TestBed) -> None:
    await _record(bed, 5)
    await auditing.sign_now(bed.world)
    bed.clock.pass_time(days=400)
    await _record(bed, 5)
    await auditing.sign_now(bed.world)
    assert await auditing.prune_if_due(bed.world) == 0
    bed.clock.pass_time(days=331)

    assert await auditing.prune_if_due(bed.world) == 5
    assert await auditing.prune_if_due(bed.world) == 0

    rows = await in_world(bed, lambda work: [row.sequence for row in audit.read_rows(work)])
    assert rows == [6, 7, 8, 9, 10, 11]
    assert (await auditing.verify(bed.world)).is_whole


_TAMPERED = [
    (update(audit_rows).where(audit_rows.c.sequence == 7).values(actor="service"), 7, "changed"),
    (update(audit_rows).where(audit_rows.c.sequence == 1).values(minute=MONDAY - timedelta(days=1)), 1, "changed"),
    (delete(audit_rows).where(audit_rows.c.sequence == 4), 4, "missing"),
    (delete(audit_rows).where(audit_rows.c.sequence > 9), 10, "cut"),
    (delete(audit_rows), 1, "cut"),
    (update(audit_head).values(sequence=11), 12, "inserted"),
]


async def test_tampering_with_the_store_names_the_first_bad_row(bed: TestBed) -> None:
    await _record(bed, 12)
    tables = (audit_rows, audit_head)
    kept = await in_world(bed, lambda work: [work.data.execute(select(one)).mappings().all() for one in tables])

    def restore(work: Work) -> None:
        for table, rows in zip(tables, kept, strict=True):
            work.data.execute(delete(table))
            work.data.execute(insert(table), [dict(row) for row in rows])

    for tamper, row, damage in _TAMPERED:
        await in_world(bed, lambda work, tamper=tamper: work.data.execute(tamper))  # type: ignore[misc] # bound now
        found = await auditing.verify(bed.world)
        assert (found.bad_row, found.damage) == (row, damage)
        await in_world(bed, restore)
        assert (await auditing.verify(bed.world)).is_whole


async def test_a_chain_cut_with_its_head_is_betrayed_by_the_checkpoint(bed: TestBed) -> None:
    await _record(bed, 12)
    await auditing.sign_now(bed.world)
    rows = await in_world(bed, lambda work: list(audit.read_rows(work)))
    await in_world(bed, lambda work: work.data.execute(delete(audit_rows).where(audit_rows.c.sequence > 9)))
    moved = update(audit_head).values(sequence=9, row_hash=rows[8].row_hash, checkpoint_sequence=0)
    await in_world(bed, lambda work: work.data.execute(moved))

    found = await auditing.verify(bed.world)

    assert (found.bad_row, found.damage) == (10, "cut")


async def test_a_checkpoint_file_that_was_changed_or_shortened_is_named(bed: TestBed) -> None:
    for _ in range(2):
        await _record(bed, 3)
        await auditing.sign_now(bed.world)
    path = bed.world.config.checkpoint_file
    first, second = path.read_text().splitlines(keepends=True)

    path.write_text(first + second.replace('"sequence":6', '"sequence":5'))
    found = await auditing.verify(bed.world)
    assert (found.bad_row, found.damage) == (5, "checkpoint_changed")

    path.write_text(first)
    found = await auditing.verify(bed.world)
    assert (found.bad_row, found.damage) == (6, "checkpoint_missing")

    path.unlink()
    assert (await auditing.verify(bed.world)).damage == "checkpoint_missing"


async def test_a_service_that_cannot_sign_goes_on(bed: TestBed) -> None:
    await _record(bed, 1)
    bed.clock.now += timedelta(hours=2)
    await in_world(bed, lambda work: work.data.execute(text("ALTER TABLE audit_head RENAME TO audit_head_away")))
    clock = Clock(bed.world)

    await clock._keep_chain()  # noqa: SLF001 - what the scheduler calls

    await bed.say("1001", "/start")
    assert bed.heard("1001")
