"""A Bot API and the service itself, in both ways of receiving."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.botapi.control import BotApi
from tests.botapi.fixtures import bot_api
from tests.end_to_end.telegram_process import MODES, TelegramProcess, install

__all__ = ["bot_api"]


@pytest_asyncio.fixture(params=MODES)
async def service(request: pytest.FixtureRequest, tmp_path: Path, bot_api: BotApi) -> AsyncIterator[TelegramProcess]:
    """Give the running service, once polling and once behind a webhook; it must end well."""
    process = install(tmp_path / "singgah", bot_api, request.param)
    await process.start()
    yield process
    assert await process.stop() == 0, process.errors_file.read_text()


@pytest_asyncio.fixture
async def polling(tmp_path: Path, bot_api: BotApi) -> AsyncIterator[TelegramProcess]:
    """Give the running service, polling, for what does not depend on how updates come."""
    process = install(tmp_path / "singgah", bot_api)
    await process.start()
    yield process
    assert await process.stop() == 0, process.errors_file.read_text()
