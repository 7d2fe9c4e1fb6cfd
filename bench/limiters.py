"""Platforms that take thirty messages a second, each counting in its own way, on ways that are uneven."""

import asyncio
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Final, Protocol

LIMIT: Final = 30
#: Least time to the platform, and back, in seconds.
_WAY_S: Final = 0.02
_PENALTY_S: Final = 3.0
_RETRY_S: Final = 1.0


class Limiter(Protocol):
    """How a platform counts."""

    def refuse(self, now: float) -> float:
        """Take a message, returning 0, or return the seconds after which to ask again."""
        ...


class TokenBucket:
    """A second's worth may come at once; then as many as have grown back."""

    def __init__(self) -> None:
        """Begin full."""
        self._tokens, self._at = float(LIMIT), 0.0

    def refuse(self, now: float) -> float:
        """Take a token."""
        self._tokens, self._at = min(float(LIMIT), self._tokens + (now - self._at) * LIMIT), now
        if self._tokens < 1.0:
            return _RETRY_S
        self._tokens -= 1.0
        return 0.0


class SlidingWindow:
    """In no second more than the limit."""

    def __init__(self) -> None:
        """Begin with nothing taken."""
        self._taken: deque[float] = deque()

    def refuse(self, now: float) -> float:
        """Count what was taken in the last second."""
        while self._taken and self._taken[0] <= now - 1.0:
            self._taken.popleft()
        if len(self._taken) >= LIMIT:
            return _RETRY_S
        self._taken.append(now)
        return 0.0


class PunishingWindow(SlidingWindow):
    """The same; whoever breaks the limit is not heard for a while."""

    def __init__(self) -> None:
        """Begin with nobody punished."""
        super().__init__()
        self._until = 0.0

    def refuse(self, now: float) -> float:
        """Punish, or count."""
        if now < self._until:
            return self._until - now
        if super().refuse(now):
            self._until = now + _PENALTY_S
            return _PENALTY_S
        return 0.0


MODELS: Final[dict[str, Callable[[], Limiter]]] = {
    "token bucket": TokenBucket,
    "sliding window": SlidingWindow,
    "window with penalty": PunishingWindow,
}


@dataclass(slots=True)
class Platform:
    """The far end of a broadcast.  `jitter`: seconds more that the way there may take, by messages taken so far."""

    limiter: Limiter
    jitter: Callable[[int], float]
    chance: Random = field(default_factory=lambda: Random(7))
    taken: Counter[int] = field(default_factory=Counter)  #: chat -> messages
    at: list[float] = field(default_factory=list)
    first: dict[int, float] = field(default_factory=dict)  #: chat -> when its first message arrived
    refused: int = 0

    async def send(self, chat: int) -> float:
        """Carry one message there and the answer back; return 0, or the seconds after which to ask again."""
        loop = asyncio.get_running_loop()
        await asyncio.sleep(_WAY_S + self.chance.uniform(0.0, self.jitter(len(self.at))))
        wait = self.limiter.refuse(loop.time())
        if wait:
            self.refused += 1
        else:
            self.taken[chat] += 1
            self.at.append(loop.time())
            self.first.setdefault(chat, loop.time())
        await asyncio.sleep(_WAY_S)
        return wait
