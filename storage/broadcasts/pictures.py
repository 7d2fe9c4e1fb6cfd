"""The picture of a broadcast, once for everybody, and what platforms call it that have it already."""

from typing import Any, Final

from sqlalchemy import Row, delete, insert, select, update

from bot.pictures import PictureFile
from storage.broadcasts.records import folder_of
from storage.sealing.documents import open_document, seal_document
from storage.tables import broadcast_pictures as rows
from storage.transaction import Work

_TABLE: Final = "broadcast_pictures"
_NAMES: Final = f"{_TABLE}.names"


def keep(work: Work, broadcast_id: bytes, file: PictureFile) -> None:
    """Keep the picture of a broadcast in the place of the one it had."""
    drop(work, broadcast_id)
    sealed = work.vault.seal(folder_of(broadcast_id), _TABLE, "picture", broadcast_id, file.body)
    work.data.execute(insert(rows).values(broadcast_id=broadcast_id, picture=sealed))


def drop(work: Work, broadcast_id: bytes) -> None:
    """Delete the picture of a broadcast, if it has one."""
    work.data.execute(delete(rows).where(rows.c.broadcast_id == broadcast_id))


def load(work: Work, broadcast_id: bytes) -> PictureFile | None:
    """Load the picture of a broadcast; None if it has none."""
    found = work.data.execute(select(rows.c.picture).where(rows.c.broadcast_id == broadcast_id)).first()
    if found is None:
        return None
    return PictureFile(work.vault.open(folder_of(broadcast_id), _TABLE, "picture", broadcast_id, found.picture))


def find_name(work: Work, broadcast_id: bytes, channel: str) -> str | None:
    """Return what a platform calls the picture; None before it has it."""
    return _read_names(work, broadcast_id, _find_names(work, broadcast_id)).get(channel)


def keep_name(work: Work, broadcast_id: bytes, channel: str, name: str) -> None:
    """Keep what a platform calls the picture, in the place of what it called it before."""
    found = _find_names(work, broadcast_id)
    if found is None:  # it was taken away while the platform took it
        return
    names = {**_read_names(work, broadcast_id, found), channel: name}
    sealed = seal_document(work, folder_of(broadcast_id), _NAMES, broadcast_id, names)
    work.data.execute(update(rows).where(rows.c.broadcast_id == broadcast_id).values(names=sealed))


def _find_names(work: Work, broadcast_id: bytes) -> Row[Any] | None:
    return work.data.execute(select(rows.c.names).where(rows.c.broadcast_id == broadcast_id)).first()


def _read_names(work: Work, broadcast_id: bytes, row: Row[Any] | None) -> dict[str, str]:
    if row is None or row.names is None:
        return {}
    return dict(open_document(work, folder_of(broadcast_id), _NAMES, broadcast_id, row.names))
