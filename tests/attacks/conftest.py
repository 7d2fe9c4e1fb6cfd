"""The real service with a loopback Bot API, as the end-to-end tests start it, and one with its everyday limits."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from tests.botapi.control import BotApi
from tests.botapi.fixtures import bot_api
from tests.end_to_end.conftest import polling
from tests.end_to_end.telegram_process import TelegramProcess, install
from tests.storage.conftest import sqlite_stores

__all__ = ["bot_api", "polling", "sqlite_stores"]

_GENEROUS = "messages_per_minute = 100000"


@pytest_asyncio.fixture
async def guarded(tmp_path: Path, bot_api: BotApi) -> AsyncIterator[TelegramProcess]:
    """Give the running service with the limits every installation has."""
    process = install(tmp_path / "singgah", bot_api)
    settings = process.config_file.read_text()
    assert _GENEROUS in settings
    process.config_file.write_text(settings.replace(_GENEROUS, ""))
    await process.start()
    yield process
    assert await process.stop() == 0, process.errors_file.read_text()


@pytest_asyncio.fixture
async def hooked(tmp_path: Path, bot_api: BotApi) -> AsyncIterator[TelegramProcess]:
    """Give the running service behind a webhook."""
    process = install(tmp_path / "singgah", bot_api, "webhook")
    await process.start()
    yield process
    assert await process.stop() == 0, process.errors_file.read_text()
