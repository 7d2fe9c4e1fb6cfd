"""Tables of the help somebody gets: cases, the words said in them, tasks for people, and reminders."""

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table, UniqueConstraint, text

from storage.sealing.sealed import Id16, Minute, Sealed
from storage.tables.metadata import metadata, only, owned_by_client

#: A self-referral that a unit looks after.
cases = Table(
    "cases",
    metadata,
    Column("case_id", Id16, primary_key=True),
    owned_by_client(),
    Column("code", String(16), nullable=False, unique=True),  # a label for staff, never a credential
    Column("unit_id", String(64), nullable=False),
    Column("status", String(16), nullable=False),  # offered, accepted, closed
    Column("stage", String(32), nullable=False),  # referred, in_rehabilitation, after_rehabilitation
    Column("staff_id", Id16, ForeignKey("staff.staff_id")),  # the counsellor who has it, None in the queue
    Column("opened_month", String(7), nullable=False),
    Column("answer_by", Minute),  # when an untaken offer moves on; None once taken
    Column("closed_day", Integer),  # days since 1970-01-01, for retention; None while it is open
    Column("document", Sealed, nullable=False),  # the answers exactly as on the review card, outcome, units asked
    Index(None, "unit_id", "status"),
    Index(None, "client_id"),
    Index(None, "staff_id"),
    Index("ix_cases_answer_by", "answer_by", **only(text("answer_by IS NOT NULL"))),
    sqlite_with_rowid=False,
)

#: What client and counsellor said to each other through the service.
messages = Table(
    "messages",
    metadata,
    Column("message_id", Id16, primary_key=True),
    Column("case_id", Id16, ForeignKey("cases.case_id", ondelete="CASCADE"), nullable=False),
    owned_by_client(),
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
    owned_by_client(),
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
    owned_by_client(),
    Column("case_id", Id16, ForeignKey("cases.case_id", ondelete="CASCADE")),
    Column("kind", String(32), nullable=False),
    Column("slot", String(64), nullable=False),
    Column("due_at", Minute, nullable=False),  # when it was due, from which lateness counts; once sent, when it was
    # waiting, sent, answered, missed, dropped, skipped, merged, reduced
    Column("state", String(16), nullable=False),
    # From when it may be taken: when due, or later if it was put off.  0 in rows of an older release: not known yet.
    Column("free_at", Minute, nullable=False, server_default="0"),
    # A claim changes these two and nothing else.  No index knows them, so PostgreSQL leaves all indexes as they are.
    Column("taken", Integer, nullable=False, server_default="0"),  # how often; fences off who lost the lease
    Column("leased_until", Minute, nullable=False, server_default="0"),  # until when somebody has it; 0 before that
    UniqueConstraint("client_id", "slot"),
    Index(None, "case_id"),
    # Each holds only what its question is about, so that what is planned or settled makes no answer slower.
    Index("ix_reminders_waiting", "free_at", **only(text("state = 'waiting'"))),
    Index("ix_reminders_put_off", "free_at", **only(text("state = 'waiting' AND free_at > due_at"))),
    Index("ix_reminders_sent", "kind", "due_at", **only(text("state = 'sent'"))),
    Index("ix_reminders_answered", "due_at", **only(text("state = 'answered'"))),
    sqlite_with_rowid=False,
)
