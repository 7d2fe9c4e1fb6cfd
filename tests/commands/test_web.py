"""One application for everything a process serves, in which what a platform posts takes the shortest way."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import msgspec
import pytest_asyncio
from httpx import ASGITransport, AsyncClient

from channels.telegram_webhook import PATH
from commands.web import build_app
from tests.worlds import config_in, open_test_bed

SECRET = "rahasia-karangan"
HEADER = "X-Telegram-Bot-Api-Secret-Token"
UPDATE = b'{"update_id":1,"message":{"message_id":1,"date":1,"chat":{"id":7,"type":"private"},"text":"halo"}}'


@pytest_asyncio.fixture
async def client(tmp_path: Path, new_sqlite: Callable[[], str]) -> AsyncIterator[AsyncClient]:
    """Ask an application that Telegram delivers to."""
    file = tmp_path / "secret"
    file.touch(mode=0o600)
    file.write_text(SECRET, encoding="ascii")
    config = config_in(tmp_path, new_sqlite())
    telegram = msgspec.structs.replace(config.channels.telegram, mode="webhook", webhook_secret_file=file)
    config = msgspec.structs.replace(config, channels=msgspec.structs.replace(config.channels, telegram=telegram))
    async with open_test_bed(config) as bed:
        transport = ASGITransport(build_app(bed.world, bed.receiver))
        async with AsyncClient(transport=transport, base_url="http://singgah.test") as asking:
            yield asking


async def test_what_telegram_posts_is_taken_once_it_shows_the_secret(client: AsyncClient) -> None:
    assert (await client.post(PATH, content=UPDATE, headers={HEADER: SECRET})).status_code == 200
    assert (await client.post(PATH, content=UPDATE, headers={HEADER: "karangan"})).status_code == 401
    assert (await client.post(PATH, content=UPDATE)).status_code == 401


async def test_whoever_looks_at_the_webhook_finds_nothing_and_no_way_in(client: AsyncClient) -> None:
    answers = [await client.get(PATH), await client.put(PATH), await client.post(f"{PATH}/"), await client.get("/hook")]

    assert [answer.status_code for answer in answers] == [405, 405, 404, 404]
    assert {answer.headers["x-content-type-options"] for answer in answers} == {"nosniff"}


async def test_health_is_told_beside_the_webhook(client: AsyncClient) -> None:
    assert (await client.get("/healthz")).text == "alive"
