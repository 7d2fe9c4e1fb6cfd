"""Telegram goes on whatever happens, says when it does not, and is connected where it was asked for."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner
from httpx import ASGITransport, AsyncClient

from channels.telegram import TelegramChannel
from channels.telegram_errors import TokenRejected
from channels.telegram_polling import Pace
from commands.settings import load_config
from commands.telegram import connect, converse
from commands.web import build_app
from tests.botapi.control import BotApi
from tests.botapi.fixtures import bot_api
from tests.worlds import TestBed, config_in, open_test_bed

__all__ = ["bot_api"]

QUICK = Pace(wait=1, first_pause=0.02, longest_pause=0.05, conflict_pause=0.02)


class StumblingChannel(TelegramChannel):
    """The real channel, whose next fetches end as nobody foresaw."""

    stumbles = 0
    refusals = 0

    async def fetch_updates(self, position: int | None, wait_seconds: int) -> bytes:
        """Fetch updates, or stumble."""
        if self.stumbles:
            self.stumbles -= 1
            raise ZeroDivisionError
        if self.refusals:
            self.refusals -= 1
            raise TokenRejected
        return await super().fetch_updates(position, wait_seconds)


@dataclass(slots=True)
class Running:
    """A world that polls the loopback Bot API."""

    bed: TestBed
    channel: StumblingChannel
    ended: asyncio.Future[None]
    talking: asyncio.Task[None]

    async def state(self) -> object:
        """Ask the service how Telegram does."""
        app = build_app(self.bed.world, self.bed.receiver)
        async with AsyncClient(transport=ASGITransport(app), base_url="http://singgah.test") as client:
            answer = await client.get("/readyz")
        assert answer.status_code == 200
        return answer.json().get("telegram")

    async def until(self, state: str) -> None:
        """Wait until Telegram does as named."""
        async with asyncio.timeout(20):
            while await self.state() != state:  # noqa: ASYNC110 - nobody announces it
                await asyncio.sleep(0.01)


@contextlib.asynccontextmanager
async def _running(folder: Path, database: str, bot_api: BotApi, stumbles: int = 0) -> AsyncIterator[Running]:
    config = config_in(folder, database)
    connected = msgspec.structs.replace(config.channels.telegram, token_file=folder / "token")
    config = msgspec.structs.replace(config, channels=msgspec.structs.replace(config.channels, telegram=connected))
    channel = StumblingChannel(bot_api.token, base_url=bot_api.base_url)
    channel.stumbles = stumbles
    stop, ended = asyncio.Event(), asyncio.get_running_loop().create_future()
    async with open_test_bed(config) as bed:
        talking = asyncio.create_task(converse(bed.world, channel, bed.receiver, stop, ended, QUICK))
        try:
            yield Running(bed, channel, ended, talking)
        finally:
            stop.set()
            await talking
            await channel.close()


async def test_polling_begins_again_after_an_error_nobody_foresaw(
    tmp_path: Path, new_sqlite: Callable[[], str], bot_api: BotApi
) -> None:
    person = bot_api.person("Contoh")
    async with _running(tmp_path, new_sqlite(), bot_api, stumbles=3) as running:
        await person.start()
        async with asyncio.timeout(20):
            while not running.bed.heard(str(person.chat_id)):
                await running.bed.flush()
                await asyncio.sleep(0.01)

        await running.until("receiving")
        assert running.channel.stumbles == 0
        assert not running.ended.done()


async def test_readiness_names_the_trouble_while_nothing_is_received(
    tmp_path: Path, new_sqlite: Callable[[], str], bot_api: BotApi
) -> None:
    async with _running(tmp_path, new_sqlite(), bot_api) as running:
        await running.until("receiving")

        running.channel.stumbles = 1_000_000
        await running.until("trouble")
        running.channel.stumbles = 0
        await running.until("receiving")


async def test_a_token_refused_at_the_start_ends_the_service_and_later_it_does_not(
    tmp_path: Path, new_sqlite: Callable[[], str], bot_api: BotApi
) -> None:
    async with _running(tmp_path, new_sqlite(), bot_api) as running:
        await running.until("receiving")
        running.channel.refusals = 2
        await running.until("trouble")
        await running.until("receiving")
        assert not running.ended.done()

    bot_api.fault("*", 401)
    (tmp_path / "second").mkdir()
    async with _running(tmp_path / "second", new_sqlite(), bot_api) as running:
        with pytest.raises(TokenRejected):
            await asyncio.wait_for(running.ended, 20)


@pytest.mark.parametrize("inside", [True, False])
def test_the_bot_is_written_into_the_settings_that_were_named(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    inside: bool,  # noqa: FBT001 - a parameter
) -> None:
    checked: list[str] = []

    async def check(channel: TelegramChannel) -> str:
        checked.append(channel.name)
        return "contoh_bot"

    monkeypatch.setattr(TelegramChannel, "check", check)
    here, there = tmp_path / "here", tmp_path / "there"
    here.mkdir()
    there.mkdir()
    monkeypatch.chdir(here)
    keys = "keys" if inside else str(tmp_path / "keys")
    settings = Path("../there/other.toml")
    settings.write_text(f'[keys]\ndir = "{keys}"\n')
    (tmp_path / "pasted").write_text("42:contoh\n")

    done = CliRunner().invoke(
        connect, ["telegram", "--config", str(settings), "--token-file", str(tmp_path / "pasted")]
    )

    assert done.exit_code == 0, done.output
    assert checked == ["telegram"]
    assert list(here.iterdir()) == []
    token_file = load_config(settings).channels.telegram.token_file
    assert token_file is not None
    assert token_file.read_text() == "42:contoh\n"
