"""What must never come back: the folders that were destroyed, noted in the commit that deletes their rows."""

from collections.abc import Iterable

from sqlalchemy import Connection, select

from storage.engine.inserting import insert_into
from storage.keeping.piecemeal import delete_some
from storage.sealing.encryption import FolderId
from storage.tables import erasures

#: Longer than any backup of the key store lives, so that a restored key is destroyed again.
KEPT_DAYS = 40


def note_erasures(connection: Connection, folders: Iterable[FolderId], day: int) -> None:
    """Note folders as destroyed; `day` counts since 1970-01-01."""
    rows = [{"folder_id": folder, "day": day} for folder in folders]
    if rows:
        connection.execute(insert_into(erasures, connection.dialect.name).on_conflict_do_nothing(), rows)


def list_erasures(connection: Connection) -> list[FolderId]:
    """List the folders that were destroyed in the last forty days."""
    return [FolderId(row[0]) for row in connection.execute(select(erasures.c.folder_id))]


def forget_erasures(connection: Connection, today: int, *, most: int) -> int:
    """Forget some of the folders whose keys are in no backup any more; return how many."""
    return delete_some(connection, erasures, erasures.c.day < today - KEPT_DAYS, most=most)
