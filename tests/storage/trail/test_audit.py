"""The chain of what staff did: it breaks visibly, whatever is done to it."""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product
from pathlib import Path

import pytest
from sqlalchemy import update

from storage.database import Database
from storage.sealing.encryption import FolderId
from storage.tables import audit_head
from storage.trail import audit
from storage.trail.audit import NOTHING_BEFORE, SERVICE, AuditRow, Deed, Detail, Head, actor_of, hash_row
from storage.trail.auditkey import AuditKey
from storage.trail.checkpoints import Checkpoint, CheckpointDamaged, append_checkpoint, read_checkpoints
from storage.trail.verification import Damage, Fault, find_fault
from storage.transaction import Work
from tests.storage.conftest import SettableClock, Stores

KEY = AuditKey(b"k" * 32)
WHO = actor_of(b"s" * 16)
FOLDER = FolderId(b"f" * 16)
START = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)

Rows = list[AuditRow]


def _chain(length: int) -> Rows:
    rows: Rows = []
    before = NOTHING_BEFORE
    for sequence in range(1, length + 1):
        row = AuditRow(sequence, START, WHO, "case_read", bytes([sequence]) * 16, None, before, b"")
        rows.append(_hashed(row))
        before = rows[-1].row_hash
    return rows


def _hashed(row: AuditRow) -> AuditRow:
    return replace(row, row_hash=hash_row(row))


def _rehash_from(rows: Rows, place: int) -> Rows:
    """Write everything from a place on so that each hash fits the one before."""
    rows = rows[:place] + [replace(row, sequence=rows[0].sequence + place + i) for i, row in enumerate(rows[place:])]
    for i in range(place, len(rows)):
        before = rows[i - 1].row_hash if i else NOTHING_BEFORE
        rows[i] = _hashed(replace(rows[i], previous_hash=before))
    return rows


def _head(rows: Rows, checkpoint: int = 0) -> Head:
    return Head(rows[-1].sequence, rows[-1].row_hash, checkpoint)


def _signed(rows: Rows, folder: Path, *places: int, pruned: int = 0) -> list[Checkpoint]:
    path = folder / "checkpoints.jsonl"
    for place in places:
        row = rows[place - 1]
        append_checkpoint(path, KEY, Head(row.sequence, row.row_hash, 0), START, pruned)
    return read_checkpoints(path, KEY.public)


def _edit(rows: Rows, place: int) -> Rows:
    return [replace(row, action="signed_in") if i == place else row for i, row in enumerate(rows)]


def _edit_with_hash(rows: Rows, place: int) -> Rows:
    return [_hashed(replace(row, action="signed_in")) if i == place else row for i, row in enumerate(rows)]


def _delete(rows: Rows, place: int) -> Rows:
    return rows[:place] + rows[place + 1 :]


def _delete_and_renumber(rows: Rows, place: int) -> Rows:
    return rows[:place] + [replace(row, sequence=row.sequence - 1) for row in rows[place + 1 :]]


def _insert(rows: Rows, place: int) -> Rows:
    new = _hashed(replace(rows[place], action="signed_in"))
    return [*rows[:place], new, *(replace(row, sequence=row.sequence + 1) for row in rows[place:])]


def _swap(rows: Rows, place: int) -> Rows:
    one, other = rows[place], rows[(place + 3) % len(rows)]
    swapped = {
        place: replace(other, sequence=one.sequence),
        (place + 3) % len(rows): replace(one, sequence=other.sequence),
    }
    return [swapped.get(i, row) for i, row in enumerate(rows)]


@pytest.mark.parametrize("tamper", [_edit, _edit_with_hash, _delete, _delete_and_renumber, _insert])
def test_the_first_bad_row_is_named_whatever_was_done_to_it(tamper: Callable[[Rows, int], Rows]) -> None:
    rows = _chain(12)
    for place in range(len(rows) - 1):
        fault = find_fault(tamper(rows, place), _head(rows), ())
        assert fault is not None
        assert fault.sequence == place + 1, (tamper.__name__, fault)


def test_two_rows_that_changed_places_are_found_at_the_first_of_them() -> None:
    rows = _chain(12)
    for place in range(len(rows)):
        fault = find_fault(_swap(rows, place), _head(rows), ())
        assert fault == Fault(min(place, (place + 3) % 12) + 1, Damage.CHANGED)


def test_a_cut_end_is_seen_however_many_rows_went_and_even_if_the_head_was_moved_back(tmp_path: Path) -> None:
    rows = _chain(12)
    checkpoints = _signed(rows, tmp_path, 10)
    for gone, moves_head in product(range(1, 12), (False, True)):
        left = rows[:-gone]
        head = _head(left) if moves_head else _head(rows, 10)
        fault = find_fault(left, head, checkpoints)
        hidden = moves_head and gone <= 2  # no checkpoint had covered these rows yet
        assert fault == (None if hidden else Fault(13 - gone, Damage.CUT))


def test_a_chain_written_anew_with_fitting_hashes_disagrees_with_its_checkpoint(tmp_path: Path) -> None:
    rows = _chain(12)
    checkpoints = _signed(rows, tmp_path, 4, 10)
    for place in range(10):
        forged = _rehash_from(_edit(rows, place), place)
        fault = find_fault(forged, _head(forged, 10), checkpoints)
        assert fault == Fault(1 if place < 4 else 5, Damage.REWRITTEN)


def test_a_row_put_behind_the_end_or_before_the_beginning_is_found() -> None:
    rows = _chain(3)
    behind = _hashed(replace(rows[-1], sequence=4, previous_hash=rows[-1].row_hash))
    assert find_fault([*rows, behind], _head(rows), ()) == Fault(4, Damage.INSERTED)
    before = _hashed(replace(rows[0], sequence=0))
    assert find_fault([before, *rows], _head(rows), ()) == Fault(0, Damage.INSERTED)


def test_a_shorter_checkpoint_file_than_the_database_remembers_is_noticed(tmp_path: Path) -> None:
    rows = _chain(12)
    checkpoints = _signed(rows, tmp_path, 4, 10)
    assert find_fault(rows, _head(rows, 10), checkpoints) is None
    assert find_fault(rows, _head(rows, 10), checkpoints[:1]) == Fault(10, Damage.CHECKPOINT_MISSING)


def test_rows_may_be_missing_at_the_beginning_only_up_to_where_a_checkpoint_says_so(tmp_path: Path) -> None:
    rows = _chain(12)
    checkpoints = _signed(rows, tmp_path, 4, 10)
    assert find_fault(rows[4:], _head(rows), checkpoints) == Fault(1, Damage.MISSING)

    checkpoints = _signed(rows, tmp_path, 12, pruned=4)

    assert find_fault(rows, _head(rows), checkpoints) is None  # a crash before the rows went
    assert find_fault(rows[4:], _head(rows), checkpoints) is None
    assert find_fault(rows[5:], _head(rows), checkpoints) == Fault(5, Damage.MISSING)
    forged = _hashed(replace(rows[4], previous_hash=b"x" * 32))
    assert find_fault([forged, *rows[5:]], _head(rows), checkpoints) == Fault(5, Damage.CHANGED)


def _tampered(content: bytes) -> Iterator[bytes]:
    lines = content.splitlines(keepends=True)
    for place, line in enumerate(lines):
        for at in range(2, len(line) - 1, 7):
            yield b"".join([*lines[:place], line[:at] + bytes([line[at] ^ 1]) + line[at + 1 :], *lines[place + 1 :]])
    yield b"".join(lines[1:])
    yield b"".join([lines[0], lines[2]])
    yield b"".join([lines[1], lines[0], lines[2]])


def test_a_tampered_checkpoint_is_refused_wherever_it_was_changed(tmp_path: Path) -> None:
    _signed(_chain(12), tmp_path, 4, 8, 12)
    path = tmp_path / "checkpoints.jsonl"
    for content in _tampered(path.read_bytes()):
        path.write_bytes(content)
        with pytest.raises(CheckpointDamaged):
            read_checkpoints(path, KEY.public)
        with pytest.raises(CheckpointDamaged):
            append_checkpoint(path, KEY, Head(20, b"h" * 32, 0), START)


def test_a_checkpoint_of_another_key_is_refused(tmp_path: Path) -> None:
    append_checkpoint(tmp_path / "checkpoints.jsonl", AuditKey(b"o" * 32), Head(1, b"h" * 32, 0), START)
    with pytest.raises(CheckpointDamaged):
        read_checkpoints(tmp_path / "checkpoints.jsonl", KEY.public)


def test_half_a_line_that_a_crash_left_is_finished_by_the_next_checkpoint(tmp_path: Path) -> None:
    rows = _chain(12)
    _signed(rows, tmp_path, 4)
    path = tmp_path / "checkpoints.jsonl"
    path.write_bytes(path.read_bytes() + b'{"number":2,"seq')
    assert [one.sequence for one in _signed(rows, tmp_path, 8)] == [4, 8]
    assert path.stat().st_mode & 0o777 == 0o600


def test_the_same_end_is_signed_once(tmp_path: Path) -> None:
    rows = _chain(4)
    assert len(_signed(rows, tmp_path, 4, 4)) == 1


def _record(number: int) -> Callable[[Work], None]:
    return lambda work: audit.record(work, WHO, Deed.CASE_READ, bytes([number]) * 16)


async def test_a_row_is_kept_exactly_when_what_it_records_is(store: Database) -> None:
    def undone(work: Work) -> None:
        audit.record(work, WHO, Deed.CASE_TAKEN)
        raise LookupError

    await store.write(_record(1))
    with pytest.raises(LookupError):
        await store.write(undone)
    await store.write(_record(2))

    rows, head = await store.read(lambda work: (list(audit.read_rows(work)), audit.read_head(work)))
    assert [row.sequence for row in rows] == [1, 2]
    assert find_fault(rows, head, ()) is None


async def test_minutes_are_kept_and_no_seconds(store: Database, clock: SettableClock) -> None:
    clock.pass_time(seconds=41)
    await store.write(_record(1))
    (row,) = await store.read(lambda work: list(audit.read_rows(work)))
    assert (row.minute.second, row.minute.tzinfo) == (0, UTC)


async def test_several_processes_add_to_one_chain_that_never_forks(stores: Stores) -> None:
    processes = [await stores.open() for _ in range(3)]
    try:
        await asyncio.gather(*(one.write(_record(number)) for number in range(40) for one in processes))
        rows, head = await processes[0].read(lambda work: (list(audit.read_rows(work)), audit.read_head(work)))
    finally:
        await asyncio.gather(*(one.close() for one in processes))

    assert [row.sequence for row in rows] == list(range(1, 121))
    assert find_fault(rows, head, ()) is None


async def test_a_detail_goes_with_its_folder_and_the_chain_stays_whole(store: Database) -> None:
    def add(work: Work) -> None:
        work.vault.create_folder(FOLDER)
        audit.record(work, WHO, Deed.STAFF_ADDED, FOLDER, Detail(FOLDER, {"role": "counsellor"}))

    def look(work: Work) -> list[object]:
        rows = list(audit.read_rows(work))
        return [*(dict(audit.read_detail(work, row)) for row in rows), find_fault(rows, audit.read_head(work), ())]

    await store.write(add)
    assert await store.read(look) == [{"role": "counsellor"}, None]
    await store.write(lambda work: work.vault.destroy_folder(FOLDER))
    assert await store.read(look) == [{}, None]


async def test_deeds_are_counted_per_person_and_time(store: Database, clock: SettableClock) -> None:
    for number in range(3):
        await store.write(_record(number))
        clock.pass_time(minutes=6)

    def count(work: Work) -> int:
        return audit.count_deeds(work, WHO, (Deed.CASE_READ,), timedelta(minutes=13))

    assert await store.read(count) == 2
    assert await store.read(lambda work: audit.was_done(work, WHO, Deed.CASE_READ, b"\2" * 16, timedelta(minutes=7)))
    assert not await store.read(
        lambda work: audit.was_done(work, SERVICE, Deed.CASE_READ, b"\2" * 16, timedelta(days=1))
    )


async def test_what_is_forgotten_at_the_beginning_leaves_a_chain_that_can_be_verified(
    store: Database, tmp_path: Path
) -> None:
    for number in range(5):
        await store.write(_record(number))
    path = tmp_path / "checkpoints.jsonl"
    rows = await store.read(lambda work: list(audit.read_rows(work)))
    append_checkpoint(path, KEY, Head(3, rows[2].row_hash, 0), START)
    head = await store.read(audit.read_head)
    append_checkpoint(path, KEY, head, START, pruned=3)

    assert await store.write(lambda work: audit.prune(work, 3)) == 3

    rows, head = await store.read(lambda work: (list(audit.read_rows(work)), audit.read_head(work)))
    assert [(row.sequence, row.action) for row in rows][-1] == (6, "chain_pruned")
    assert find_fault(rows, head, read_checkpoints(path, KEY.public)) is None


async def test_the_head_remembers_the_newest_checkpoint_only(store: Database) -> None:
    await store.write(_record(1))
    for sequence in (5, 3):
        await store.write(lambda work, sequence=sequence: audit.note_checkpoint(work, sequence))  # type: ignore[misc] # bound now
    assert (await store.read(audit.read_head)).checkpoint_sequence == 5
    await store.write(lambda work: work.data.execute(update(audit_head).values(sequence=9)))
    rows, head = await store.read(lambda work: (list(audit.read_rows(work)), audit.read_head(work)))
    assert find_fault(rows, head, ()) == Fault(2, Damage.CUT)
