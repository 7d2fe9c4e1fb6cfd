"""Take up what staff changed in how people are heard, in every process and without a restart."""

import asyncio
import logging
from collections.abc import Sequence

from bot.care.listening.changes import Change, ChangeError
from bot.care.listening.checking import Heard, build
from handlers.world import World
from storage import listening
from storage.library import CONTENT, LibraryUnreadable, read_library
from storage.transaction import Work

log = logging.getLogger(__name__)


class ListeningWatch:
    """Looks whether another version is in force than the one this process hears people by."""

    def __init__(self, world: World) -> None:
        """Watch for a world."""
        self._world = world
        self._refused = 0

    async def take_up(self) -> bool:
        """Hear people by the version in force; one that does not fit the content is reported once and left.

        Returns whether people are heard differently from now on.
        """
        spoken = self._world.spoken
        version = await self._world.database.read(listening.live_version)
        if version in (spoken.version, self._refused):
            return False
        changes = await self._world.database.read(lambda work: _load(work, version))
        try:
            heard = await asyncio.to_thread(build_anew, self._world, changes)
        except (ChangeError, LibraryUnreadable) as error:
            self._refused = version
            log.warning("listening", extra={"action": "listening.refused", "error": error})
            return False
        spoken.hear_by(heard, version)
        log.info("listening", extra={"action": "listening.taken", "count": len(changes)})
        return True


def build_anew(world: World, changes: Sequence[Change]) -> Heard:
    """Build what people are heard by from the content files and changes.  Raises ChangeError or LibraryUnreadable."""
    return build(read_files(world), world.spoken.shipped.questions, changes)


def read_files(world: World) -> dict[str, str]:
    """Read the content files of this installation."""
    return read_library(world.config.care.content_dir or CONTENT)


def _load(work: Work, version: int) -> tuple[Change, ...]:
    return listening.changes_of(work, version)
