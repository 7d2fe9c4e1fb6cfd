"""Read the audit chain where somebody may have put anything into it: SQLite takes every kind of value anywhere."""

from collections.abc import Iterator, Sequence
from typing import Final

from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from storage.engine.engines import will_pass
from storage.errors import StorageError
from storage.tables import audit_rows
from storage.trail.audit import AuditRow, hash_row, row_of
from storage.transaction import Work

_READ_AT_ONCE: Final = 1_000
#: What reading or hashing a row raises whose values are of another kind.
_ODD: Final = (TypeError, AttributeError, ValueError, OverflowError, OSError, DBAPIError)


class RowUnreadable(StorageError):
    """A row of the chain holds what no release ever wrote there."""

    def __init__(self, sequence: int) -> None:
        """Say which row it is."""
        super().__init__(f"row {sequence} of the audit chain cannot be read; see singgah audit verify")
        self.sequence = sequence


def read_carefully(work: Work) -> Iterator[AuditRow]:
    """Read the whole chain from its beginning.  Raises RowUnreadable for the first row that is not one."""
    numbers = select(audit_rows.c.sequence).order_by(audit_rows.c.sequence)
    found = work.data.execute(numbers.limit(_READ_AT_ONCE)).scalars().all()
    while found:
        yield from _read(work, found[0], found[-1]) or _read_singly(work, found)
        found = work.data.execute(numbers.where(audit_rows.c.sequence > found[-1]).limit(_READ_AT_ONCE)).scalars().all()


def _read(work: Work, first: int, last: int) -> list[AuditRow]:
    """Read rows at once; none when one of them is odd."""
    query = select(audit_rows).where(audit_rows.c.sequence.between(first, last)).order_by(audit_rows.c.sequence)
    try:
        rows = [row_of(row) for row in work.data.execute(query)]
        return rows if all(map(_is_plain, rows)) else []
    except _ODD as error:
        if will_pass(error):  # a database that went away is nobody's tampering
            raise
        return []


def _read_singly(work: Work, numbers: Sequence[int]) -> Iterator[AuditRow]:
    last = 0
    for sequence in numbers:
        rows = _read(work, sequence, sequence)
        if not rows:
            raise RowUnreadable(sequence if _is_number(sequence) else last + 1)
        yield from rows
        last = sequence


def _is_plain(row: AuditRow) -> bool:
    """Tell whether a row can be hashed, and holds nothing that hashes like nothing."""
    hash_row(row)
    return _is_number(row.sequence) and row.about_id != b"" and row.detail != b""


def _is_number(sequence: object) -> bool:
    return isinstance(sequence, int)
