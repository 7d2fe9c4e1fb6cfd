"""Speak on Telegram through a bot."""

import asyncio
import contextlib
import json
from collections import OrderedDict
from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar
from urllib.parse import urlencode

import telegram
from telegram import (
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    KeyboardButton,
    LinkPreviewOptions,
    ReplyKeyboardMarkup,
    ReplyKeyboardRemove,
)
from telegram.error import BadRequest
from telegram.request import BaseRequest

from bot.dialogue.effects import Ask
from bot.dialogue.layout import rows
from bot.ports import ChannelError, ChannelName, Key, Limits, Outgoing, Rejected, TryLater, Uncertain, Unreachable
from channels.telegram_errors import RETRY_SECONDS
from channels.telegram_rates import RATES, Rates, limits_at
from channels.telegram_transport import allow_seconds, call, make_request
from channels.telegram_updates import KINDS, TELEGRAM

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Profile:
    """What everybody who finds the bot can see of it; keep it neutral.

    `commands`: descriptions by name, names without a slash.  `description`: shown in the empty chat, at most 512
    characters.  `about`: shown on the bot's page, at most 120.
    """

    commands: Mapping[str, str]
    description: str
    about: str


@dataclass(frozen=True, slots=True)
class Webhook:
    """Where Telegram is to deliver to, and the secret it shows there (1-256 of A-Z a-z 0-9 _ -)."""

    url: str
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Delivery:
    """How Telegram delivers: to which address, empty for polling; how many updates wait; when it last failed."""

    url: str
    waiting: int
    failed_at: datetime | None


class TelegramChannel:
    """The channel, one for each bot token.  Open it before use, close it at the end."""

    def __init__(
        self,
        token: str,
        *,
        base_url: str = "https://api.telegram.org/bot",
        base_file_url: str = "https://api.telegram.org/file/bot",
        rates: Rates = RATES,
        timeout_seconds: float = 10.0,
        transport: BaseRequest | None = None,
    ) -> None:
        """Prepare a connection pool; nothing is sent yet.

        `timeout_seconds` for each step of a call.  `transport`: None for HTTP.
        """
        self._limits = limits_at(rates)
        self._polling = transport or make_request(1, timeout_seconds)
        calling = transport or make_request(32, timeout_seconds)
        self._bot = telegram.Bot(token, base_url, base_file_url, calling, self._polling)
        self._timeout_seconds = timeout_seconds
        self._share_prompts: OrderedDict[int, int] = OrderedDict()

    @property
    def name(self) -> ChannelName:
        """Name the channel, as in addresses and configuration."""
        return TELEGRAM

    @property
    def limits(self) -> Limits:
        """Tell what one message can carry."""
        return self._limits

    async def check(self) -> str:
        """Ask Telegram whose token this is and return the bot's username; nothing is changed.

        Raises TokenRejected, TryLater or Uncertain.
        """
        return (await self._call(self._bot.get_me())).username or ""

    async def set_up(self, profile: Profile, webhook: Webhook | None = None) -> str:
        """Check the token, choose how updates arrive (None: polling), show the profile; return the bot's username.

        May be repeated.  Pending updates are kept.  Raises TokenRejected, TryLater or Uncertain.
        """
        await self._call(self._bot.initialize())
        if webhook:
            await self._call(self._bot.set_webhook(webhook.url, secret_token=webhook.secret, allowed_updates=KINDS))
        else:
            await self._call(self._bot.delete_webhook())
        await self._call(self._bot.set_my_commands(list(profile.commands.items())))
        await self._call(self._bot.set_my_description(profile.description))
        await self._call(self._bot.set_my_short_description(profile.about))
        return self._bot.username

    async def close(self) -> None:
        """Close all connections."""
        await asyncio.gather(self._polling.shutdown(), self._bot.request.shutdown())

    async def read_webhook_url(self) -> str:
        """Tell where Telegram delivers to, empty for polling; anything but our own address is an alarm."""
        return (await self.read_delivery()).url

    async def read_delivery(self) -> Delivery:
        """Tell how Telegram fares with delivering to us.  Raises TokenRejected, TryLater or Uncertain."""
        return await self._call(_read_delivery(self._bot.get_webhook_info()))

    async def fetch_updates(self, position: int | None, wait_seconds: int) -> bytes:
        """Return the answer to getUpdates, unread, after at most `wait_seconds`; it confirms all before `position`.

        Raises OtherReceiver, TokenRejected, TryLater or Uncertain.
        """
        asked = {"timeout": wait_seconds, "limit": 100, "allowed_updates": json.dumps(KINDS)}
        query = urlencode(asked if position is None else {**asked, "offset": position})
        url = f"{self._bot.base_url}/getUpdates?{query}"
        asking = self._polling.retrieve(url, read_timeout=wait_seconds + self._timeout_seconds)
        return await call(asking, allow_seconds(self._timeout_seconds, wait_seconds))

    async def send(self, address: str, message: Outgoing) -> str | None:
        """Send one message that fits the limits, or edit the one it replaces; return its id.

        Raises Unreachable, TryLater, Uncertain or Rejected as `bot.ports.Channel` says, and TokenRejected.
        """
        chat_id = _read_chat_id(address)
        sent = await self._replace(chat_id, message) or await self._send_new(chat_id, message)
        with contextlib.suppress(ChannelError):
            await self._tend_share_prompt(chat_id, message)
        return str(sent)

    async def acknowledge(self, callback: str) -> None:
        """Tell Telegram that a tap was heard; failures do not matter."""
        with contextlib.suppress(ChannelError):
            await self._call(self._bot.answer_callback_query(callback))

    async def take_back(self, address: str, references: Sequence[str]) -> int:
        """Delete messages of either side in a private chat, at most 48 hours old; return how many of them stay.

        Raises Unreachable or TryLater.
        """
        chat_id = _read_chat_id(address)
        message_ids = [int(reference) for reference in references if reference.isdecimal()]
        stayed = len(references) - len(message_ids)
        for start in range(0, len(message_ids), _TAKEN_BACK_AT_ONCE):
            stayed += await self._take_back_some(chat_id, message_ids[start : start + _TAKEN_BACK_AT_ONCE])
        return stayed

    async def _take_back_some(self, chat_id: int, message_ids: list[int]) -> int:
        try:
            await self._call(self._bot.delete_messages(chat_id, message_ids))
        except Uncertain:  # deleted twice is deleted
            raise TryLater(RETRY_SECONDS) from None
        except Rejected:
            if len(message_ids) == 1:
                return 1
            # One that cannot be deleted must not keep the others.
            return sum([await self._take_back_some(chat_id, [message_id]) for message_id in message_ids])
        return 0

    async def _send_new(self, chat_id: int, message: Outgoing) -> int:
        sending = self._bot.send_message(
            chat_id,
            message.text,
            reply_markup=_lay_keyboard(message.keys),
            link_preview_options=_NO_PREVIEW,
            protect_content=True,
        )
        return await self._call(_read_message_id(sending))

    async def _replace(self, chat_id: int, message: Outgoing) -> int | None:
        """Edit the message that is to be replaced; return its id, or None when a new one must take its place."""
        if message.replaces is None or not message.replaces.isdecimal():
            return None
        message_id = int(message.replaces)
        edit = self._bot.edit_message_text(
            message.text,
            chat_id,
            message_id,
            reply_markup=_lay_keyboard(message.keys),
            link_preview_options=_NO_PREVIEW,
        )
        try:
            is_done = await self._call(_tell_whether_edited(edit))
        except Uncertain:  # the same edit twice does no harm, unlike the same message twice
            raise TryLater(RETRY_SECONDS) from None
        return message_id if is_done else None

    async def _tend_share_prompt(self, chat_id: int, message: Outgoing) -> None:
        """Offer the button that shares the location, and take it away when the question has passed.

        Telegram has this button only on the keyboard that stands in place of the phone's own, which cannot
        accompany buttons under a message and only goes when a later message says so.  So it gets a small
        message of its own, and both that and the message that ends it are deleted.
        """
        if message.ask is Ask.PLACE and message.share_label and chat_id > 0:
            await self._open_share_prompt(chat_id, message.share_label)
        elif message.ask is not Ask.PLACE and chat_id in self._share_prompts:
            await self._close_share_prompt(chat_id, self._share_prompts.pop(chat_id))

    async def _open_share_prompt(self, chat_id: int, label: str) -> None:
        if chat_id in self._share_prompts:
            return
        button = KeyboardButton(label, request_location=True)
        keyboard = ReplyKeyboardMarkup([[button]], resize_keyboard=True, one_time_keyboard=True)
        self._share_prompts[chat_id] = await self._send_aside(chat_id, keyboard)
        if len(self._share_prompts) > _PROMPTS_REMEMBERED:
            self._share_prompts.popitem(last=False)

    async def _close_share_prompt(self, chat_id: int, prompt_id: int) -> None:
        closing_id = await self._send_aside(chat_id, ReplyKeyboardRemove())
        await self._call(self._bot.delete_messages(chat_id, [prompt_id, closing_id]))

    async def _send_aside(self, chat_id: int, keyboard: ReplyKeyboardMarkup | ReplyKeyboardRemove) -> int:
        sending = self._bot.send_message(
            chat_id, "📍", reply_markup=keyboard, disable_notification=True, protect_content=True
        )
        return await self._call(_read_message_id(sending))

    async def _call(self, calling: Awaitable[T]) -> T:
        return await call(calling, allow_seconds(self._timeout_seconds))


_NO_PREVIEW = LinkPreviewOptions(is_disabled=True)
_PROMPTS_REMEMBERED = 10_000
_TAKEN_BACK_AT_ONCE = 100


async def _read_message_id(sending: Awaitable[telegram.Message]) -> int:
    """Read the id within the call: an answer that only looks like a message has none."""
    return (await sending).message_id


async def _read_delivery(asking: Awaitable[telegram.WebhookInfo]) -> Delivery:
    found = await asking
    return Delivery(found.url, found.pending_update_count, found.last_error_date)


async def _tell_whether_edited(editing: Awaitable[object]) -> bool:
    """Tell whether the message now reads as it should; False when it cannot be edited (any more)."""
    try:
        await editing
    except BadRequest as error:
        if "chat not found" in error.message.lower():
            raise
        return "not modified" in error.message.lower()
    return True


def _read_chat_id(address: str) -> int:
    try:
        return int(address)
    except ValueError:
        reason = "NotAChatId"
    raise Unreachable(reason)


def _lay_keyboard(keys: tuple[Key, ...]) -> InlineKeyboardMarkup | None:
    if not keys:
        return None
    return InlineKeyboardMarkup([[_lay_button(key) for key in row] for row in rows(keys)])


def _lay_button(key: Key) -> InlineKeyboardButton:
    return InlineKeyboardButton(f"✓ {key.label}" if key.picked else key.label, callback_data=key.token)
