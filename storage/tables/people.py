"""Tables of clients: their folders, addresses, conversations, phrases and what their page shows."""

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, String, Table, UniqueConstraint

from storage.sealing.sealed import Id16, Minute, Sealed
from storage.tables.metadata import metadata, owned_by_client

#: One row per folder of a client.  Erased with the folder.
clients = Table(
    "clients",
    metadata,
    Column("client_id", Id16, primary_key=True),  # random; names the folder whose key seals everything below
    Column("created_month", String(7), nullable=False),  # "2026-11"; for retention only, never finer
    Column("erase_after", Integer, nullable=False),  # day since 1970 after which it goes; moves with contact
    Column("language", String(8), nullable=False),  # for texts sent before the state is opened
    Column("consent_version", String(32)),  # None before consent; proof together with the sealed state
    Column("reminders_on", Boolean, nullable=False, default=True),  # False after "berhenti": nothing is sent unasked
    Column("paused_until", Minute),  # None when not paused; the person's own "jeda"
    Column("warned_for", Integer),  # the day of going that the person was told of; None when told of none
    Column("profile", Sealed),  # zone, safe hours, consent time: read by the service when it speaks
    Index(None, "erase_after"),
    sqlite_with_rowid=False,
)

#: Where a client can be reached.  The index finds the row, the sealed address is used only to send.
addresses = Table(
    "addresses",
    metadata,
    Column("address_index", Id16, primary_key=True),  # keyed HMAC of channel and platform id
    owned_by_client(),
    Column("channel", String(16), nullable=False),  # empty once the address is gone; the index waits for a return
    Column("address", Sealed, nullable=False),
    Column("screen", Sealed),  # provider's id of the message that now carries the buttons
    Column("current", Boolean, nullable=False),  # the address the person wrote from last; replies go there
    Index(None, "client_id"),
    sqlite_with_rowid=False,
)

#: The place in the conversation, one sealed document per client.  `revision` catches a second writer.
conversations = Table(
    "conversations",
    metadata,
    Column("client_id", Id16, ForeignKey("clients.client_id", ondelete="CASCADE"), primary_key=True),
    Column("state", Sealed, nullable=False),
    Column("revision", Integer, nullable=False),
    sqlite_with_rowid=False,
)

#: The only way back without an account.  The phrase itself is never stored.
phrases = Table(
    "phrases",
    metadata,
    Column("phrase_index", Id16, primary_key=True),  # keyed HMAC over Argon2id of the phrase
    owned_by_client(),
    Column("confirmed", Boolean),  # the person typed it back once; until then an earlier one works as well
    Column("moves", Boolean),  # it brings the person to the web chat once, for good
    Index(None, "client_id"),
    sqlite_with_rowid=False,
)

#: Which messages of a platform can still be taken back.  Two days, for no platform deletes older ones.
traces = Table(
    "traces",
    metadata,
    Column("trace_id", Id16, primary_key=True),
    owned_by_client(),
    Column("day", Integer, nullable=False),  # days since 1970-01-01, to forget it
    Column("trace", Sealed, nullable=False),  # the chat, the platform's id of the message and the minute
    Index(None, "client_id"),
    Index(None, "day"),
    sqlite_with_rowid=False,
)

#: What the web page shows again after a reload: the newest forty lines of both sides, and what was not seen yet.
transcripts = Table(
    "transcripts",
    metadata,
    Column("line_id", Id16, primary_key=True),
    owned_by_client(),
    Column("sequence", Integer, nullable=False),
    Column("line", Sealed, nullable=False),
    Column("seen", Boolean, nullable=False, default=False),  # the page has shown it: the delivery mark of the web
    Column("message_id", Id16),  # the chat message this line carries, None for the service's own words
    UniqueConstraint("client_id", "sequence"),
    sqlite_with_rowid=False,
)

#: Folders that were destroyed, for forty days: after a crash or from a restored backup their keys go again.
erasures = Table(
    "erasures",
    metadata,
    Column("folder_id", Id16, primary_key=True),  # random; whose folder it was stands nowhere any more
    Column("day", Integer, nullable=False),  # days since 1970-01-01
    sqlite_with_rowid=False,
)
