"""What staff said, in words of their own, was missed or taken wrongly: material to learn from, about nobody."""

from enum import StrEnum
from typing import Any

import msgspec
from sqlalchemy import Row, delete, insert, select

from storage.receiving.deliveries import day_of
from storage.sealing.encryption import FolderId, new_id
from storage.tables import listening_marks
from storage.team.staffing import StaffMember
from storage.trail import audit
from storage.trail.audit import Deed, actor_of
from storage.transaction import Work

#: How many days material is kept.
KEPT_DAYS = 180


class MarkKind(StrEnum):
    """What was wrong."""

    MISSED = "missed"  # there was danger, and nothing was heard
    FALSE = "false"  # danger was heard, and there was none


class Said(msgspec.Struct, frozen=True):
    """`label`: of which danger.  `words`: a paraphrase."""

    kind: MarkKind
    label: str
    words: str


class Mark(msgspec.Struct, frozen=True):
    """A paraphrase.  `day`: days since 1970-01-01."""

    id: bytes
    day: int
    said: Said


def add_mark(work: Work, member: StaffMember, said: Said) -> bytes:
    """Keep a paraphrase; who said it stands in the audit chain only."""
    mark_id = new_id()
    folder = FolderId(mark_id)
    work.vault.create_folder(folder)
    sealed = work.vault.seal(folder, "listening_marks", "document", mark_id, msgspec.json.encode(said))
    work.data.execute(insert(listening_marks).values(mark_id=mark_id, day=day_of(work.now), document=sealed))
    audit.record(work, actor_of(member.id), Deed.LISTENING_MARKED, mark_id)
    return mark_id


def list_marks(work: Work) -> list[Mark]:
    """List what was said, the newest day first."""
    query = select(listening_marks).order_by(listening_marks.c.day.desc(), listening_marks.c.mark_id)
    return [_mark(work, row) for row in work.data.execute(query)]


def drop_mark(work: Work, member: StaffMember, mark_id: bytes) -> bool:
    """Take a paraphrase off the list; False if it is gone already."""
    if work.data.execute(select(listening_marks.c.day).where(listening_marks.c.mark_id == mark_id)).first() is None:
        return False
    audit.record(work, actor_of(member.id), Deed.LISTENING_UNMARKED, mark_id)
    _remove(work, mark_id)
    return True


def forget_old_marks(work: Work) -> None:
    """Let go what was kept long enough, with the key of its folder."""
    over = listening_marks.c.day < day_of(work.now) - KEPT_DAYS
    for row in work.data.execute(select(listening_marks.c.mark_id).where(over)).all():
        _remove(work, row.mark_id)


def _remove(work: Work, mark_id: bytes) -> None:
    work.data.execute(delete(listening_marks).where(listening_marks.c.mark_id == mark_id))
    work.vault.destroy_folder(FolderId(mark_id))


def _mark(work: Work, row: Row[Any]) -> Mark:
    opened = work.vault.open(FolderId(row.mark_id), "listening_marks", "document", row.mark_id, row.document)
    return Mark(row.mark_id, row.day, msgspec.json.decode(opened, type=Said))
