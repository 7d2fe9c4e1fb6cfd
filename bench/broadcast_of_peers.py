"""Broadcasts as the peers send them: the limiter of python-telegram-bot as it comes and tuned, and aiolimiter."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from math import ceil
from typing import Any

from aiolimiter import AsyncLimiter  # type: ignore[import-not-found] # bench.peers installs it
from telegram.error import RetryAfter, TelegramError
from telegram.ext import AIORateLimiter, ExtBot
from telegram.request import RequestData

from bench.intake import REPLY, sent_message
from bench.limiters import LIMIT, Platform
from bench.null_transport import WithoutNetwork

_MOST_RETRIES = 20

#: Sends one message to a chat; returns when it has arrived or is given up.
Send = Callable[[int], Awaitable[None]]


async def send_with_ptb(platform: Platform, _jitter: float) -> Send:
    """Open ExtBot with AIORateLimiter as it comes."""
    return await _open_bot(platform, AIORateLimiter(overall_max_rate=LIMIT))


async def send_with_tuned_ptb(platform: Platform, jitter: float) -> Send:
    """Open it as well tuned as it can be: no bursts, the jitter known beforehand, refusals repeated."""
    interval = (1 + jitter) / (LIMIT * 0.99)
    limiter = AIORateLimiter(overall_max_rate=1, overall_time_period=interval, max_retries=_MOST_RETRIES)
    return await _open_bot(platform, limiter)


async def send_with_aiolimiter(platform: Platform, _jitter: float) -> Send:
    """Let aiolimiter give a second's worth each second; what is refused asks again later."""
    return _limited(platform, AsyncLimiter(LIMIT, 1))


async def send_with_even_aiolimiter(platform: Platform, _jitter: float) -> Send:
    """Let aiolimiter give one at a time."""
    return _limited(platform, AsyncLimiter(1, 1 / LIMIT))


#: In the order in which they are printed.
WAYS_TO_SEND = (send_with_ptb, send_with_tuned_ptb, send_with_aiolimiter, send_with_even_aiolimiter)


def _limited(platform: Platform, limiter: AsyncLimiter) -> Send:
    async def send(chat: int) -> None:
        while True:
            async with limiter:
                wait = await platform.send(chat)
            if not wait:
                return
            await asyncio.sleep(ceil(wait))

    return send


async def _open_bot(platform: Platform, limiter: AIORateLimiter) -> Send:
    way = _Way(platform)
    bot: ExtBot[Any] = ExtBot("7:bench", request=way, get_updates_request=way, rate_limiter=limiter)
    await bot.initialize()

    async def send(chat: int) -> None:
        try:
            await bot.send_message(chat, REPLY)
        except RetryAfter:
            return  # given up, as whoever does not catch it would
        except TelegramError as error:
            raise SystemExit(f"the bench is broken: {error}") from error

    return send


class _Way(WithoutNetwork):
    """From python-telegram-bot to the platform."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform

    async def do_request(
        self, url: str, method: str, request_data: RequestData | None = None, *_timeouts: object, **_more: object
    ) -> tuple[int, bytes]:
        """Carry a message; anything else is answered at once."""
        del method
        if not url.endswith("/sendMessage") or request_data is None:
            return 200, b'{"ok":true,"result":{"id":7,"is_bot":true,"first_name":"Bench","username":"bench_bot"}}'
        chat = int(request_data.json_parameters["chat_id"])
        wait = await self._platform.send(chat)
        if wait:
            refusal = {"ok": False, "error_code": 429, "parameters": {"retry_after": ceil(wait)}}
            return 429, json.dumps(refusal).encode()
        return 200, json.dumps({"ok": True, "result": sent_message(chat, len(self._platform.at))}).encode()
