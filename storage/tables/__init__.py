"""What is remembered: every table, with the purpose of each column, who may read it and when it goes.

A column is either sealed (readable only with the key of the folder it belongs to) or stands in `CLEAR_COLUMNS`
with the reason why it may be clear; a test walks this metadata and accepts nothing else.

Tables about people are made without SQLite's numbers of rows, which would tell who came after whom.
"""

from storage.tables.audit import approvals, audit_head, audit_rows
from storage.tables.care import cases, messages, reminders, tasks
from storage.tables.delivery import outbox, seen, stumbles
from storage.tables.guard import hidden_words
from storage.tables.metadata import metadata
from storage.tables.people import addresses, clients, conversations, erasures, phrases, traces, transcripts
from storage.tables.team import invites, staff, staff_addresses, staff_copies, staff_sessions
from storage.tables.units import unit_vacancies

__all__ = [
    "addresses",
    "approvals",
    "audit_head",
    "audit_rows",
    "cases",
    "clients",
    "conversations",
    "erasures",
    "hidden_words",
    "invites",
    "messages",
    "metadata",
    "outbox",
    "phrases",
    "reminders",
    "seen",
    "staff",
    "staff_addresses",
    "staff_copies",
    "staff_sessions",
    "stumbles",
    "tasks",
    "traces",
    "transcripts",
    "unit_vacancies",
]
