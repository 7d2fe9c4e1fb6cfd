"""A Bot API without a network: the answer is there at once."""

import asyncio
import json
from collections import defaultdict
from itertools import count
from typing import ClassVar

import msgspec

from bench.intake import sent_message
from channels.telegram_reading import Answer


class NullServer:
    """Answers every call; notes which chat has been written to."""

    _ANSWERING_MESSAGE: ClassVar = frozenset({"sendMessage", "editMessageText"})

    def __init__(self) -> None:
        """Start with nobody written to."""
        self.sent = 0
        self._written: defaultdict[int, asyncio.Event] = defaultdict(asyncio.Event)
        self._numbers = count(1)

    async def wait_for(self, chat: int) -> None:
        """Wait until a chat has been written to since this was asked last."""
        await asyncio.wait_for(self._written[chat].wait(), 60)
        self._written[chat].clear()

    async def ask(self, path: str, body: bytes, *, wait_seconds: float = 0, kind: str = "") -> Answer:
        """Answer a call of Singgah's."""
        del wait_seconds, kind
        chat = msgspec.json.decode(body, type=_Addressed).chat_id
        return Answer(200, self.answer(path.removeprefix("/"), chat))

    async def close(self) -> None:
        """Close nothing."""

    def answer(self, method: str, chat: int | None) -> bytes:
        """Answer as the Bot API does; `chat`: the one written to, None where there is none."""
        if method == "getMe":
            return b'{"ok":true,"result":{"id":7,"is_bot":true,"first_name":"Bench","username":"bench_bot"}}'
        if chat is None or method not in self._ANSWERING_MESSAGE:
            return b'{"ok":true,"result":true}'
        self.sent += 1
        self._written[chat].set()
        return json.dumps({"ok": True, "result": sent_message(chat, next(self._numbers))}).encode()


class _Addressed(msgspec.Struct):
    chat_id: int | None = None
