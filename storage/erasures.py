"""What must never come back: the folders that were destroyed, noted in the commit that deletes their rows."""

from collections.abc import Iterable

from sqlalchemy import Connection, delete, select
from sqlalchemy.dialects import postgresql, sqlite

from storage.encryption import FolderId
from storage.tables import erasures

#: Longer than any backup of the key store lives, so that a restored key is destroyed again.
KEPT_DAYS = 40

_NOTE = {
    "sqlite": sqlite.insert(erasures).on_conflict_do_nothing(),
    "postgresql": postgresql.insert(erasures).on_conflict_do_nothing(),
}


def note_erasures(connection: Connection, folders: Iterable[FolderId], day: int) -> None:
    """Note folders as destroyed; `day` counts since 1970-01-01."""
    rows = [{"folder_id": folder, "day": day} for folder in folders]
    if rows:
        connection.execute(_NOTE[connection.dialect.name], rows)


def list_erasures(connection: Connection) -> list[FolderId]:
    """List the folders that were destroyed in the last forty days."""
    return [FolderId(row[0]) for row in connection.execute(select(erasures.c.folder_id))]


def forget_erasures(connection: Connection, today: int) -> None:
    """Forget folders whose keys are in no backup any more."""
    connection.execute(delete(erasures).where(erasures.c.day < today - KEPT_DAYS))
