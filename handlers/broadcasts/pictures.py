"""Give the picture of a broadcast to whoever shows it: a platform, a page, the desk."""

import logging
from collections.abc import Callable
from typing import Final, TypeVar

from bot.pictures import PictureFile
from bot.ports import TryLater
from handlers.broadcasts.names import read_id
from storage.broadcasts import pictures, records
from storage.broadcasts.records import Broadcast
from storage.database import Database
from storage.errors import CommitUnknown, Overloaded, StorageError, StoreUnavailable
from storage.transaction import Work

log = logging.getLogger(__name__)

_AWAY: Final = (CommitUnknown, Overloaded, StoreUnavailable)
_RETRY_SECONDS: Final = 5.0

T = TypeVar("T")


class StoredPictures:
    """The pictures of broadcasts as channels get them; fulfils `bot.pictures.Pictures`."""

    def __init__(self, database: Database) -> None:
        """Take them from a database."""
        self._database = database

    async def find_name(self, picture: str, channel: str) -> str | None:
        """Return what a platform calls a picture; None before it has it."""
        return await self._read(lambda work: pictures.find_name(work, read_id(picture), channel))

    async def load(self, picture: str) -> PictureFile | None:
        """Load a picture; None once it is gone."""
        return await self._read(lambda work: load_by_id(work, read_id(picture)))

    async def keep_name(self, picture: str, channel: str, name: str) -> None:
        """Keep what a platform calls a picture; without it the picture is sent whole once more."""
        try:
            await self._database.write(lambda work: pictures.keep_name(work, read_id(picture), channel, name))
        except StorageError as error:
            log.info("broadcast", extra={"action": "broadcast.picture_unnamed", "channel": channel, "error": error})

    async def _read(self, job: Callable[[Work], T | None]) -> T | None:
        """Read while the store is there; what cannot be read ever again is not shown."""
        failure: TryLater
        try:
            return await self._database.read(job)
        except _AWAY:
            failure = TryLater(_RETRY_SECONDS)
        except StorageError as error:
            log.warning("broadcast", extra={"action": "broadcast.picture_lost", "error": error})
            return None
        raise failure


def load_of(work: Work, broadcast: Broadcast) -> PictureFile | None:
    """Load the picture of a broadcast, if it is the very one that was approved with it."""
    shown = broadcast.paper.content.picture
    file = None if shown is None else pictures.load(work, broadcast.id)
    return file if file is not None and shown is not None and file.digest == shown.digest else None


def load_by_id(work: Work, broadcast_id: bytes) -> PictureFile | None:
    """Load the picture of the broadcast with an id; None if there is none (any more)."""
    broadcast = records.load(work, broadcast_id) if broadcast_id else None
    return None if broadcast is None else load_of(work, broadcast)
