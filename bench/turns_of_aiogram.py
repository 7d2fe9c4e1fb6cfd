"""aiogram: its finite-state machine in memory, its network replaced by nothing."""

import asyncio
import contextlib
import json
from collections.abc import AsyncGenerator, AsyncIterator
from itertools import count
from typing import Any, cast

from aiogram import Bot, Dispatcher, Router
from aiogram.client.session.base import BaseSession
from aiogram.filters import Command, StateFilter
from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State
from aiogram.fsm.storage.memory import MemoryStorage
from aiogram.methods import TelegramMethod
from aiogram.methods.base import TelegramType
from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup, Message

from bench.driving import Contender
from bench.intake import LABELS, REPLY, TYPED, Delivery, sent_message


@contextlib.asynccontextmanager
async def open_in_memory() -> AsyncIterator[Contender]:
    """Open it as it comes; a restart forgets everybody."""
    bot = Bot("7:bench", session=_NullSession())
    dispatcher = Dispatcher(storage=MemoryStorage())
    dispatcher.include_router(make_intake())
    yield _Machine(bot, dispatcher)
    await bot.session.close()


def make_intake() -> Router:
    """Make the conversation: a question to every message."""
    router = Router()
    states = [State(f"step_{place}", group_name="intake") for place in range(len(TYPED))]

    def ask(place: int) -> Any:  # noqa: ANN401 - aiogram looks at the signature of what it calls
        async def note(message: Message, state: FSMContext) -> None:
            await state.update_data({str(place): message.text})
            buttons = [[InlineKeyboardButton(text=label, callback_data=f"{place}.{label}")] for label in LABELS]
            await message.answer(REPLY, reply_markup=InlineKeyboardMarkup(inline_keyboard=buttons))
            await state.set_state(states[place + 1] if place + 1 < len(TYPED) else None)

        return note

    router.message.register(ask(0), Command("start"))
    for place in range(1, len(TYPED)):
        router.message.register(ask(place), StateFilter(states[place]))
    return router


class _Machine:
    def __init__(self, bot: Bot, dispatcher: Dispatcher) -> None:
        self._bot = bot
        self._dispatcher = dispatcher

    async def take(self, delivery: Delivery) -> None:
        await self._dispatcher.feed_raw_update(self._bot, json.loads(delivery.raw))

    async def kept(self) -> int:
        return 0

    async def settle(self) -> None:
        """Nothing is ever written."""


class _NullSession(BaseSession):
    def __init__(self) -> None:
        super().__init__()
        self._numbers = count(1)

    async def make_request(
        self,
        bot: Bot,
        method: TelegramMethod[TelegramType],
        timeout: int | None = None,  # noqa: ASYNC109 - its name
    ) -> TelegramType:
        del timeout
        fields = method.model_dump(warnings=False)
        for value in fields.values():  # what its session does to fill the form it posts
            self.prepare_value(value, bot=bot, files={})
        chat = int(fields["chat_id"])
        reply = json.dumps({"ok": True, "result": sent_message(chat, next(self._numbers))})
        return cast("TelegramType", self.check_response(bot, method, 200, reply).result)

    async def close(self) -> None:
        await asyncio.sleep(0)

    async def stream_content(self, *_where: object, **_how: object) -> AsyncGenerator[bytes, None]:
        raise AssertionError("nothing is downloaded")
        yield b""
