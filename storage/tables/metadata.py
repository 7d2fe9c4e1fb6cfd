"""What all tables share: how constraints are named, and how a row belongs to a client."""

from typing import TypedDict

from sqlalchemy import Column, ForeignKey, MetaData, TextClause

from storage.sealing.sealed import Id16

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

#: Under this name an index carries its condition, which each database is told when tables are made or compared.
_CONDITION = "only"


class Only(TypedDict):
    """What makes an index hold a part of the rows only."""

    info: dict[str, TextClause]


def only(condition: TextClause) -> Only:
    """Make the words that let an index hold only rows of a condition; a query must say it in the same words."""
    return Only(info={_CONDITION: condition})


def with_conditions(tables: MetaData) -> MetaData:
    """Tell both databases which rows an index holds: left until tables are made or compared, for it loads both."""
    for index in (index for table in tables.tables.values() for index in table.indexes):
        if (condition := index.info.get(_CONDITION)) is not None:
            index.dialect_kwargs.update({"sqlite_where": condition, "postgresql_where": condition})
    return tables


def owned_by_client() -> Column[bytes]:
    """Make the column that names the client's folder; the row goes with it."""
    return Column("client_id", Id16, ForeignKey("clients.client_id", ondelete="CASCADE"), nullable=False)
