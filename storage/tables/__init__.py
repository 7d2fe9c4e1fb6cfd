"""What is remembered: every table, with the purpose of each column, who may read it and when it goes.

A column is either sealed (readable only with the key of the folder it belongs to) or stands in `CLEAR_COLUMNS`
with the reason why it may be clear; a test walks this metadata and accepts nothing else.

Tables about people are made without SQLite's numbers of rows, which would tell who came after whom.
"""

from storage.tables.audit import approvals, audit_head, audit_rows
from storage.tables.broadcasts import (
    broadcast_pictures,
    broadcast_recipients,
    broadcast_taps,
    broadcasts,
    news_wishes,
)
from storage.tables.care import cases, messages, reminders, tasks
from storage.tables.delivery import holds, outbox, seen, stumbles
from storage.tables.duties import duties, tries
from storage.tables.guard import hidden_words
from storage.tables.listening import listening_changes, listening_marks
from storage.tables.metadata import metadata
from storage.tables.operator import operator_wishes, rules_in_force
from storage.tables.people import addresses, clients, conversations, erasures, phrases, traces, transcripts
from storage.tables.team import invites, staff, staff_addresses, staff_copies, staff_sessions
from storage.tables.units import unit_vacancies

__all__ = [
    "addresses",
    "approvals",
    "audit_head",
    "audit_rows",
    "broadcast_pictures",
    "broadcast_recipients",
    "broadcast_taps",
    "broadcasts",
    "cases",
    "clients",
    "conversations",
    "duties",
    "erasures",
    "hidden_words",
    "holds",
    "invites",
    "listening_changes",
    "listening_marks",
    "messages",
    "metadata",
    "news_wishes",
    "operator_wishes",
    "outbox",
    "phrases",
    "reminders",
    "rules_in_force",
    "seen",
    "staff",
    "staff_addresses",
    "staff_copies",
    "staff_sessions",
    "stumbles",
    "tasks",
    "traces",
    "transcripts",
    "tries",
    "unit_vacancies",
]
