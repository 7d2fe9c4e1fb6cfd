"""Make the first tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make every table after those it points at."""
    _make_clients()
    _make_erasures()
    _make_outbox()
    _make_seen()
    _make_staff()
    _make_stumbles()
    _make_invites()
    _make_staff_addresses()
    _make_staff_sessions()


def _make_clients() -> None:
    op.create_table(
        "clients",
        sa.Column("client_id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("created_month", sa.String(length=7), nullable=False),
        sa.Column("erase_after", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("consent_version", sa.String(length=32), nullable=True),
        sa.Column("reminders_on", sa.Boolean(), nullable=False),
        sa.Column("paused_until", sa.BigInteger(), nullable=True),
        sa.Column("profile", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("client_id", name=op.f("pk_clients")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_clients_erase_after"), "clients", ["erase_after"], unique=False)


def _make_erasures() -> None:
    op.create_table(
        "erasures",
        sa.Column("folder_id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("folder_id", name=op.f("pk_erasures")),
        sqlite_with_rowid=False,
    )


def _make_outbox() -> None:
    op.create_table(
        "outbox",
        sa.Column("outbox_id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("recipient_id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("lane", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("not_before", sa.BigInteger(), nullable=False),
        sa.Column("message_id", sa.LargeBinary(length=16), nullable=True),
        sa.Column("about_id", sa.LargeBinary(length=16), nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("outbox_id", name=op.f("pk_outbox")),
        sa.UniqueConstraint("recipient_id", "sequence", name=op.f("uq_outbox_recipient_id_sequence")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_outbox_about_id"), "outbox", ["about_id"], unique=False)
    op.create_index(op.f("ix_outbox_state_not_before"), "outbox", ["state", "not_before"], unique=False)


def _make_seen() -> None:
    op.create_table(
        "seen",
        sa.Column("delivery_index", sa.LargeBinary(length=16), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("delivery_index", name=op.f("pk_seen")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_seen_day"), "seen", ["day"], unique=False)


def _make_staff() -> None:
    op.create_table(
        "staff",
        sa.Column("staff_id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("unit_id", sa.String(length=64), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created_day", sa.Integer(), nullable=False),
        sa.Column("profile", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("staff_id", name=op.f("pk_staff")),
    )


def _make_stumbles() -> None:
    op.create_table(
        "stumbles",
        sa.Column("delivery_index", sa.LargeBinary(length=16), nullable=False),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("error_class", sa.String(length=128), nullable=True),
        sa.Column("dead", sa.Boolean(), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("delivery_index", name=op.f("pk_stumbles")),
        sqlite_with_rowid=False,
    )


def _make_invites() -> None:
    op.create_table(
        "invites",
        sa.Column("token_hash", sa.LargeBinary(length=16), nullable=False),
        sa.Column("staff_id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("purpose", sa.String(length=16), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.staff_id"], name=op.f("fk_invites_staff_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_invites")),
    )


def _make_staff_addresses() -> None:
    op.create_table(
        "staff_addresses",
        sa.Column("address_index", sa.LargeBinary(length=16), nullable=False),
        sa.Column("folder_id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("staff_id", sa.LargeBinary(length=16), nullable=True),
        sa.Column("unit_id", sa.String(length=64), nullable=True),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("address", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.staff_id"], name=op.f("fk_staff_addresses_staff_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("address_index", name=op.f("pk_staff_addresses")),
    )


def _make_staff_sessions() -> None:
    op.create_table(
        "staff_sessions",
        sa.Column("token_hash", sa.LargeBinary(length=16), nullable=False),
        sa.Column("staff_id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=False),
        sa.Column("last_seen_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.staff_id"], name=op.f("fk_staff_sessions_staff_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_staff_sessions")),
    )
