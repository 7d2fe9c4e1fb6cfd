"""Both ends of a terminal: a pipe to write into, and what was printed."""

import asyncio
import io
import os
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from bot.ports import Incoming
from channels.terminal import TerminalChannel, talk

ADDRESS = "terminal-contoh"
_KEYS = re.compile(r"(?:\n  \d+\) [^\n]*)+\n\n\Z")


class Paper(io.StringIO):
    """Keeps each print apart, so that one message can be told from the next."""

    def __init__(self) -> None:
        """Start empty."""
        super().__init__()
        self.prints: list[str] = []

    def write(self, text: str) -> int:
        """Keep a print."""
        self.prints.append(text)
        return super().write(text)


@dataclass(slots=True)
class TerminalEnds:
    """Somebody who types into a pipe."""

    channel: TerminalChannel
    paper: Paper
    pipe: int
    arrived: "asyncio.Queue[Incoming]" = field(default_factory=asyncio.Queue)
    address: str = ADDRESS
    gone: str | None = None

    async def read_texts(self) -> list[str]:
        """Read the messages without their keys."""
        return [_KEYS.sub("", one).removesuffix("\n\n") for one in self.paper.prints]

    async def read_labels(self) -> list[str]:
        """Read the keys that were printed last."""
        printed = [found[0] for one in self.paper.prints if (found := _KEYS.search(one))]
        return [line.partition(") ")[2] for line in printed[-1].strip("\n").split("\n")]

    async def tap(self, label: str) -> Incoming:
        """Type the number of a key."""
        return await self.write(str((await self.read_labels()).index(label) + 1))

    async def write(self, text: str) -> Incoming:
        """Type a text; a backslash at the end of a line holds it open."""
        os.write(self.pipe, (text.replace("\n", "\\\n") + "\n").encode())
        return await self.arrived.get()


@asynccontextmanager
async def open_terminal() -> AsyncIterator[TerminalEnds]:
    """Open a conversation that has been greeted with nothing."""
    source, pipe = os.pipe()
    paper = Paper()
    ends = TerminalEnds(TerminalChannel(paper), paper, pipe)

    async def deliver() -> None:
        """Leave sending to the test."""

    talking = asyncio.create_task(talk(ends.channel, ends.arrived.put, deliver, source, ADDRESS))
    await ends.arrived.get()
    try:
        yield ends
    finally:
        os.close(pipe)
        await talking
        os.close(source)
