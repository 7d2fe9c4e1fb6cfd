"""A small bot and a person talk to the end, by polling and by webhook: the way end-to-end tests use this server."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable

import pytest
import telegram
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from tests.botapi.control import BotApi
from tests.botapi.server import serve

Running = Callable[[telegram.Bot], contextlib.AbstractAsyncContextManager[None]]


def _buttons(*labels: str) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup([[InlineKeyboardButton(label, callback_data=label)] for label in labels])


async def _react(bot: telegram.Bot, update: telegram.Update) -> None:
    query = update.callback_query
    if query and query.message:
        await bot.answer_callback_query(query.id)
        await bot.edit_message_text(f"kamu pilih {query.data}", query.from_user.id, query.message.message_id)
        await bot.send_message(query.from_user.id, "di mana kamu?")
    elif update.message and update.message.location:
        await bot.send_message(update.message.chat.id, "terdekat: <b>Contoh</b>", parse_mode="HTML")
    elif update.message:
        await bot.send_message(update.message.chat.id, "lanjut?", reply_markup=_buttons("Ya", "Tidak"))


@contextlib.asynccontextmanager
async def _polling(bot: telegram.Bot) -> AsyncIterator[None]:
    async def poll() -> None:
        offset = 0
        while True:
            for update in await bot.get_updates(offset=offset, timeout=10):
                await _react(bot, update)
                offset = update.update_id + 1

    task = asyncio.create_task(poll())
    yield
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


@contextlib.asynccontextmanager
async def _webhook(bot: telegram.Bot) -> AsyncIterator[None]:
    async def take(request: Request) -> Response:
        assert request.headers["X-Telegram-Bot-Api-Secret-Token"] == "rahasia-contoh"
        update = telegram.Update.de_json(await request.json(), bot)
        await _react(bot, update)
        return Response()

    listener = await serve(Starlette(routes=[Route("/hook", take, methods=["POST"])]))
    await bot.set_webhook(f"http://127.0.0.1:{listener.port}/hook", secret_token="rahasia-contoh")
    yield
    await listener.close()


@pytest.mark.parametrize("running", [_polling, _webhook])
async def test_a_person_is_led_through_a_conversation(bot: telegram.Bot, bot_api: BotApi, running: Running) -> None:
    async with running(bot):
        person = bot_api.person("Contoh")

        assert (await person.send_and_wait("/start ref_ABC")).buttons == ("Ya", "Tidak")
        assert (await person.press_and_wait("Ya")).text == "di mana kamu?"
        assert (await person.share_and_wait(-3.97, 122.51)).text == "terdekat: Contoh"
        await bot_api.wait_until_idle()

    assert person.received == ["lanjut?", "di mana kamu?", "terdekat: Contoh"]
    assert person.edits == ["kamu pilih Ya"]
    assert (bot_api.pending, bot_api.unanswered, bot_api.refused) == (0, [], [])


@pytest.mark.parametrize("running", [_polling, _webhook])
async def test_twenty_people_at_once_are_not_mixed_up(bot: telegram.Bot, bot_api: BotApi, running: Running) -> None:
    async with running(bot):
        people = [bot_api.person(f"Contoh {number}") for number in range(20)]

        await asyncio.gather(*(person.send_and_wait("halo", timeout=20) for person in people))

    assert [person.received for person in people] == [["lanjut?"]] * 20
