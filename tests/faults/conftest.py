"""A Bot API, and the real program on a disk that can fail."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.botapi.control import BotApi
from tests.botapi.fixtures import bot_api
from tests.end_to_end.conftest import polling
from tests.end_to_end.telegram_process import TelegramProcess, install
from tests.faults.disks import FailingDisk, make_failing_disk, small_disk
from tests.faults.twice import House, open_twice
from tests.storage.conftest import postgresql_stores
from tests.surroundings.stores import NewStores

__all__ = ["bot_api", "polling", "postgresql_stores"]


@pytest.fixture(scope="session")
def failing_disk(tmp_path_factory: pytest.TempPathFactory) -> FailingDisk:
    """Compile the shim once."""
    made = make_failing_disk(tmp_path_factory.mktemp("shim"))
    if made is None:
        pytest.skip("needs a C compiler")
    return made


@pytest_asyncio.fixture
async def on_failing_disk(tmp_path: Path, bot_api: BotApi, failing_disk: FailingDisk) -> AsyncIterator[TelegramProcess]:
    """Give the program behind a webhook, on a disk that can fail; it must end well."""
    process = install(tmp_path / "singgah", bot_api, "webhook")
    process.environment.update(failing_disk.environment)
    await process.start()
    yield process
    assert await process.stop() == 0, process.errors_file.read_text()


@pytest.fixture
def small_folder(tmp_path: Path) -> Iterator[Path]:
    """Give a folder that is a disk of its own."""
    with small_disk(tmp_path / "small") as is_mounted:
        if not is_mounted:
            pytest.skip("this account may not mount a disk")
        yield tmp_path / "small"


@pytest_asyncio.fixture
async def on_small_disk(tmp_path: Path, small_folder: Path, bot_api: BotApi) -> AsyncIterator[TelegramProcess]:
    """Give the program, polling, with its data on a small disk; it must end well."""
    process = install(tmp_path / "singgah", bot_api, "polling", f'[storage]\ndata_dir = "{small_folder}"\n')
    await process.start()
    yield process
    assert await process.stop() == 0, process.errors_file.read_text()


@pytest_asyncio.fixture
async def house(tmp_path: Path, new_postgresql_stores: NewStores) -> AsyncIterator[House]:
    """Open a new house as two processes do."""
    async with open_twice(tmp_path, *new_postgresql_stores()) as opened:
        yield opened
