"""Offer the button that shares a place on Telegram, and take it away again, beside what is said."""

import asyncio
import contextlib
from collections import OrderedDict

from bot.dialogue.effects import Ask
from bot.ports import ChannelError, Outgoing
from channels.telegram_methods import DeleteMessages, NoKeyboard, PlaceButton, ReplyKeyboard, SendMessage, Sent
from channels.telegram_transport import Calls


class ShareOffers:
    """The chats in which the button stands.

    Telegram has it only on the keyboard that stands in place of the phone's own, which cannot accompany buttons under
    a message and only goes when a later message says so.  So it gets a small message of its own, and both that and the
    message that ends it are deleted.  Nobody waits for that: the next answer may come before it.
    """

    def __init__(self, calls: Calls) -> None:
        """Begin with the button nowhere."""
        self._calls = calls
        self._standing: OrderedDict[int, int] = OrderedDict()
        self._under_way: dict[int, asyncio.Task[None]] = {}

    def follow(self, chat_id: int, message: Outgoing) -> None:
        """Begin to offer what goes with a message that was sent, or to take it away."""
        if message.ask is not Ask.PLACE:
            if chat_id in self._standing or chat_id in self._under_way:
                self._begin(chat_id, None)
        elif message.share_label and chat_id > 0:
            self._begin(chat_id, message.share_label)

    async def finish(self) -> None:
        """Wait a little for what is under way."""
        if self._under_way:
            await asyncio.wait(self._under_way.values(), timeout=_GOODBYE_SECONDS)

    def _begin(self, chat_id: int, label: str | None) -> None:
        task = asyncio.create_task(self._tend(self._under_way.get(chat_id), chat_id, label))
        self._under_way[chat_id] = task
        task.add_done_callback(lambda _: self._end(chat_id, task))

    def _end(self, chat_id: int, task: asyncio.Task[None]) -> None:
        if self._under_way.get(chat_id) is task:
            del self._under_way[chat_id]

    async def _tend(self, earlier: asyncio.Task[None] | None, chat_id: int, label: str | None) -> None:
        if earlier is not None:
            await asyncio.wait([earlier])
        with contextlib.suppress(ChannelError):
            if label is None:
                await self._take_away(chat_id)
            elif chat_id not in self._standing:
                self._standing[chat_id] = await self._send_aside(chat_id, ReplyKeyboard([[PlaceButton(label)]]))
                if len(self._standing) > _REMEMBERED:
                    self._standing.popitem(last=False)

    async def _take_away(self, chat_id: int) -> None:
        offered_id = self._standing.pop(chat_id, None)
        if offered_id is not None:
            closing_id = await self._send_aside(chat_id, NoKeyboard())
            await self._calls.call(DeleteMessages(chat_id, [offered_id, closing_id]), bool)

    async def _send_aside(self, chat_id: int, keyboard: ReplyKeyboard | NoKeyboard) -> int:
        call = SendMessage(chat_id, "📍", keyboard, protect_content=True, disable_notification=True)
        return (await self._calls.call(call, Sent)).message_id


_REMEMBERED = 10_000
_GOODBYE_SECONDS = 3.0
