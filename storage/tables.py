"""What is remembered: every table, with the purpose of each column, who may read it and when it goes.

A column is either sealed (readable only with the key of the folder it belongs to) or stands in `CLEAR_COLUMNS`
with the reason why it may be clear; a test walks this metadata and accepts nothing else.

Tables about people are made without SQLite's numbers of rows, which would tell who came after whom.
"""

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    UniqueConstraint,
)

from storage.sealed import Id16, Minute, Moment, Sealed

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _owned_by_client() -> Column[bytes]:
    return Column("client_id", Id16, ForeignKey("clients.client_id", ondelete="CASCADE"), nullable=False)


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
    Column("profile", Sealed),  # zone, safe hours, consent time: read by the service when it speaks
    Index(None, "erase_after"),
    sqlite_with_rowid=False,
)

#: Where a client can be reached.  The index finds the row, the sealed address is used only to send.
addresses = Table(
    "addresses",
    metadata,
    Column("address_index", Id16, primary_key=True),  # keyed HMAC of channel and platform id
    _owned_by_client(),
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
    _owned_by_client(),
    Index(None, "client_id"),
    sqlite_with_rowid=False,
)

#: What the web page shows again after a reload: the newest forty lines of both sides, and what was not seen yet.
transcripts = Table(
    "transcripts",
    metadata,
    Column("line_id", Id16, primary_key=True),
    _owned_by_client(),
    Column("sequence", Integer, nullable=False),
    Column("line", Sealed, nullable=False),
    Column("seen", Boolean, nullable=False, default=False),  # the page has shown it: the delivery mark of the web
    Column("message_id", Id16),  # the chat message this line carries, None for the service's own words
    UniqueConstraint("client_id", "sequence"),
    sqlite_with_rowid=False,
)

#: A self-referral that a unit looks after.
cases = Table(
    "cases",
    metadata,
    Column("case_id", Id16, primary_key=True),
    _owned_by_client(),
    Column("code", String(16), nullable=False, unique=True),  # a label for staff, never a credential
    Column("unit_id", String(64), nullable=False),
    Column("status", String(16), nullable=False),  # offered, accepted, closed
    Column("stage", String(32), nullable=False),  # referred, in_rehabilitation, after_rehabilitation
    Column("staff_id", Id16, ForeignKey("staff.staff_id")),  # the counsellor who has it, None in the queue
    Column("opened_month", String(7), nullable=False),
    Column("answer_by", Minute),  # when an untaken offer moves on; None once taken
    Column("document", Sealed, nullable=False),  # the answers exactly as on the review card, outcome, units asked
    Index(None, "unit_id", "status"),
    Index(None, "client_id"),
    Index(None, "staff_id"),
    sqlite_with_rowid=False,
)

#: What client and counsellor said to each other through the service.
messages = Table(
    "messages",
    metadata,
    Column("message_id", Id16, primary_key=True),
    Column("case_id", Id16, ForeignKey("cases.case_id", ondelete="CASCADE"), nullable=False),
    _owned_by_client(),
    Column("sequence", Integer, nullable=False),  # order inside the case, from 1
    Column("side", String(16), nullable=False),  # client, counsellor
    Column("delivery", String(16), nullable=False),  # queued, sent, seen, uncertain, failed
    Column("body", Sealed, nullable=False),  # the words and the minute they were said
    UniqueConstraint("case_id", "sequence"),
    sqlite_with_rowid=False,
)

#: Something a human has to look at: a missed or worrying check-in, a danger alert, a request to talk.
tasks = Table(
    "tasks",
    metadata,
    Column("task_id", Id16, primary_key=True),
    Column("case_id", Id16, ForeignKey("cases.case_id", ondelete="CASCADE"), nullable=False),
    _owned_by_client(),
    Column("unit_id", String(64), nullable=False),
    Column("reason", Sealed, nullable=False),  # missed_check_in, worrying_check_in, danger, relapse, silent
    Column("due_at", Minute, nullable=False),
    Column("done_at", Minute),
    Index(None, "unit_id", "done_at"),
    sqlite_with_rowid=False,
)

#: What is due when.  Claimed in batches by lease; `slot` makes a second one of the same occasion impossible.
reminders = Table(
    "reminders",
    metadata,
    Column("reminder_id", Id16, primary_key=True),
    _owned_by_client(),
    Column("case_id", Id16, ForeignKey("cases.case_id", ondelete="CASCADE")),
    Column("kind", String(32), nullable=False),
    Column("slot", String(64), nullable=False),
    Column("due_at", Minute, nullable=False),
    Column("state", String(16), nullable=False),  # waiting, sent, answered, missed, dropped
    Column("lease_until", Minute),
    UniqueConstraint("client_id", "slot"),
    Index(None, "state", "due_at"),
    sqlite_with_rowid=False,
)

#: Messages that must go out.  Written with the turn that caused them, deleted once the platform has them.
outbox = Table(
    "outbox",
    metadata,
    Column("outbox_id", Id16, primary_key=True),
    Column("recipient_id", Id16, nullable=False),  # folder of the client, staff member or staff group
    Column("sequence", Integer, nullable=False),  # order per recipient
    Column("channel", String(16), nullable=False),
    Column("lane", String(16), nullable=False),  # danger, counsellor, reply, reminder
    Column("state", String(16), nullable=False),  # queued, sending, failed, uncertain
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

#: Folders that were destroyed, for forty days: after a crash or from a restored backup their keys go again.
erasures = Table(
    "erasures",
    metadata,
    Column("folder_id", Id16, primary_key=True),  # random; whose folder it was stands nowhere any more
    Column("day", Integer, nullable=False),  # days since 1970-01-01
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
