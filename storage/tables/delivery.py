"""Tables of what comes in and goes out: answered deliveries, stumbles and the outbox."""

from sqlalchemy import Boolean, Column, Index, Integer, String, Table, text

from storage.sealing.sealed import Id16, Moment, Sealed
from storage.tables.metadata import metadata, only

#: Messages that must go out.  Written with the turn that caused them, deleted once the platform has them.
outbox = Table(
    "outbox",
    metadata,
    Column("outbox_id", Id16, primary_key=True),
    Column("recipient_id", Id16, nullable=False),  # folder of the client, staff member or staff group
    Column("sequence", Integer, nullable=False),  # order per recipient
    Column("channel", String(16), nullable=False),
    Column("lane", String(16), nullable=False),  # danger, counsellor, notice, reply, reminder, broadcast
    # queued, sending, failed, uncertain; held and knocked while the person is away
    Column("state", String(16), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("not_before", Moment, nullable=False),
    Column("message_id", Id16),  # the chat message it carries (for its mark) or the case it shows to staff; or None
    Column("about_id", Id16),  # the case it speaks of to staff, so that it goes with the case; None for anything else
    Column("body", Sealed, nullable=False),
    Column("look_at", Moment),  # from when the sender finds it; None while another for the recipient stands for it
    Column("broadcast_id", Id16),  # the broadcast it belongs to; None for anything else
    # Two processes may give two letters one number: nobody waits for another to put a letter.
    Index(None, "recipient_id", "sequence"),
    Index("ix_outbox_due", "state", "lane", "channel", "look_at", "recipient_id"),
    Index(None, "about_id"),
    sqlite_with_rowid=False,
)
#: Conditions of the two indexes that hold few rows or none; a query must say them in the same words.
STANDS_BEHIND = "look_at IS NULL AND state = 'queued'"
OF_A_BROADCAST = "broadcast_id IS NOT NULL"
Index("ix_outbox_behind", outbox.c.recipient_id, outbox.c.lane, **only(text(STANDS_BEHIND)))
Index("ix_outbox_broadcast_id", outbox.c.broadcast_id, **only(text(OF_A_BROADCAST)))

#: Until when a platform takes nothing from us at all, so that a restart does not knock again.  One row per channel.
holds = Table(
    "holds",
    metadata,
    Column("channel", String(16), primary_key=True),
    Column("until", Moment, nullable=False),
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
    Column("told", Boolean, nullable=False, server_default=text("FALSE")),  # whoever sent it knows that it was given up
    Column("day", Integer, nullable=False),
    sqlite_with_rowid=False,
)
