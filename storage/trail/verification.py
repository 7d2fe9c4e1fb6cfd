"""Find the first row of the audit chain that is not as it was written."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from storage.trail.audit import NOTHING_BEFORE, AuditRow, Head, hash_row
from storage.trail.chainreading import RowUnreadable
from storage.trail.checkpoints import Checkpoint


class Damage(StrEnum):
    """What is wrong with a row."""

    CHANGED = "changed"  # its content, or its place
    MISSING = "missing"  # there are later rows
    CUT = "cut"  # from here on the end is gone
    INSERTED = "inserted"
    REWRITTEN = "rewritten"  # with every hash after it: this row or a later one up to the next checkpoint
    CHECKPOINT_MISSING = "checkpoint_missing"  # the file ends before the checkpoint that covered this row


@dataclass(frozen=True, slots=True)
class Fault:
    """The first bad row."""

    sequence: int
    damage: Damage


def find_fault(rows: Iterable[AuditRow], head: Head, checkpoints: Sequence[Checkpoint]) -> Fault | None:
    """Return the first bad row, None if the chain is whole.  `checkpoints`: signed, oldest first."""
    chain = _Chain(checkpoints)
    try:
        fault = next((fault for row in rows if (fault := chain.follow(row)) is not None), None)
    except RowUnreadable as unreadable:
        return Fault(unreadable.sequence, Damage.CHANGED)
    return chain.end(head) if fault is None else fault


class _Chain:
    """The chain as far as it has been read."""

    def __init__(self, checkpoints: Sequence[Checkpoint]) -> None:
        self._pruned = {one.pruned for one in checkpoints}
        self._signed = {one.sequence: one.row_hash for one in checkpoints}
        self._last: AuditRow | None = None
        self._proven = 0  # the newest row that a checkpoint agreed with

    def follow(self, row: AuditRow) -> Fault | None:
        """Take the next row, or say what is wrong with it."""
        fault = self._begin(row) if self._last is None else self._link(self._last, row)
        if fault is None and hash_row(row) != row.row_hash:
            fault = self._explain(row)
        if fault is None and self._signed.get(row.sequence, row.row_hash.hex()) != row.row_hash.hex():
            fault = Fault(self._proven + 1, Damage.REWRITTEN)
        if row.sequence in self._signed:
            self._proven = row.sequence
        self._last = row
        return fault

    def end(self, head: Head) -> Fault | None:
        """Say what is missing behind the last row."""
        last = 0 if self._last is None else self._last.sequence
        newest_signed = max(self._signed, default=0)
        if last < max(head.sequence, newest_signed):
            return Fault(last + 1, Damage.CUT)
        if last > head.sequence:
            return Fault(head.sequence + 1, Damage.INSERTED)
        if self._last is not None and self._last.row_hash != head.row_hash:
            return Fault(last, Damage.CHANGED)
        if newest_signed < head.checkpoint_sequence:
            return Fault(head.checkpoint_sequence, Damage.CHECKPOINT_MISSING)
        return None

    def _begin(self, row: AuditRow) -> Fault | None:
        """Begin with the first row ever, or behind the rows that the signed checkpoints say were forgotten."""
        if row.sequence < 1:
            return Fault(row.sequence, Damage.INSERTED)
        pruned = row.sequence - 1
        if pruned and pruned not in self._pruned:
            return Fault(max((one for one in self._pruned if one < pruned), default=0) + 1, Damage.MISSING)
        self._proven = pruned
        expected = self._signed.get(pruned) if pruned else NOTHING_BEFORE.hex()
        return None if row.previous_hash.hex() == expected else Fault(row.sequence, Damage.CHANGED)

    @staticmethod
    def _link(last: AuditRow, row: AuditRow) -> Fault | None:
        if row.sequence != last.sequence + 1:
            return Fault(last.sequence + 1, Damage.MISSING)
        if row.previous_hash == last.row_hash:
            return None
        if hash_row(replace(row, sequence=last.sequence)) == row.row_hash:
            return Fault(last.sequence, Damage.INSERTED)
        # A row that agrees with its own hash is as it was written, so the one before it is not.
        return Fault(last.sequence if hash_row(row) == row.row_hash else row.sequence, Damage.CHANGED)

    @staticmethod
    def _explain(row: AuditRow) -> Fault:
        moved_up = hash_row(replace(row, sequence=row.sequence + 1)) == row.row_hash
        return Fault(row.sequence, Damage.MISSING if moved_up else Damage.CHANGED)
