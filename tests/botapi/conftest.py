"""A Bot API, a bot that talks to it through python-telegram-bot, and a place for its webhook."""

from collections.abc import AsyncIterator

import pytest_asyncio
import telegram
from telegram.request import HTTPXRequest

from tests.botapi.control import BotApi
from tests.botapi.fixtures import bot_api
from tests.botapi.receiver import Receiver

__all__ = ["bot_api"]


@pytest_asyncio.fixture
async def bot(bot_api: BotApi) -> AsyncIterator[telegram.Bot]:
    """Give python-telegram-bot's own client, connected to the loopback Bot API."""
    # No certificates on loopback: loading them takes longer than most of these tests.
    settings = {"trust_env": False, "verify": False}
    polling, calling = (HTTPXRequest(8, read_timeout=5.0, httpx_kwargs=settings) for _ in range(2))
    client = telegram.Bot(
        bot_api.token,
        base_url=bot_api.base_url,
        base_file_url=bot_api.base_file_url,
        request=calling,
        get_updates_request=polling,
    )
    async with client:
        yield client


@pytest_asyncio.fixture
async def receiver() -> AsyncIterator[Receiver]:
    """Give an HTTP endpoint that a webhook can point to."""
    opened = await Receiver.open()
    try:
        yield opened
    finally:
        await opened.close()
