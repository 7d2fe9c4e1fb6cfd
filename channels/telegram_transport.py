"""How calls reach Telegram: with limits of time and size, and errors of our own for everything that goes wrong."""

import asyncio
from collections.abc import AsyncIterator, Awaitable
from typing import Final, TypeVar

import httpx
from telegram.error import TelegramError
from telegram.request import HTTPXRequest

from bot.ports import ChannelError, Uncertain
from channels.telegram_errors import judge_answer, name_failure

T = TypeVar("T")

#: A hundred updates of the longest kind are far shorter; what is longer is no answer of Telegram's.
LARGEST_ANSWER_BYTES: Final = 16 * 1_048_576
#: An answer that comes byte by byte keeps every step of a call within its time, but not the call.
_STEPS: Final = 4


def make_request(connections: int, timeout_seconds: float) -> HTTPXRequest:
    """Make a pool of connections that follows no redirect, asks no proxy and reads no answer without end.

    `timeout_seconds` for each step of a call.
    """
    return HTTPXRequest(
        connections,
        read_timeout=timeout_seconds,
        write_timeout=timeout_seconds,
        connect_timeout=timeout_seconds,
        pool_timeout=timeout_seconds,
        httpx_kwargs={
            "trust_env": False,
            "transport": _Bounded(limits=httpx.Limits(max_connections=connections), trust_env=False),
            # A short answer that unpacks to a long one would pass the limit.
            "headers": {"Accept-Encoding": "identity"},
            "event_hooks": {"response": [judge_answer]},
        },
    )


def allow_seconds(timeout_seconds: float, wait_seconds: float = 0) -> float:
    """Say how long a whole call may take whose steps may take so long, and which may wait so long for something."""
    return wait_seconds + _STEPS * timeout_seconds


async def call(calling: Awaitable[T], seconds: float) -> T:
    """Wait for an answer of Telegram's and raise only errors of our own, without the library's behind them.

    Raises Uncertain when it takes longer than `seconds`.
    """
    failure: ChannelError
    try:
        async with asyncio.timeout(seconds):
            return await calling
    except TelegramError as error:
        failure = name_failure(error)
    except (ArithmeticError, AttributeError, LookupError, RecursionError, TimeoutError, TypeError, ValueError) as error:
        # The call succeeded, but what came back is not what the library expects, or did not end.
        failure = Uncertain(type(error).__name__)
    raise failure


class _Bounded(httpx.AsyncHTTPTransport):
    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        response = await super().handle_async_request(request)
        if response.headers.get("Content-Encoding", "identity") != "identity":
            await response.aclose()
            raise httpx.RemoteProtocolError("packed, which was not asked for")
        if isinstance(response.stream, httpx.AsyncByteStream):
            response.stream = _BoundedStream(response.stream)
        return response


class _BoundedStream(httpx.AsyncByteStream):
    def __init__(self, stream: httpx.AsyncByteStream) -> None:
        self._stream = stream

    async def __aiter__(self) -> AsyncIterator[bytes]:
        left = LARGEST_ANSWER_BYTES
        async for chunk in self._stream:
            left -= len(chunk)
            if left < 0:
                raise httpx.ReadError("longer than any answer of Telegram's")
            yield chunk

    async def aclose(self) -> None:
        await self._stream.aclose()
