"""Tables of what staff changed in how people are heard, and of what they noticed was heard wrongly."""

from sqlalchemy import Column, ForeignKey, Index, Integer, LargeBinary, String, Table

from storage.sealing.sealed import Id16, Minute, Sealed
from storage.tables.metadata import metadata

_HASH_BYTES = 32

#: Changes that were proposed, and those that went live, each with everything that is changed when it is in force.
listening_changes = Table(
    "listening_changes",
    metadata,
    Column("change_id", Id16, primary_key=True),
    Column("version", Integer),  # from 1, in the order they went live; None while somebody has to agree
    Column("base", Integer, nullable=False),  # version it was made from; 0 for the content as it ships
    Column("kind", String(16), nullable=False),  # danger, question, rollback
    Column("content", Sealed, nullable=False),  # in a folder of its own, which has the id of the change
    Column("content_hash", LargeBinary(_HASH_BYTES), nullable=False),
    Column("asked_by", Id16, ForeignKey("staff.staff_id", ondelete="SET NULL")),
    Column("first_by", Id16, ForeignKey("staff.staff_id", ondelete="SET NULL")),
    Column("second_by", Id16, ForeignKey("staff.staff_id", ondelete="SET NULL")),
    Column("changed_at", Minute, nullable=False),  # proposed, or went live
    Index(None, "version", unique=True),
    sqlite_with_rowid=False,
)

#: What a member of staff said, in words of their own, was missed or taken wrongly; tells not who, nor in which case.
listening_marks = Table(
    "listening_marks",
    metadata,
    Column("mark_id", Id16, primary_key=True),
    Column("day", Integer, nullable=False),  # days since 1970-01-01, for retention
    Column("document", Sealed, nullable=False),  # in a folder of its own, which has the id of the mark
    sqlite_with_rowid=False,
)
