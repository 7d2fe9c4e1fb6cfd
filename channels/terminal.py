"""Speak in a terminal or through a pipe."""

import asyncio
import codecs
import contextlib
import os
import re
import threading
import unicodedata
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from typing import Final, TextIO

from bot.dialogue.effects import Ask
from bot.ports import ChannelName, Content, Incoming, Key, Limits, Outgoing, Place, Start, Tap, Text

TERMINAL: Final = ChannelName("terminal")
LIMITS: Final = Limits(text_units=100_000, keys=99, label_chars=200, token_bytes=512, can_replace=False)

_CHUNK_BYTES = 65_536
_PROMPT = "> "
_CLEAR_LINE = "\r\x1b[K"
_POSITION = re.compile(r"\s*(-?\d{1,3}\.\d+)\s*,\s*(-?\d{1,3}\.\d+)\s*", re.ASCII)

Receive = Callable[[Incoming], Awaitable[None]]


class TerminalChannel:
    """The channel; there is one person at the other end of it, whatever the address."""

    def __init__(self, output: TextIO) -> None:
        """Print to `output`; bold only where it is a terminal."""
        self._output = output
        self._is_terminal = output.isatty()
        self._keys: tuple[Key, ...] = ()
        self._ask = Ask.NOTHING
        self._is_waiting = False

    @property
    def name(self) -> ChannelName:
        """Name the channel, as in addresses and configuration."""
        return TERMINAL

    @property
    def limits(self) -> Limits:
        """Tell what one message can carry."""
        return LIMITS

    async def send(self, address: str, message: Outgoing) -> None:
        """Print one message with its keys numbered; nothing printed has an id."""
        del address
        if message.keys:
            self._keys, self._ask = message.keys, message.ask
        numbered = (f"  {self._emphasise(f'{number})')} {_label(key)}" for number, key in enumerate(message.keys, 1))
        shown = "\n".join((_show(message.text), *numbered)) + "\n\n"
        self._print(f"{_CLEAR_LINE}{shown}{_PROMPT}" if self._is_waiting else shown)

    async def take_back(self, address: str, references: Sequence[str]) -> int:
        """Take back nothing: what stands on a terminal stays there."""
        del address
        return len(references)

    async def acknowledge(self, callback: str) -> None:
        """Do nothing: a terminal waits for no acknowledgement."""

    async def check(self) -> None:
        """Do nothing: a terminal is there."""

    def read(self, line: str) -> Content:
        """Understand a typed line: the number or label of a key taps it, degrees share a place that is asked for."""
        self._is_waiting = False
        position = _POSITION.fullmatch(line) if self._ask is Ask.PLACE else None
        if position:
            return Place(float(position[1]), float(position[2]))
        key = self._find_key(line.strip())
        return Tap(key.token) if key else Text(line)

    def prompt(self) -> None:
        """Show that it is the person's turn, where somebody sits in front of it."""
        if self._is_terminal:
            self._is_waiting = True
            self._print(_PROMPT)

    def _find_key(self, typed: str) -> Key | None:
        named = [key for key in self._keys if key.label.casefold() == typed.casefold()]
        if named:
            return named[0]
        # Where words are asked for, a number is an answer of its own.
        is_number = typed.isascii() and typed.isdecimal() and self._ask is not Ask.TEXT
        number = int(typed) if is_number and len(typed) <= len(str(LIMITS.keys)) else 0
        return self._keys[number - 1] if 1 <= number <= len(self._keys) else None

    def _emphasise(self, text: str) -> str:
        return f"\x1b[1m{text}\x1b[0m" if self._is_terminal else text

    def _print(self, text: str) -> None:
        self._output.write(text)
        self._output.flush()


async def talk(
    channel: TerminalChannel, receive: Receive, deliver: Callable[[], Awaitable[None]], source: int, address: str
) -> None:
    """Hold a conversation until the input ends.

    `source`: file descriptor to read lines from.  `deliver`: returns when everything that is due has been sent, so
    that each line is answered before the next is taken.  `address`: of the conversation; a known one goes on.
    A line that ends with a backslash goes on in the next one.
    """
    await _hand_over(receive, deliver, address, Start())
    channel.prompt()
    async for line in _read_messages(source):
        if line.strip():
            await _hand_over(receive, deliver, address, channel.read(line))
        channel.prompt()


async def _hand_over(receive: Receive, deliver: Callable[[], Awaitable[None]], address: str, content: Content) -> None:
    # Nothing is delivered twice here, so each line only needs an id that no other has.
    await receive(Incoming(TERMINAL, address, os.urandom(16).hex(), content))
    await deliver()


async def _read_messages(source: int) -> AsyncIterator[str]:
    lines: asyncio.Queue[str | None] = asyncio.Queue()
    loop = asyncio.get_running_loop()

    def read() -> None:
        # The conversation may have been broken off while this thread was waiting for a line.
        with contextlib.suppress(RuntimeError):
            for line in _read_lines(source):
                loop.call_soon_threadsafe(lines.put_nowait, line)
            loop.call_soon_threadsafe(lines.put_nowait, None)

    # A thread of its own, because neither a waiting read nor the end of the process may hold up the other.
    threading.Thread(target=read, daemon=True).start()
    begun = ""
    while (line := await lines.get()) is not None:
        if line.endswith("\\"):
            begun += line[:-1] + "\n"
        else:
            yield begun + line
            begun = ""
    if begun:
        yield begun


def _read_lines(source: int) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    begun = ""
    while chunk := os.read(source, _CHUNK_BYTES):
        *whole, begun = (begun + decoder.decode(chunk)).split("\n")
        yield from (line.removesuffix("\r") for line in whole)
    if begun:
        yield begun


def _label(key: Key) -> str:
    return f"✓ {_show(key.label)}" if key.picked else _show(key.label)


def _show(text: str) -> str:
    """Take out what would command the terminal instead of being read."""
    return "".join(char if char in "\n\t" or unicodedata.category(char) != "Cc" else "\ufffd" for char in text)
