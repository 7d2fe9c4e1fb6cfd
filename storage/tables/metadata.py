"""What all tables share: how constraints are named, and how a row belongs to a client."""

from typing import TypedDict

from sqlalchemy import Column, ForeignKey, MetaData, TextClause

from storage.sealed import Id16

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class Only(TypedDict):
    """What makes an index hold a part of the rows only, by database."""

    sqlite_where: TextClause
    postgresql_where: TextClause


def only(condition: TextClause) -> Only:
    """Make the words that let an index hold only rows of a condition; a query must say it in the same words."""
    return Only(sqlite_where=condition, postgresql_where=condition)


def owned_by_client() -> Column[bytes]:
    """Make the column that names the client's folder; the row goes with it."""
    return Column("client_id", Id16, ForeignKey("clients.client_id", ondelete="CASCADE"), nullable=False)
