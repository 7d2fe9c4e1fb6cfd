"""Updates that Telegram delivers to us: who may, what is stored before the answer, and what is repeated."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import httpx
import pytest
import pytest_asyncio
from starlette.applications import Starlette

from bot.ports import ChannelError, Incoming, Text
from channels.telegram import TelegramChannel, Webhook
from channels.telegram_errors import NotTaken, UnreadableUpdate
from channels.telegram_profile import Profile
from channels.telegram_webhook import PATH, telegram_route
from tests.botapi.control import BotApi
from tests.botapi.people import Person
from tests.botapi.server import serve

SECRET = "invented-for-this-test"
HEADER = "X-Telegram-Bot-Api-Secret-Token"
CHAT = {"id": 700_000_001, "type": "private", "first_name": "Contoh"}
UPDATE = json.dumps({"update_id": 5, "message": {"message_id": 1, "date": 1, "chat": CHAT, "text": "halo"}}).encode()


@dataclass(slots=True)
class Hook:
    """Our webhook on loopback, with what it stored and reported."""

    url: str = ""
    taken: list[Incoming] = field(default_factory=list)
    reports: list[ChannelError] = field(default_factory=list)
    stumbles: int = 0
    body_limit: int = 2000

    async def receive(self, incoming: Incoming) -> None:
        """Store it, or raise as often as a test wants."""
        if self.stumbles:
            self.stumbles -= 1
            raise OSError
        self.taken.append(incoming)

    async def post(self, body: bytes, secret: str | None = SECRET) -> int:
        """Post as Telegram does; return the status."""
        headers = {} if secret is None else {HEADER: secret}
        async with httpx.AsyncClient(trust_env=False) as client:
            return (await client.post(self.url, content=body, headers=headers)).status_code


@pytest_asyncio.fixture
async def hook() -> AsyncIterator[Hook]:
    opened = Hook()
    route = telegram_route(SECRET, opened.receive, opened.reports.append, opened.body_limit)
    listener = await serve(Starlette(routes=[route]))
    opened.url = f"http://127.0.0.1:{listener.port}{PATH}"
    yield opened
    await listener.close()


async def test_a_delivery_with_the_secret_is_stored_and_answered(hook: Hook) -> None:
    assert await hook.post(UPDATE) == 200
    assert [incoming.content for incoming in hook.taken] == [Text("halo")]


@pytest.mark.parametrize("secret", [None, "", "wrong", SECRET[:-1], SECRET + "x", SECRET.upper(), "\u00fcber"])
async def test_a_forged_delivery_is_refused(hook: Hook, secret: str | None) -> None:
    headers = [] if secret is None else [(HEADER.encode(), secret.encode("latin-1"))]
    async with httpx.AsyncClient(trust_env=False) as client:
        assert (await client.post(hook.url, content=UPDATE, headers=headers)).status_code == 401
    assert hook.taken == []
    assert hook.reports == []


async def test_a_forger_is_refused_before_the_body_is_read(hook: Hook) -> None:
    url = httpx.URL(hook.url)
    reader, writer = await asyncio.open_connection(url.host, url.port)
    writer.write(f"POST {url.path} HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n".encode())
    async with asyncio.timeout(5):
        assert b" 401 " in await reader.readline()
    writer.close()
    await writer.wait_closed()


async def test_a_body_that_is_too_long_is_refused(hook: Hook) -> None:
    assert await hook.post(b" " * (hook.body_limit + 1)) == 413
    assert await hook.post(UPDATE.ljust(hook.body_limit)) == 200
    assert len(hook.taken) == 1


@pytest.mark.parametrize("body", [b"", b"not json", b"{}", b'{"update_id":5,"message":7}', b"[" * 1500])
async def test_what_cannot_be_read_is_counted_and_never_asked_for_again(hook: Hook, body: bytes) -> None:
    assert await hook.post(body) == 200
    assert [type(report) for report in hook.reports] == [UnreadableUpdate]


async def test_what_needs_no_reaction_is_answered(hook: Hook) -> None:
    assert await hook.post(b'{"update_id":5,"poll":{}}') == 200
    assert hook.taken == []
    assert hook.reports == []


async def test_only_posting_is_possible(hook: Hook) -> None:
    async with httpx.AsyncClient(trust_env=False) as client:
        assert (await client.get(hook.url, headers={HEADER: SECRET})).status_code == 405


async def test_what_could_not_be_stored_is_delivered_again_and_nothing_is_lost(
    hook: Hook, bot_api: BotApi, channel: TelegramChannel, person: Person
) -> None:
    hook.stumbles = 2
    await channel.set_up(Profile({"mulai": "Mulai"}, "Contoh.", "Contoh."), Webhook(hook.url, SECRET))
    bot_api.inject_raw({"message": 5})
    await person.send("halo")
    await bot_api.wait_until_idle()
    assert len(hook.taken) == 2
    assert hook.taken[-1].content == Text("halo")
    assert [type(report) for report in hook.reports] == [NotTaken, NotTaken, UnreadableUpdate]
    assert [delivery.status for delivery in bot_api.deliveries] == [503, 503, 200, 200, 200]


def test_an_empty_secret_is_refused_with_its_remedy() -> None:
    async def receive(_: Incoming) -> None: ...

    with pytest.raises(ValueError, match="webhook_secret_file"):
        telegram_route("", receive, lambda _: None)
