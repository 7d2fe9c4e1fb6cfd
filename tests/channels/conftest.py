"""The ends of each channel, and a Telegram of the test's own."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from channels.telegram import TelegramChannel
from tests.botapi.control import BotApi
from tests.botapi.fixtures import bot_api
from tests.botapi.people import Person
from tests.channels.ends import OPENERS, Ends

__all__ = ["bot_api"]


@pytest_asyncio.fixture(params=OPENERS)
async def ends(request: pytest.FixtureRequest) -> AsyncIterator[Ends]:
    """Give both ends of a channel; what is asked of all of them is asked once for each."""
    async with OPENERS[request.param]() as opened:
        yield opened


@pytest_asyncio.fixture
async def channel(bot_api: BotApi) -> AsyncIterator[TelegramChannel]:
    """Give the Telegram channel, connected to the loopback Bot API."""
    opened = TelegramChannel(bot_api.token, base_url=bot_api.base_url)
    yield opened
    await opened.close()


@pytest_asyncio.fixture
async def person(bot_api: BotApi) -> Person:
    """Give somebody who has pressed Start; that update is still pending."""
    somebody = bot_api.person("Contoh")
    await somebody.start()
    return somebody
