"""Count attempts at a delivery before the work, so that one that kills the process is given up as well."""

import asyncio
import logging
from collections.abc import Iterable
from contextlib import AbstractContextManager, nullcontext

from handlers.world import World
from storage.receiving import deliveries
from storage.receiving.underway import UnderWay, take_left
from storage.transaction import Work

log = logging.getLogger(__name__)

#: What is noted as the class of the error: the process had no time to name one.
_KILLED = "ProcessKilled"


class Attempts:
    """Notes what is being handled, and counts what an earlier process of this machine was handling when it died."""

    def __init__(self, world: World) -> None:
        """Begin with the first delivery."""
        self._world = world
        self._notes: UnderWay | None = None
        self._left: list[tuple[bytes, str]] = []
        self._given_up: set[bytes] = set()
        self._beginning = asyncio.Lock()
        self._has_begun = False

    async def has_given_up(self, index: bytes) -> bool:
        """Tell whether a delivery was given up here because it has killed the process too often.

        Another process does not know that before it takes the delivery, and finds out then.
        """
        if not self._has_begun:
            async with self._beginning:
                await self._begin()
        return index in self._given_up

    def noting(self, index: bytes, channel: str) -> AbstractContextManager[None]:
        """Note a delivery while it is handled."""
        return nullcontext() if self._notes is None else self._notes.noting(index, channel)

    async def _begin(self) -> None:
        """Count first and note afterwards; what the store does not take now is counted with the next delivery."""
        if self._has_begun:
            return
        data_dir = self._world.config.storage.data_dir
        self._left += take_left(data_dir)
        if self._left:
            log.warning("turn", extra={"action": "turn.killed", "count": len(self._left)})
            self._given_up = await self._world.database.write(lambda work: _count(work, self._left))
        try:
            self._notes = UnderWay(data_dir)
        except OSError as error:  # attempts are counted by their errors only, as long as the disk takes no notes
            log.warning("turn", extra={"action": "turn.unnoted", "error": error})
        self._has_begun = True


def _count(work: Work, left: Iterable[tuple[bytes, str]]) -> set[bytes]:
    return {index for index, channel in left if deliveries.stumble(work, index, channel, _KILLED)}
