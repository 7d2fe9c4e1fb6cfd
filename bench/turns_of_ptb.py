"""python-telegram-bot: a ConversationHandler kept by PicklePersistence, its network replaced by nothing."""

import asyncio
import contextlib
import json
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, Update
from telegram.ext import (
    Application,
    CommandHandler,
    ContextTypes,
    ConversationHandler,
    MessageHandler,
    PicklePersistence,
    filters,
)

from bench.driving import Contender
from bench.intake import LABELS, REPLY, TYPED, Delivery
from bench.null_transport import NullTransport

_Application = Application[Any, Any, Any, Any, Any, Any]
_ANSWERS = "answers"
_NEVER_S = 1e9


@contextlib.asynccontextmanager
async def open_as_it_comes() -> AsyncIterator[Contender]:
    """Open it as it comes: what it knows goes to the file once a minute, here once after each round."""
    async with _open(each_update=False) as contender:
        yield contender


@contextlib.asynccontextmanager
async def open_flushing() -> AsyncIterator[Contender]:
    """Open it writing after every update: what it takes to lose nothing that was answered (without a sync)."""
    async with _open(each_update=True) as contender:
        yield contender


def make_intake(*, persistent: bool) -> "ConversationHandler[Any]":
    """Make the conversation: a question to every message; `persistent`: its place is handed to the persistence."""
    states: dict[object, list[Any]] = {place: [MessageHandler(filters.TEXT, _note)] for place in range(1, len(TYPED))}
    entry: list[Any] = [CommandHandler("start", _note)]
    return ConversationHandler(entry, states, [], name="intake", persistent=persistent)


class _Conversations:
    def __init__(
        self, application: Application[Any, Any, Any, Any, Any, Any], file: Path, *, each_update: bool
    ) -> None:
        self._application = application
        self._file = file
        self._each_update = each_update
        # Its default: one update after the other, because handlers share what they know.
        self._turn = asyncio.Lock()

    async def take(self, delivery: Delivery) -> None:
        async with self._turn:
            update = Update.de_json(json.loads(delivery.raw), self._application.bot)
            await self._application.process_update(update)
            if self._each_update:
                await self._application.update_persistence()

    async def kept(self) -> int:
        if not self._file.exists():
            return 0
        people = await PicklePersistence(self._file).get_user_data()
        return sum(len(person[_ANSWERS]) for person in people.values())

    async def settle(self) -> None:
        await self._application.update_persistence()


@contextlib.asynccontextmanager
async def _open(*, each_update: bool) -> AsyncIterator[Contender]:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "conversations.pickle"
        application = (
            Application.builder()
            .token("7:bench")
            .updater(None)
            .job_queue(None)
            .request(NullTransport())
            .get_updates_request(NullTransport())
            .persistence(PicklePersistence(file, update_interval=_NEVER_S))
            .build()
        )
        application.add_handler(make_intake(persistent=True))
        async with application:
            yield _Conversations(application, file, each_update=each_update)


async def _note(update: Update, context: ContextTypes.DEFAULT_TYPE) -> int:
    """Note the answer, ask the next question and name the next state."""
    if update.message is None or context.user_data is None:
        raise AssertionError("an intake consists of messages from people")
    answers = context.user_data.setdefault(_ANSWERS, [])
    answers.append(update.message.text)
    buttons = [[InlineKeyboardButton(label, callback_data=f"{len(answers)}.{label}")] for label in LABELS]
    await update.message.reply_text(REPLY, reply_markup=InlineKeyboardMarkup(buttons))
    return len(answers) if len(answers) < len(TYPED) else ConversationHandler.END
