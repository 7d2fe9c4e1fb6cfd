"""Tables of what the operator wants done with the whole house, and of the rules that are in force in it."""

from sqlalchemy import Column, ForeignKey, LargeBinary, String, Table

from storage.sealing.sealed import Id16, Minute, Sealed
from storage.tables.metadata import metadata

_HASH_BYTES = 32

#: What the operator wants at the command line and somebody at the desk must approve, bound to its exact content.
operator_wishes = Table(
    "operator_wishes",
    metadata,
    Column("wish_id", Id16, primary_key=True),
    Column("asked_as", Id16, ForeignKey("staff.staff_id", ondelete="SET NULL")),  # None: has no desk
    Column("content", Sealed, nullable=False),  # in a folder of its own, which has the id of the wish
    Column("content_hash", LargeBinary(_HASH_BYTES), nullable=False),
    Column("state", String(16), nullable=False),  # waiting, approved, refused, used
    Column("decided_by", Id16, ForeignKey("staff.staff_id", ondelete="SET NULL")),
    Column("expires_at", Minute, nullable=False),
    sqlite_with_rowid=False,
)

#: The rules in force, where a file alone must not change them.
rules_in_force = Table(
    "rules_in_force",
    metadata,
    Column("rule", String(16), primary_key=True),  # retention
    Column("content", String(1_000), nullable=False),  # JSON
    sqlite_with_rowid=False,
)
