"""Make folder keys."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the one table of the key store."""
    op.create_table(
        "folder_keys",
        sa.Column("folder_id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("key_id", sa.LargeBinary(length=4), nullable=False),
        sa.Column("kek_version", sa.Integer(), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("folder_id"),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_folder_keys_kek_version"), "folder_keys", ["kek_version"], unique=False)
