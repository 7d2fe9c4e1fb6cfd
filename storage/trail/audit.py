"""The chain of what staff did: every row holds the hash of the one before, written with what it records."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final, NewType

from sqlalchemy import ColumnElement, Connection, Row, delete, func, insert, select, update

from storage.engine.inserting import insert_into
from storage.sealing.documents import open_document, seal_document
from storage.sealing.encryption import FolderGone, FolderId, Unreadable, join_with_lengths
from storage.tables import audit_head, audit_rows, cases
from storage.transaction import Work

Actor = NewType("Actor", str)

#: The service by itself, without a person behind it.
SERVICE: Final = Actor("service")
#: Whoever uses the command line on the machine.
OPERATOR: Final = Actor("operator")
#: What the first row holds in place of an earlier one's hash.
NOTHING_BEFORE: Final = bytes(32)

_FORM: Final = b"singgah audit 1"
_HEAD: Final = 1
_READ_AT_ONCE: Final = 1_000


class Deed(StrEnum):
    """What the chain records."""

    SIGNED_IN = "signed_in"
    SESSION_ENDED = "session_ended"
    CHAT_LINKED = "chat_linked"
    GROUP_LINKED = "group_linked"
    CASE_TAKEN = "case_taken"
    CASE_READ = "case_read"
    CASE_READ_FOR_REASON = "case_read_for_reason"
    MANY_READS = "many_reads"
    CASE_ERASED = "erased"
    STAFF_ADDED = "staff_added"
    STAFF_REVOKED = "staff_revoked"
    LINK_MADE = "link_made"
    APPROVAL_REQUESTED = "approval_requested"
    APPROVAL_GIVEN = "approval_given"
    APPROVAL_REFUSED = "approval_refused"
    APPROVAL_USED = "approval_used"
    KEYS_ROTATED = "keys_rotated"
    KEY_RETIRED = "key_retired"
    KEYS_SEALED = "keys_sealed"
    RETENTION_CHANGED = "retention_changed"
    FIGURES_PUBLISHED = "figures_published"
    DONE_ALONE = "done_alone"  # what needs two persons, where there was no second one; with the reason
    BROADCAST_DRAFTED = "broadcast_drafted"
    BROADCAST_TRIED = "broadcast_tried"
    BROADCAST_SENT = "broadcast_sent"  # ordered, for now or for later
    BROADCAST_PAUSED = "broadcast_paused"
    BROADCAST_RESUMED = "broadcast_resumed"
    BROADCAST_STOPPED = "broadcast_stopped"
    BROADCAST_DELETED = "broadcast_deleted"
    KEYS_UNSEALED = "keys_unsealed"
    BACKUP_MADE = "backup_made"
    BACKUP_VERIFIED = "backup_verified"
    BACKUP_RESTORED = "backup_restored"
    LETTER_RETRIED = "letter_retried"
    LETTER_DROPPED = "letter_dropped"
    DELIVERY_DROPPED = "delivery_dropped"
    PLACES_SET = "places_set"
    LISTENING_PROPOSED = "listening_proposed"
    LISTENING_AGREED = "listening_agreed"
    LISTENING_REFUSED = "listening_refused"
    LISTENING_CHANGED = "listening_changed"
    LISTENING_MARKED = "listening_marked"
    LISTENING_UNMARKED = "listening_unmarked"
    CHAIN_PRUNED = "chain_pruned"


@dataclass(frozen=True, slots=True)
class Detail:
    """What is said beyond the columns, sealed in a folder and gone with it; never a client's word."""

    folder: FolderId
    words: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class AuditRow:
    """A link of the chain, as it is stored.  `detail`: still sealed."""

    sequence: int
    minute: datetime
    actor: str
    action: str
    about_id: bytes | None
    detail: bytes | None
    previous_hash: bytes
    row_hash: bytes


@dataclass(frozen=True, slots=True)
class Head:
    """Where the chain ends.  `checkpoint_sequence`: the newest row that a checkpoint covers, 0 without one."""

    sequence: int
    row_hash: bytes
    checkpoint_sequence: int


def actor_of(staff_id: bytes) -> Actor:
    """Name a member of staff in the chain."""
    return Actor(staff_id.hex())


def record(work: Work, actor: Actor, deed: Deed, about_id: bytes | None = None, detail: Detail | None = None) -> None:
    """Add a row to the chain; it is kept exactly when the transaction it stands in is."""
    head = _lock_head(work.data)
    sealed = None if detail is None else _seal(work, head.sequence + 1, detail)
    _append(work.data, work.now, head, (actor, deed, about_id, sealed))


def record_keyless(data: Connection, now: datetime, actor: Actor, deed: Deed) -> None:
    """Add a row to the chain where no key is open; it is kept exactly when the transaction it stands in is."""
    _append(data, now, _lock_head(data), (actor, deed, None, None))


def hash_row(row: AuditRow) -> bytes:
    """Hash a row over all its columns in one fixed form; its own `row_hash` is left out."""
    return hashlib.sha256(
        join_with_lengths(
            _FORM,
            row.previous_hash,
            str(row.sequence).encode(),
            str(int(row.minute.timestamp())).encode(),
            row.actor.encode(),
            row.action.encode(),
            row.about_id or b"",
            row.detail or b"",
        )
    ).digest()


def read_head(work: Work) -> Head:
    """Tell where the chain ends, before its first row too."""
    row = work.data.execute(select(audit_head).where(audit_head.c.head_id == _HEAD)).first()
    return Head(0, NOTHING_BEFORE, 0) if row is None else _head(row)


def read_rows(work: Work) -> Iterator[AuditRow]:
    """Read the whole chain from its beginning, a thousand rows at a time."""
    last = None
    while True:
        after = audit_rows.c.sequence.is_not(None) if last is None else audit_rows.c.sequence > last
        query = select(audit_rows).where(after).order_by(audit_rows.c.sequence).limit(_READ_AT_ONCE)
        rows = work.data.execute(query).all()
        if not rows:
            return
        yield from map(row_of, rows)
        last = rows[-1].sequence


def newest_rows(work: Work, most: int, before: int | None = None) -> list[AuditRow]:
    """List the newest rows, newest first.  `before`: only rows with a lower number."""
    query = select(audit_rows).order_by(audit_rows.c.sequence.desc()).limit(most)
    return [row_of(row) for row in work.data.execute(query if before is None else query.where(_below(before)))]


def rows_of(work: Work, deeds: tuple[Deed, ...], since: datetime) -> list[AuditRow]:
    """List the rows of some deeds from a time on, newest first."""
    asked = audit_rows.c.action.in_([deed.value for deed in deeds]) & (audit_rows.c.minute >= since)
    query = select(audit_rows).where(asked).order_by(audit_rows.c.sequence.desc())
    return [row_of(row) for row in work.data.execute(query)]


def count_deeds(work: Work, actor: Actor, deeds: tuple[Deed, ...], within: timedelta) -> int:
    """Count how often somebody did one of these things in the time that ends now."""
    theirs = (audit_rows.c.actor == actor) & audit_rows.c.action.in_([deed.value for deed in deeds])
    recent = audit_rows.c.minute >= work.now - within
    return work.data.execute(select(func.count()).select_from(audit_rows).where(theirs, recent)).scalar_one()


def was_done(work: Work, actor: Actor, deed: Deed, about_id: bytes, within: timedelta) -> bool:
    """Tell whether somebody did this about something in the time that ends now."""
    done = (audit_rows.c.actor == actor) & (audit_rows.c.action == deed.value) & (audit_rows.c.about_id == about_id)
    recent = audit_rows.c.minute >= work.now - within
    return work.data.execute(select(audit_rows.c.sequence).where(done, recent).limit(1)).first() is not None


def made_at(work: Work, sequence: int) -> datetime | None:
    """Return the minute of a row; None if it is not there."""
    return work.data.execute(select(audit_rows.c.minute).where(audit_rows.c.sequence == sequence)).scalar()


def first_made_at(work: Work) -> datetime | None:
    """Return the minute of the oldest row there is."""
    return work.data.execute(select(audit_rows.c.minute).order_by(audit_rows.c.sequence).limit(1)).scalar()


def read_detail(work: Work, row: AuditRow) -> Mapping[str, str]:
    """Open what a row says beyond its columns; empty without a detail, and once what it speaks of was erased."""
    if row.detail is None or row.about_id is None:
        return {}
    found = work.data.execute(select(cases.c.client_id).where(cases.c.case_id == row.about_id)).scalar()
    folder = FolderId(found or row.about_id)
    try:
        opened: Mapping[str, str] = open_document(work, folder, "audit_rows.detail", place_of(row.sequence), row.detail)
    except (FolderGone, Unreadable):
        return {}
    return opened


def row_of(row: Row[Any]) -> AuditRow:
    """Read a link of the chain from its row."""
    return AuditRow(
        row.sequence,
        row.minute,
        row.actor,
        row.action,
        row.about_id,
        row.detail,
        bytes(row.previous_hash),
        bytes(row.row_hash),
    )


def place_of(sequence: int) -> bytes:
    """Return what the detail of a row is bound to in place of an id."""
    return sequence.to_bytes(16, "big")


def note_checkpoint(work: Work, sequence: int) -> None:
    """Remember that a signed checkpoint outside the database covers the chain up to this row."""
    if _lock_head(work.data).checkpoint_sequence < sequence:
        _move_head(work.data, checkpoint_sequence=sequence)


def prune(work: Work, sequence: int) -> int:
    """Forget the rows up to a checkpoint, from which the rest of the chain is verified; return how many went."""
    gone = work.data.execute(delete(audit_rows).where(audit_rows.c.sequence <= sequence)).rowcount
    if gone:
        record(work, SERVICE, Deed.CHAIN_PRUNED)
    return gone


_FIRST_HEAD = {"head_id": _HEAD, "sequence": 0, "row_hash": NOTHING_BEFORE, "checkpoint_sequence": 0}


def _append(data: Connection, now: datetime, head: Head, said: tuple[Actor, Deed, bytes | None, bytes | None]) -> None:
    actor, deed, about_id, sealed = said
    sequence, minute = head.sequence + 1, now.replace(second=0, microsecond=0)
    link = AuditRow(sequence, minute, actor, deed.value, about_id, sealed, head.row_hash, b"")
    values = {
        "sequence": sequence,
        "minute": minute,
        "actor": actor,
        "action": deed.value,
        "about_id": about_id,
        "detail": sealed,
        "previous_hash": head.row_hash,
        "row_hash": hash_row(link),
    }
    data.execute(insert(audit_rows).values(**values))
    _move_head(data, sequence=sequence, row_hash=values["row_hash"])


def _lock_head(data: Connection) -> Head:
    """Hold the end of the chain until the transaction ends, so that two processes never add the same row."""
    query = select(audit_head).where(audit_head.c.head_id == _HEAD).with_for_update()
    row = data.execute(query).first()
    if row is None:
        data.execute(insert_into(audit_head, data.dialect.name).values(**_FIRST_HEAD).on_conflict_do_nothing())
        row = data.execute(query).one()
    return _head(row)


def _move_head(data: Connection, **values: object) -> None:
    data.execute(update(audit_head).where(audit_head.c.head_id == _HEAD).values(**values))


def _seal(work: Work, sequence: int, detail: Detail) -> bytes:
    return seal_document(work, detail.folder, "audit_rows.detail", place_of(sequence), dict(detail.words))


def _below(sequence: int) -> ColumnElement[bool]:
    return audit_rows.c.sequence < sequence


def _head(row: Row[Any]) -> Head:
    numbers = [one if isinstance(one, int) else 0 for one in (row.sequence, row.checkpoint_sequence)]
    return Head(numbers[0], row.row_hash if isinstance(row.row_hash, bytes) else b"", numbers[1])
