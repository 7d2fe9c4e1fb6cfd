"""Work that follows a step without holding it up: counting a large audience for somebody who asked in a chat."""

import asyncio
import logging
from collections.abc import Coroutine

log = logging.getLogger(__name__)


class Later:
    """What is being done beside everything else.  A restart forgets it; whoever asked asks again."""

    def __init__(self) -> None:
        """Begin with nothing to do."""
        self._under_way: set[asyncio.Task[None]] = set()

    def start(self, doing: Coroutine[object, object, None]) -> None:
        """Do something from now on, on the running loop."""
        task = asyncio.ensure_future(doing)
        self._under_way.add(task)
        task.add_done_callback(self._end)

    async def finish(self) -> None:
        """Wait until nothing is being done any more."""
        while self._under_way:
            await asyncio.gather(*self._under_way, return_exceptions=True)

    def _end(self, task: asyncio.Task[None]) -> None:
        self._under_way.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("broadcast", extra={"action": "broadcast.unanswered", "error": error})
