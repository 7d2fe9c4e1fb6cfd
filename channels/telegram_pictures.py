"""Show a picture on Telegram: whole the first time, then by the name that Telegram has for it."""

import asyncio
import contextlib
from collections import OrderedDict
from collections.abc import AsyncIterator
from typing import Final
from weakref import WeakValueDictionary

from msgspec.structs import replace

from bot.dialogue.effects import Picture
from bot.pictures import Pictures
from bot.ports import Outgoing, Rejected
from channels.telegram_methods import InlineKeyboard, SendPhoto, SentPhoto
from channels.telegram_transport import Calls
from channels.telegram_updates import TELEGRAM


class Album:
    """The pictures that one bot shows."""

    def __init__(self, calls: Calls) -> None:
        """Show nothing until `source` says where pictures are."""
        self.source: Pictures | None = None
        self._calls = calls
        self._names: OrderedDict[str, str] = OrderedDict()
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def show(self, chat_id: int, message: Outgoing, keyboard: InlineKeyboard | None) -> int | None:
        """Send the picture of a message with its words under it; return its id.

        None when there is no picture, or none that Telegram takes: nothing was sent then.  Raises what any call does.
        """
        if message.picture is None or self.source is None:
            return None
        call = SendPhoto(chat_id, caption=message.text, reply_markup=keyboard, protect_content=True)
        async with self._in_turn(message.picture):
            known = await self._find_name(message.picture, self.source)
            if known is None:
                return await self._send_whole(call, message.picture, self.source)
        return await self._send_known(call, known) or await self._send_whole(call, message.picture, self.source)

    async def _find_name(self, picture: Picture, source: Pictures) -> str | None:
        known = self._names.get(picture.id)
        if known is None and (known := await source.find_name(picture.id, TELEGRAM)) is not None:
            self._remember(picture.id, known)
        return known

    async def _send_known(self, call: SendPhoto, name: str) -> int | None:
        """Send it by its name; None when Telegram does not know that any more."""
        with contextlib.suppress(Rejected):
            return (await self._calls.call(replace(call, photo=name), SentPhoto)).message_id
        return None

    async def _send_whole(self, call: SendPhoto, picture: Picture, source: Pictures) -> int | None:
        """Send the file and keep its name; None when it is gone, or Telegram refuses it."""
        file = await source.load(picture.id)
        if file is None:
            return None
        try:
            sent = await self._calls.upload(call, "photo", file, SentPhoto, _UPLOAD_SECONDS)
        except Rejected:
            return None
        if sent.photo:
            self._remember(picture.id, sent.photo[-1].file_id)
            await source.keep_name(picture.id, TELEGRAM, sent.photo[-1].file_id)
        return sent.message_id

    def _remember(self, picture: str, name: str) -> None:
        self._names[picture] = name
        if len(self._names) > _REMEMBERED:
            self._names.popitem(last=False)

    @contextlib.asynccontextmanager
    async def _in_turn(self, picture: Picture) -> AsyncIterator[None]:
        """Let one send it whole while others wait for its name, but not long: they can do the same."""
        if picture.id in self._names:
            yield
            return
        is_ours = False
        turn = self._turns.setdefault(picture.id, asyncio.Lock())
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_PATIENCE_SECONDS):
                await turn.acquire()
                is_ours = True
        try:
            yield
        finally:
            if is_ours:
                turn.release()


#: How much longer than usual Telegram may stay silent while a megabyte goes up a slow line.
_UPLOAD_SECONDS: Final = 20.0
_PATIENCE_SECONDS: Final = 5.0
_REMEMBERED: Final = 100
