"""Tables of good conduct: the chain of what staff did, and wishes that a second person must approve."""

from sqlalchemy import Column, ForeignKey, Index, Integer, LargeBinary, String, Table

from storage.sealing.sealed import Id16, Minute, Sealed
from storage.tables.metadata import metadata

_HASH_BYTES = 32

#: What was done, each row chained to the one before.  Points at nothing, so that it outlives what it speaks of.
audit_rows = Table(
    "audit_rows",
    metadata,
    Column("sequence", Integer, primary_key=True, autoincrement=False),  # from 1, without gaps
    Column("minute", Minute, nullable=False),
    Column("actor", String(32), nullable=False),  # random id of a staff member in hexadecimal, "service" or "operator"
    Column("action", String(32), nullable=False),
    Column("about_id", Id16),  # random id of a case, a staff member, an approval or an erasure; or None
    Column("detail", Sealed),  # in the folder it speaks of, so that it goes with that; never a client's word
    Column("previous_hash", LargeBinary(_HASH_BYTES), nullable=False),
    Column("row_hash", LargeBinary(_HASH_BYTES), nullable=False),
    Index(None, "actor", "minute"),
    sqlite_with_rowid=False,
)

#: The end of the chain, one row: whoever adds to the chain locks it, so that the chain never forks.
audit_head = Table(
    "audit_head",
    metadata,
    Column("head_id", Integer, primary_key=True, autoincrement=False),
    Column("sequence", Integer, nullable=False),
    Column("row_hash", LargeBinary(_HASH_BYTES), nullable=False),
    Column("checkpoint_sequence", Integer, nullable=False),  # the newest row that a signed checkpoint covers
    sqlite_with_rowid=False,
)

#: What one member of staff wants and another one must approve, bound to its exact content.
approvals = Table(
    "approvals",
    metadata,
    Column("approval_id", Id16, primary_key=True),
    Column("kind", String(16), nullable=False),  # role_grant, broadcast
    Column("requested_by", Id16, ForeignKey("staff.staff_id", ondelete="CASCADE"), nullable=False),
    Column("content", Sealed, nullable=False),  # in the folder of who requested it
    Column("content_hash", LargeBinary(_HASH_BYTES), nullable=False),
    Column("state", String(16), nullable=False),  # waiting, approved, refused, used
    Column("decided_by", Id16, ForeignKey("staff.staff_id", ondelete="SET NULL")),
    Column("expires_at", Minute, nullable=False),
    sqlite_with_rowid=False,
)
