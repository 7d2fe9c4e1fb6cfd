"""Tables of what comes in and goes out: answered deliveries, stumbles and the outbox."""

from sqlalchemy import Boolean, Column, Index, Integer, String, Table, UniqueConstraint

from storage.sealed import Id16, Moment, Sealed
from storage.tables.metadata import metadata

#: Messages that must go out.  Written with the turn that caused them, deleted once the platform has them.
outbox = Table(
    "outbox",
    metadata,
    Column("outbox_id", Id16, primary_key=True),
    Column("recipient_id", Id16, nullable=False),  # folder of the client, staff member or staff group
    Column("sequence", Integer, nullable=False),  # order per recipient
    Column("channel", String(16), nullable=False),
    Column("lane", String(16), nullable=False),  # danger, counsellor, reply, reminder
    # queued, sending, failed, uncertain; held and knocked while the person is away
    Column("state", String(16), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("not_before", Moment, nullable=False),
    Column("message_id", Id16),  # the chat message it carries (for its mark) or the case it shows to staff; or None
    Column("about_id", Id16),  # the case it speaks of to staff, so that it goes with the case; None for anything else
    Column("body", Sealed, nullable=False),
    UniqueConstraint("recipient_id", "sequence"),
    Index(None, "state", "not_before"),
    Index(None, "about_id"),
    sqlite_with_rowid=False,
)

#: Provider ids already answered, as keyed HMACs.  Thirty days.
seen = Table(
    "seen",
    metadata,
    Column("delivery_index", Id16, primary_key=True),
    Column("day", Integer, nullable=False),  # days since 1970-01-01
    Index(None, "day"),
    sqlite_with_rowid=False,
)

#: Deliveries that failed while being handled: counted, and parked as dead after five attempts.
stumbles = Table(
    "stumbles",
    metadata,
    Column("delivery_index", Id16, primary_key=True),
    Column("channel", String(16), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("error_class", String(128)),  # the class only, never its words
    Column("dead", Boolean, nullable=False),
    Column("day", Integer, nullable=False),
    sqlite_with_rowid=False,
)
