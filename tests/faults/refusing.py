"""A platform that refuses, or leaves open whether it took a message: everybody's or one chat's, until a time."""

import asyncio
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import count

from bot.ports import ChannelError, ChannelName, Limits, Outgoing, Uncertain
from tests.faults.checker import Heard
from tests.worlds import LIMITS, TELEGRAM


@dataclass(slots=True)
class RefusingPlatform:
    """Takes what it is sent unless it refuses, and remembers when it took what, on the clock of this machine."""

    clock: Callable[[], datetime]
    per_second: float | None = None
    name: ChannelName = TELEGRAM
    asked: int = 0
    questions: int = 0
    heard: list[Heard] = field(default_factory=list)
    #: What a chat is answered (everybody under None), and until when.
    _refusals: dict[str | None, tuple[ChannelError, datetime]] = field(default_factory=dict)
    #: Until when it answers no question either.
    _absent_until: datetime | None = None
    _numbers: "count[int]" = field(default_factory=lambda: count(1))

    @property
    def limits(self) -> Limits:
        """What it takes."""
        return replace(LIMITS, per_second=self.per_second)

    def refuse(self, error: ChannelError, until: datetime, chat: str | None = None) -> None:
        """Refuse a chat, or everybody, until a time; what is left uncertain is taken all the same."""
        self._refusals[chat] = error, until

    def be_absent(self, until: datetime) -> None:
        """Answer no question until a time."""
        self._absent_until = until

    async def send(self, address: str, message: Outgoing) -> str | None:
        """Take a message, or refuse it."""
        self.asked += 1
        await asyncio.sleep(0)
        error = next((error for error, until in self._refusals_of(address) if self.clock() < until), None)
        if error is None or isinstance(error, Uncertain):
            self.heard.append(Heard(int(address), message.text, time.monotonic()))
        if error is not None:
            raise error
        return str(next(self._numbers))

    async def check(self) -> None:
        """Answer a question, unless it is absent."""
        self.questions += 1
        if self._absent_until is not None and self.clock() < self._absent_until:
            raise Uncertain

    async def acknowledge(self, callback: str) -> None:
        """Hear nothing."""

    async def take_back(self, address: str, references: Sequence[str]) -> int:
        """Take nothing back."""
        del address
        return len(references)

    def _refusals_of(self, address: str) -> Iterator[tuple[ChannelError, datetime]]:
        for chat in (None, address):
            if chat in self._refusals:
                yield self._refusals[chat]
