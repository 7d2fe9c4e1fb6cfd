"""Make the tables of what lies in a client's folder."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make every table after those it points at."""
    _make_addresses()
    _make_cases()
    _make_conversations()
    _make_phrases()
    _make_transcripts()
    _make_messages()
    _make_reminders()
    _make_tasks()


def _make_addresses() -> None:
    op.create_table(
        "addresses",
        sa.Column("address_index", sa.LargeBinary(length=16), nullable=False),
        sa.Column("client_id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("address", sa.LargeBinary(), nullable=False),
        sa.Column("screen", sa.LargeBinary(), nullable=True),
        sa.Column("current", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["client_id"], ["clients.client_id"], name=op.f("fk_addresses_client_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("address_index", name=op.f("pk_addresses")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_addresses_client_id"), "addresses", ["client_id"], unique=False)


def _make_cases() -> None:
    op.create_table(
        "cases",
        sa.Column("case_id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("client_id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("code", sa.String(length=16), nullable=False),
        sa.Column("unit_id", sa.String(length=64), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("stage", sa.String(length=32), nullable=False),
        sa.Column("staff_id", sa.LargeBinary(length=16), nullable=True),
        sa.Column("opened_month", sa.String(length=7), nullable=False),
        sa.Column("answer_by", sa.BigInteger(), nullable=True),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["client_id"], ["clients.client_id"], name=op.f("fk_cases_client_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.staff_id"], name=op.f("fk_cases_staff_id")),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_cases")),
        sa.UniqueConstraint("code", name=op.f("uq_cases_code")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_cases_client_id"), "cases", ["client_id"], unique=False)
    op.create_index(op.f("ix_cases_staff_id"), "cases", ["staff_id"], unique=False)
    op.create_index(op.f("ix_cases_unit_id_status"), "cases", ["unit_id", "status"], unique=False)


def _make_conversations() -> None:
    op.create_table(
        "conversations",
        sa.Column("client_id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("state", sa.LargeBinary(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["client_id"], ["clients.client_id"], name=op.f("fk_conversations_client_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("client_id", name=op.f("pk_conversations")),
        sqlite_with_rowid=False,
    )


def _make_phrases() -> None:
    op.create_table(
        "phrases",
        sa.Column("phrase_index", sa.LargeBinary(length=16), nullable=False),
        sa.Column("client_id", sa.LargeBinary(length=16), nullable=False),
        sa.ForeignKeyConstraint(
            ["client_id"], ["clients.client_id"], name=op.f("fk_phrases_client_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("phrase_index", name=op.f("pk_phrases")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_phrases_client_id"), "phrases", ["client_id"], unique=False)


def _make_transcripts() -> None:
    op.create_table(
        "transcripts",
        sa.Column("line_id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("client_id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("line", sa.LargeBinary(), nullable=False),
        sa.Column("seen", sa.Boolean(), nullable=False),
        sa.Column("message_id", sa.LargeBinary(length=16), nullable=True),
        sa.ForeignKeyConstraint(
            ["client_id"], ["clients.client_id"], name=op.f("fk_transcripts_client_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("line_id", name=op.f("pk_transcripts")),
        sa.UniqueConstraint("client_id", "sequence", name=op.f("uq_transcripts_client_id_sequence")),
        sqlite_with_rowid=False,
    )


def _make_messages() -> None:
    op.create_table(
        "messages",
        sa.Column("message_id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("case_id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("client_id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("side", sa.String(length=16), nullable=False),
        sa.Column("delivery", sa.String(length=16), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.case_id"], name=op.f("fk_messages_case_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["client_id"], ["clients.client_id"], name=op.f("fk_messages_client_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("message_id", name=op.f("pk_messages")),
        sa.UniqueConstraint("case_id", "sequence", name=op.f("uq_messages_case_id_sequence")),
        sqlite_with_rowid=False,
    )


def _make_reminders() -> None:
    op.create_table(
        "reminders",
        sa.Column("reminder_id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("client_id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("case_id", sa.LargeBinary(length=16), nullable=True),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("slot", sa.String(length=64), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("lease_until", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.case_id"], name=op.f("fk_reminders_case_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["client_id"], ["clients.client_id"], name=op.f("fk_reminders_client_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("reminder_id", name=op.f("pk_reminders")),
        sa.UniqueConstraint("client_id", "slot", name=op.f("uq_reminders_client_id_slot")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_reminders_state_due_at"), "reminders", ["state", "due_at"], unique=False)


def _make_tasks() -> None:
    op.create_table(
        "tasks",
        sa.Column("task_id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("case_id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("client_id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("unit_id", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.LargeBinary(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("done_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.case_id"], name=op.f("fk_tasks_case_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["client_id"], ["clients.client_id"], name=op.f("fk_tasks_client_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("task_id", name=op.f("pk_tasks")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_tasks_unit_id_done_at"), "tasks", ["unit_id", "done_at"], unique=False)
