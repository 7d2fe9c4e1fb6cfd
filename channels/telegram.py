"""Speak on Telegram through a bot."""

import asyncio
import contextlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from bot.dialogue.layout import rows, without_picture
from bot.pictures import Pictures
from bot.ports import ChannelError, ChannelName, Key, Limits, Outgoing, Rejected, Uncertain, Unreachable
from channels.telegram_errors import Unchanged
from channels.telegram_http import HttpServer, Server
from channels.telegram_methods import (
    AnswerCallbackQuery,
    DeleteMessages,
    DeleteWebhook,
    EditMessageText,
    GetMe,
    GetUpdates,
    GetWebhookInfo,
    InlineButton,
    InlineKeyboard,
    LinkPreview,
    Me,
    SendMessage,
    Sent,
    SetWebhook,
    WebhookInfo,
)
from channels.telegram_pictures import Album
from channels.telegram_profile import Profile, show_profile
from channels.telegram_rates import RATES, Rates, limits_at
from channels.telegram_sharing import ShareOffers
from channels.telegram_transport import Calls
from channels.telegram_updates import KINDS, TELEGRAM


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
        rates: Rates = RATES,
        timeout_seconds: float = 10.0,
        server: Server | None = None,
    ) -> None:
        """Prepare a connection pool; nothing is sent yet.

        `base_url`: what stands before the token.  `timeout_seconds` for each step of a call.  `server`: None for HTTP.
        """
        address = f"{base_url}{token}"
        self._limits = limits_at(rates)
        self._server = server or HttpServer(address, _CALLS_AT_ONCE, timeout_seconds)
        self._calls = Calls(self._server)
        # Of its own, for whoever waits for updates has a connection for itself.
        self._polling = Calls(server or HttpServer(address, 1, timeout_seconds))
        self._album = Album(self._calls)
        self._offers = ShareOffers(self._calls)

    @property
    def name(self) -> ChannelName:
        """Name the channel, as in addresses and configuration."""
        return TELEGRAM

    @property
    def limits(self) -> Limits:
        """Tell what one message can carry."""
        return self._limits

    def show_from(self, pictures: Pictures) -> None:
        """Take the pictures of messages from there; before that, what they show is said in words."""
        self._album.source = pictures

    async def check(self) -> str:
        """Ask Telegram whose token this is and return the bot's username; nothing is changed.

        Raises TokenRejected, TryLater or Uncertain.
        """
        return (await self._calls.call(GetMe(), Me)).username

    async def set_up(self, profile: Profile, webhook: Webhook | None = None) -> str:
        """Check the token, choose how updates arrive (None: polling), show the profile; return the bot's username.

        May be repeated.  Pending updates are kept.  Raises TokenRejected, TryLater or Uncertain.
        """
        username = await self.check()
        if webhook:
            await self._calls.call(SetWebhook(webhook.url, webhook.secret, KINDS), bool)
        else:
            await self._calls.call(DeleteWebhook(), bool)
        await show_profile(self._server, profile)
        return username

    async def close(self) -> None:
        """Close all connections."""
        await self._offers.finish()
        await asyncio.gather(self._polling.close(), self._calls.close())

    async def read_webhook_url(self) -> str:
        """Tell where Telegram delivers to, empty for polling; anything but our own address is an alarm."""
        return (await self.read_delivery()).url

    async def read_delivery(self) -> Delivery:
        """Tell how Telegram fares with delivering to us.  Raises TokenRejected, TryLater or Uncertain."""
        found = await self._calls.call(GetWebhookInfo(), WebhookInfo)
        failed_at = None if found.last_error_date is None else datetime.fromtimestamp(found.last_error_date, UTC)
        return Delivery(found.url, found.pending_update_count, failed_at)

    async def fetch_updates(self, position: int | None, wait_seconds: int) -> bytes:
        """Return the answer to getUpdates, unread, after at most `wait_seconds`; it confirms all before `position`.

        Raises OtherReceiver, TokenRejected, TryLater or Uncertain.
        """
        return await self._polling.fetch(GetUpdates(wait_seconds, _UPDATES_AT_ONCE, KINDS, position), wait_seconds)

    async def send(self, address: str, message: Outgoing) -> str | None:
        """Send one message that fits the limits, or edit the one it replaces; return its id.

        Raises Unreachable, TryLater, Uncertain or Rejected as `bot.ports.Channel` says, and TokenRejected.
        """
        chat_id = _read_chat_id(address)
        sent = await self._replace(chat_id, message) or await self._send_new(chat_id, message)
        self._offers.follow(chat_id, message)
        return str(sent)

    async def acknowledge(self, callback: str) -> None:
        """Tell Telegram that a tap was heard; failures do not matter."""
        with contextlib.suppress(ChannelError):
            await self._calls.call(AnswerCallbackQuery(callback), bool)

    async def take_back(self, address: str, references: Sequence[str]) -> int:
        """Delete messages of either side in a private chat, at most 48 hours old; return how many of them stay.

        Raises Unreachable, TryLater or a harmless Uncertain.
        """
        chat_id = _read_chat_id(address)
        message_ids = [int(reference) for reference in references if reference.isdecimal()]
        stayed = len(references) - len(message_ids)
        for start in range(0, len(message_ids), _TAKEN_BACK_AT_ONCE):
            stayed += await self._take_back_some(chat_id, message_ids[start : start + _TAKEN_BACK_AT_ONCE])
        return stayed

    async def _take_back_some(self, chat_id: int, message_ids: list[int]) -> int:
        try:
            await self._calls.call(DeleteMessages(chat_id, message_ids), bool)
        except Uncertain as error:
            error.is_harmless = True  # deleted twice is deleted
            raise
        except Rejected:
            if len(message_ids) == 1:
                return 1
            # One that cannot be deleted must not keep the others.
            return sum([await self._take_back_some(chat_id, [message_id]) for message_id in message_ids])
        return 0

    async def _send_new(self, chat_id: int, message: Outgoing) -> int:
        keyboard = _lay_keyboard(message.keys)
        call = SendMessage(chat_id, without_picture(message).text, keyboard, _NO_PREVIEW, protect_content=True)
        shown = await self._album.show(chat_id, message, keyboard)
        return (await self._calls.call(call, Sent)).message_id if shown is None else shown

    async def _replace(self, chat_id: int, message: Outgoing) -> int | None:
        """Edit the message that is to be replaced; return its id, or None when a new one must take its place."""
        if message.replaces is None or not message.replaces.isdecimal():
            return None
        message_id = int(message.replaces)
        edit = EditMessageText(chat_id, message_id, message.text, _lay_keyboard(message.keys), _NO_PREVIEW)
        try:
            await self._calls.call(edit, Sent)
        except Unchanged:
            return message_id
        except Rejected:
            return None
        except Uncertain as error:
            error.is_harmless = True  # the same edit twice, unlike the same message twice
            raise
        return message_id


#: More than can be under way below any limit while a call takes a second; who is answered waits for nobody.
_CALLS_AT_ONCE = 100
_UPDATES_AT_ONCE = 100
_NO_PREVIEW = LinkPreview()
_TAKEN_BACK_AT_ONCE = 100


def _read_chat_id(address: str) -> int:
    try:
        return int(address)
    except ValueError:
        reason = "NotAChatId"
    raise Unreachable(reason)


def _lay_keyboard(keys: tuple[Key, ...]) -> InlineKeyboard | None:
    if not keys:
        return None
    return InlineKeyboard([[_lay_button(key) for key in row] for row in rows(keys)])


def _lay_button(key: Key) -> InlineButton:
    return InlineButton(f"✓ {key.label}" if key.picked else key.label, key.token)
