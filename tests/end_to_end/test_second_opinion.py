"""A whole intake on the emulator of somebody else, who reads the Bot API independently of us.

It lives in this process, knows one private chat, and has no getUpdates, webhook, location, deleteMessages, 403 or 429:
it tells whether what we send can be sent and what a person does can be read, and nothing about delivery.
"""

import json
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import pytest_asyncio
from telegram import Update
from telegram.ext import ContextTypes, TypeHandler
from telegram.request import BaseRequest, RequestData
from telegram.request._requestparameter import RequestParameter

from channels.telegram import TelegramChannel
from channels.telegram_rates import Rates
from channels.telegram_reading import Answer
from channels.telegram_updates import read_update
from handlers.house.opening import open_world
from handlers.receiving.receive import Receiver
from handlers.sending.deliver import Sender
from handlers.world import World
from tests.end_to_end.people import INTAKE_ID, Step
from tests.worlds import HandClock, config_in, real_house

if TYPE_CHECKING:
    from bot.ports import ChannelName

pytestmark = pytest.mark.skipif(
    sys.version_info < (3, 12),
    reason="tg-auto-test, the second opinion on Telegram, needs Python 3.12 or newer; run: make test PYTHON=python3.12",
)


async def test_an_intake_reads_the_same_on_an_emulator_of_somebody_else(client: Any) -> None:  # noqa: ANN401 - carries no types
    async with client.conversation("the one chat there is") as conversation:
        seen: list[Any] = []
        for step in INTAKE_ID:
            if step.tap:
                await _find_message(seen, step.send).click(text=step.send)
            else:
                await conversation.send_message(step.send)
            await _read_until(conversation, step, seen)

    card = next(message.text for message in seen if "Ini yang akan dilihat konselor" in message.text)
    assert "• Zat: Sabu atau ekstasi, Ganja atau sinte" in card
    assert "• Usia: 25-34 tahun" in card


@pytest_asyncio.fixture
async def client(tmp_path: Path) -> AsyncIterator[Any]:
    """Give the emulator's client, whose bot is our channel, receiver and sender."""
    from tg_auto_test.test_utils.serverless_telegram_client import ServerlessTelegramClient  # noqa: PLC0415 - 3.12

    channels: dict[ChannelName, TelegramChannel] = {}
    async with open_world(config_in(tmp_path), channels, HandClock(), real_house()) as world:

        def build(builder: Any) -> Any:  # noqa: ANN401 - the library's builder has six type parameters
            application = builder.build()
            bridge = _Bridge(application.bot.request)
            channel = TelegramChannel(application.bot.token, rates=Rates(10_000, 10_000, 10_000), server=bridge)
            channels[channel.name] = channel
            application.add_handler(TypeHandler(Update, _make_handler(world)))
            return application

        emulated = ServerlessTelegramClient(build)
        await emulated.connect()
        yield emulated
        await emulated.disconnect()


class _Bridge:
    """Has our calls answered by what stands in for the library's own connections."""

    def __init__(self, request: BaseRequest) -> None:
        self._request = request

    async def ask(self, path: str, body: bytes, *, wait_seconds: float = 0.0, kind: str = "") -> Answer:
        del wait_seconds, kind
        given = RequestData([RequestParameter.from_input(name, value) for name, value in json.loads(body).items()])
        try:
            return Answer(*await self._request.do_request(f"https://api.telegram.org/bot{path}", "POST", given))
        except AssertionError:  # a method it does not know
            return Answer(400, b'{"ok":false,"error_code":400,"description":"Bad Request"}')

    async def close(self) -> None:
        await self._request.shutdown()


def _make_handler(world: World) -> Any:  # noqa: ANN401 - of the library's own shape
    receiver, sender = Receiver(world), Sender(world)

    async def take(update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
        incoming = read_update(update.to_json().encode()).incoming
        assert incoming is not None
        await receiver.receive(incoming)
        while await sender.send_due():
            pass

    return take


async def _read_until(conversation: Any, step: Step, seen: list[Any]) -> None:  # noqa: ANN401 - carries no types
    while True:
        message = await conversation.get_response(timeout=10)
        seen.append(message)
        if step.then in message.text:
            return


def _find_message(seen: list[Any], label: str) -> Any:  # noqa: ANN401 - carries no types
    for message in reversed(seen):
        if any(button.text == label for row in message.buttons or () for button in row):
            return message
    raise AssertionError(f"no button {label!r}")
