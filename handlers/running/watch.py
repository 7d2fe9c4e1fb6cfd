"""What was found when somebody last looked whether all is well, so that many who ask cost one look."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

log = logging.getLogger(__name__)

_LOOK_SECONDS: Final = 2.0


class Trouble(StrEnum):
    """What is wrong now and concerns whoever works here."""

    DISK_LOW = "disk_low"
    NOT_RECEIVING = "not_receiving"
    NOT_SENDING = "not_sending"
    STORE_AWAY = "store_away"


@dataclass(frozen=True, slots=True)
class Health:
    """What a look found.  `free_bytes`: on the fullest disk that is written to."""

    free_bytes: int
    troubles: tuple[Trouble, ...]


class Watch:
    """Looks when somebody asks, and not more often than every few seconds."""

    def __init__(self) -> None:
        """Begin without having looked."""
        self._looked_at = float("-inf")
        self._known = Health(0, ())
        self._looking = asyncio.Lock()

    async def keep(self, look: Callable[[], Awaitable[Health]]) -> Health:
        """Return how things are; what has changed since the last look is logged."""
        async with self._looking:
            if time.monotonic() - self._looked_at >= _LOOK_SECONDS:
                found = await look()
                _tell(self._known, found)
                self._looked_at, self._known = time.monotonic(), found
        return self._known


def _tell(before: Health, now: Health) -> None:
    for trouble in now.troubles:
        if trouble not in before.troubles:
            log.warning("trouble", extra={"action": f"trouble.{trouble.value}"})
    for trouble in before.troubles:
        if trouble not in now.troubles:
            log.info("trouble over", extra={"action": f"trouble.over.{trouble.value}"})
