"""A Bot API without a network: python-telegram-bot asks, and the answer is there at once."""

import asyncio
import json
from collections import defaultdict
from itertools import count
from typing import ClassVar

from telegram.request import BaseRequest, RequestData

from bench.intake import sent_message


class NullTransport(BaseRequest):
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

    @property
    def read_timeout(self) -> float | None:
        """Never wait."""
        return None

    async def initialize(self) -> None:
        """Open nothing."""

    async def shutdown(self) -> None:
        """Close nothing."""

    async def do_request(
        self, url: str, method: str, request_data: RequestData | None = None, *_timeouts: object, **_more: object
    ) -> tuple[int, bytes]:
        """Answer as the Bot API does."""
        del method
        call = url.rpartition("/")[2]
        if call == "getMe":
            return 200, b'{"ok":true,"result":{"id":7,"is_bot":true,"first_name":"Bench","username":"bench_bot"}}'
        if call not in self._ANSWERING_MESSAGE or request_data is None:
            return 200, b'{"ok":true,"result":true}'
        chat = int(request_data.json_parameters["chat_id"])
        self.sent += 1
        self._written[chat].set()
        return 200, json.dumps({"ok": True, "result": sent_message(chat, next(self._numbers))}).encode()
