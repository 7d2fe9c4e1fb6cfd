"""Tables of what processes of one installation agree on: who has which duty, and what was tried lately."""

from sqlalchemy import BigInteger, Column, Float, Index, Integer, String, Table

from storage.sealing.sealed import Id16, Minute, Moment
from storage.tables.metadata import metadata

#: What one process at a time does, and until when.  One row per duty, for ever.
duties = Table(
    "duties",
    metadata,
    Column("name", String(32), primary_key=True),  # tick, send:telegram, poll:telegram
    Column("holder", Id16, nullable=False),  # random, made anew at every start of a process
    Column("fence", Integer, nullable=False),  # grows with every term, so that an earlier holder is recognised
    Column("until_ms", BigInteger, nullable=False),  # on the database's clock; 0 when it was given back
    sqlite_with_rowid=False,
)

#: How many tries somebody has left at what could be guessed.  Gone when they would have all of them again.
tries = Table(
    "tries",
    metadata,
    Column("tries_index", Id16, primary_key=True),
    Column("remaining", Float, nullable=False),
    Column("since", Moment, nullable=False),
    Column("full_at", Minute, nullable=False),
    Index(None, "full_at"),
    sqlite_with_rowid=False,
)
