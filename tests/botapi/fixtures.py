"""The `bot_api` fixture: a running server, stopped and judged at the end of the test."""

from collections.abc import AsyncIterator

import pytest_asyncio

from tests.botapi.control import BotApi


@pytest_asyncio.fixture
async def bot_api() -> AsyncIterator[BotApi]:
    """Give a Bot API of the test's own; a call it should not have seen fails the test at its end."""
    api = await BotApi.start()
    try:
        yield api
    finally:
        await api.stop()
    api.check()
