"""Tables of the people who work here, their chats, links and sign-ins."""

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, String, Table

from storage.sealing.sealed import Id16, Minute, Sealed
from storage.tables.metadata import metadata

#: People who work here.  The folder key of the row seals alias and addresses.
staff = Table(
    "staff",
    metadata,
    Column("staff_id", Id16, primary_key=True),
    Column(
        "role", String(16), nullable=False
    ),  # counsellor, agent, unit_head, broadcaster, coordinator, auditor, admin
    Column("unit_id", String(64)),  # None for roles without a unit
    Column("active", Boolean, nullable=False),
    Column("created_day", Integer, nullable=False),
    Column("left_day", Integer),  # when access ended, for retention; None while somebody works here
    Column("profile", Sealed, nullable=False),  # the alias clients see, and the case this person is speaking in
)

#: Where staff are reached on a platform: a private chat of one person, or the group of a unit.
staff_addresses = Table(
    "staff_addresses",
    metadata,
    Column("address_index", Id16, primary_key=True),
    Column("folder_id", Id16, nullable=False),  # the staff member's folder, or the group's own
    Column("staff_id", Id16, ForeignKey("staff.staff_id", ondelete="CASCADE")),  # None for a group
    Column("unit_id", String(64)),
    Column("channel", String(16), nullable=False),
    Column("address", Sealed, nullable=False),
)

#: What stands in a private chat of staff, until it is deleted there.
staff_copies = Table(
    "staff_copies",
    metadata,
    Column("copy_id", Id16, primary_key=True),
    Column("folder_id", Id16, nullable=False),  # of the member of staff
    Column("about_id", Id16),  # the case it speaks of, so that it goes with the case; None for anything else
    Column("channel", String(16), nullable=False),
    Column("place", Sealed, nullable=False),  # the platform's ids of chat and message
    Column("delete_at", Minute, nullable=False),
    Index(None, "delete_at"),
    Index(None, "about_id"),
    sqlite_with_rowid=False,
)

#: One-time links: sign-in to the desk, or linking a chat account.  Only the hash is kept.
invites = Table(
    "invites",
    metadata,
    Column("token_hash", Id16, primary_key=True),
    Column("staff_id", Id16, ForeignKey("staff.staff_id", ondelete="CASCADE"), nullable=False),
    Column("purpose", String(16), nullable=False),  # sign_in, link_chat, link_group
    Column("expires_at", Minute, nullable=False),
)

#: Signed-in desks.  Idle fifteen minutes, at most eight hours.
staff_sessions = Table(
    "staff_sessions",
    metadata,
    Column("token_hash", Id16, primary_key=True),
    Column("staff_id", Id16, ForeignKey("staff.staff_id", ondelete="CASCADE"), nullable=False),
    Column("started_at", Minute, nullable=False),
    Column("last_seen_at", Minute, nullable=False),
)
