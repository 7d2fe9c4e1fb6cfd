"""Tables of broadcasts: what is written and shown, who is to get it, what was tapped, and who wants any of it."""

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, String, Table

from storage.sealing.sealed import Id16, Minute, Sealed
from storage.tables.metadata import metadata


def _of_broadcast() -> Column[bytes]:
    broadcast = ForeignKey("broadcasts.broadcast_id", ondelete="CASCADE")
    return Column("broadcast_id", Id16, broadcast, primary_key=True)


#: Programme information from draft to report.  Each has a folder of its own, destroyed with the row.
broadcasts = Table(
    "broadcasts",
    metadata,
    Column("broadcast_id", Id16, primary_key=True),  # random; names the folder that seals the document
    Column("author_id", Id16, ForeignKey("staff.staff_id", ondelete="SET NULL")),
    Column("state", String(16), nullable=False),  # draft, asked, approved, scheduled, running, paused, stopped, done
    Column("revision", Integer, nullable=False),  # catches a second writer
    Column("start_at", Minute),  # when it is to begin; None before that was decided
    Column("started_at", Minute),  # when its recipients were frozen
    Column("end_by", Minute),  # nobody is sent it later; None before the start was decided
    Column("ended_day", Integer),  # days since 1970-01-01, for retention; None while it goes on
    Column("document", Sealed, nullable=False),  # words, audience, what was tried and approved
    Index(None, "state"),
    sqlite_with_rowid=False,
)

#: The picture of a broadcast, once for everybody who gets it.
broadcast_pictures = Table(
    "broadcast_pictures",
    metadata,
    _of_broadcast(),
    Column("names", Sealed),  # what platforms call it that have it already; None before
    Column("picture", Sealed, nullable=False),  # the file, drawn anew
    sqlite_with_rowid=False,
)

#: Who gets a broadcast, frozen at its start, and what became of it.  Goes with the person, and soon after the end.
broadcast_recipients = Table(
    "broadcast_recipients",
    metadata,
    _of_broadcast(),
    Column("folder_id", Id16, primary_key=True),  # of the client or the member of staff below
    Column("client_id", Id16, ForeignKey("clients.client_id", ondelete="CASCADE")),  # None for staff
    Column("staff_id", Id16, ForeignKey("staff.staff_id", ondelete="CASCADE")),  # None for a client
    Column("state", String(16), nullable=False),  # waiting, queued, sent, blocked, failed, uncertain, skipped
    Column("due_at", Minute, nullable=False),  # when their turn is looked at
    Column("settled_at", Minute),  # when the platform had it or refused it; None before
    Column("opened", Boolean, nullable=False),
    Column("answered", Boolean, nullable=False),  # a choice was tapped, so it counts once; never which one
    Index(None, "broadcast_id", "state", "due_at"),
    Index(None, "client_id"),
    Index(None, "staff_id"),
    sqlite_with_rowid=False,
)

#: How often each choice of a broadcast was tapped, by nobody in particular; -1 counts who said no to the topic.
broadcast_taps = Table(
    "broadcast_taps",
    metadata,
    _of_broadcast(),
    Column("choice", Integer, primary_key=True, autoincrement=False),
    Column("taps", Integer, nullable=False),
    sqlite_with_rowid=False,
)

#: Who was asked about programme information, and what they chose.
news_wishes = Table(
    "news_wishes",
    metadata,
    Column("client_id", Id16, ForeignKey("clients.client_id", ondelete="CASCADE"), primary_key=True),
    Column("wishes", Sealed, nullable=False),  # topics, place and consent
    sqlite_with_rowid=False,
)
