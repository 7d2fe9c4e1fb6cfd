"""Wait until something that is looked at again and again becomes so."""

import asyncio
from collections.abc import Awaitable, Callable
from http import HTTPStatus

import httpx

from tests.botapi.control import BotApi
from tests.end_to_end.telegram_process import TelegramProcess
from tests.surroundings.network import TRUSTING_NOBODY

_LOOK_SECONDS = 0.05
_PATIENCE_SECONDS = 20.0


async def until(is_so: Callable[[], Awaitable[bool]], seconds: float = _PATIENCE_SECONDS) -> None:
    """Look until it is so, at most so long."""
    async with asyncio.timeout(seconds):
        while not await is_so():  # noqa: ASYNC110 - what is looked at is another process
            await asyncio.sleep(_LOOK_SECONDS)


async def get(service: TelegramProcess, path: str) -> httpx.Response:
    """Ask a running service."""
    async with httpx.AsyncClient(trust_env=False, verify=TRUSTING_NOBODY, timeout=_PATIENCE_SECONDS) as client:
        return await client.get(f"{service.url}{path}")


async def until_ready(service: TelegramProcess, status: HTTPStatus) -> None:
    """Wait until /readyz says so."""

    async def look() -> bool:
        return (await get(service, "/readyz")).status_code == status

    await until(look)


async def until_refused(bot_api: BotApi, earlier: int) -> None:
    """Wait until the webhook has answered 503 to one of the deliveries after so many."""

    async def look() -> bool:
        return any(one.status == HTTPStatus.SERVICE_UNAVAILABLE for one in bot_api.deliveries[earlier:])

    await until(look)
