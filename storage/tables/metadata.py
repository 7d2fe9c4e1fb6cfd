"""What all tables share: how constraints are named, and how a row belongs to a client."""

from sqlalchemy import Column, ForeignKey, MetaData

from storage.sealed import Id16

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def owned_by_client() -> Column[bytes]:
    """Make the column that names the client's folder; the row goes with it."""
    return Column("client_id", Id16, ForeignKey("clients.client_id", ondelete="CASCADE"), nullable=False)
