"""T19: somebody with the bot's token points Telegram at themselves, and it is noticed, said and taken back."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import httpx
import msgspec

from channels.telegram import TelegramChannel
from channels.telegram_polling import DEFAULT_PACE, Pace
from commands.telegram import converse
from tests.botapi.control import BotApi
from tests.worlds import config_in, open_test_bed

_QUICK = Pace(wait=1, first_pause=0.02, longest_pause=0.05, conflict_pause=0.02, watch=0.05)
_FIVE_MINUTES_S = 300
_THEIRS = "http://127.0.0.1:9/hook"


async def test_a_webhook_of_somebody_else_is_noticed_within_five_minutes_and_taken_back(
    tmp_path: Path, new_sqlite: Callable[[], str], bot_api: BotApi
) -> None:
    config = config_in(tmp_path, new_sqlite())
    secret = tmp_path / "hook-secret"
    secret.touch(mode=0o600)
    secret.write_text("rahasia-contoh-karangan")
    telegram = msgspec.structs.replace(config.channels.telegram, mode="webhook", webhook_secret_file=secret)
    config = msgspec.structs.replace(config, channels=msgspec.structs.replace(config.channels, telegram=telegram))
    channel = TelegramChannel(bot_api.token, base_url=bot_api.base_url)
    stop, ended = asyncio.Event(), asyncio.get_running_loop().create_future()
    async with open_test_bed(config) as bed, httpx.AsyncClient(trust_env=False) as thief:
        talking = asyncio.create_task(converse(bed.world, channel, bed.receiver, stop, ended, _QUICK))
        await _until(lambda: "telegram" in bed.world.signals.receiving)
        ours = await channel.read_webhook_url()

        stolen = await thief.post(f"{bot_api.base_url}{bot_api.token}/setWebhook", data={"url": _THEIRS})
        assert stolen.status_code == 200, stolen.text
        assert await channel.read_webhook_url() == _THEIRS
        async with asyncio.timeout(10):
            while await channel.read_webhook_url() != ours:  # noqa: ASYNC110 - another program puts it back
                await asyncio.sleep(0.02)
        await _until(lambda: "telegram" in bed.world.signals.receiving)
        stop.set()
        await talking
        await channel.close()
    assert not ended.done()
    assert DEFAULT_PACE.watch + 2 * DEFAULT_PACE.first_pause < _FIVE_MINUTES_S


async def _until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not is_so():  # noqa: ASYNC110 - nobody announces it
            await asyncio.sleep(0.01)
