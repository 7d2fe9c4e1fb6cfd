"""Tables of what stands between a person and whoever else reads along."""

from sqlalchemy import Column, ForeignKey, Index, Table

from storage.sealing.sealed import Id16, Minute, Sealed
from storage.tables.metadata import metadata

#: What a person wrote before something in it was hidden: for half an hour, or until they write on.
hidden_words = Table(
    "hidden_words",
    metadata,
    Column("client_id", Id16, ForeignKey("clients.client_id", ondelete="CASCADE"), primary_key=True),
    Column("until", Minute, nullable=False),  # must go at this time even if the person never writes again
    Column("words", Sealed, nullable=False),
    Index(None, "until"),
    sqlite_with_rowid=False,
)
