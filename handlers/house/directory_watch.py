"""Take up a changed directory while the service runs."""

import asyncio
import logging
from pathlib import Path
from typing import NamedTuple

from bot.care.units.directory import UnitsError
from handlers.caring.closing import leave_closed_units
from handlers.house.directory import directory_file
from handlers.steps import Steps
from handlers.world import World
from storage.shipped.areas import load_listing

log = logging.getLogger(__name__)


class _Seen(NamedTuple):
    """What tells one state of the file from another."""

    path: Path
    changed_ns: int
    size: int


class DirectoryWatch:
    """Looks whether the file of the directory is another one than last time."""

    def __init__(self, world: World) -> None:
        """Watch for a world, whose directory was read just now."""
        self._world = world
        self._seen = self._look()

    async def take_up(self) -> bool:
        """Read the directory if it has changed; one that cannot be used is reported once and left.

        Returns whether there is a new directory.
        """
        seen = self._look()
        if seen == self._seen:
            return False
        try:
            path = directory_file(self._world.config)
            listing = await asyncio.to_thread(load_listing, self._world.gazetteer, path)
        except UnitsError as error:
            self._seen = seen
            log.warning("directory", extra={"action": "directory.refused", "error": error})
            return False
        self._world.units.exchange(listing)
        count = await leave_closed_units(Steps(self._world))
        self._seen = seen
        log.info("directory", extra={"action": "directory.taken", "count": count})
        return True

    def _look(self) -> _Seen | None:
        path = directory_file(self._world.config)
        try:
            state = path.stat()
        except OSError:
            return None
        return _Seen(path, state.st_mtime_ns, state.st_size)
