"""Say in our own words why Telegram did not do what was asked; its words can quote a token or a message."""

from http import HTTPStatus
from typing import Final

import httpx
import msgspec
from telegram.error import BadRequest, ChatMigrated, Conflict, Forbidden, InvalidToken, NetworkError, TelegramError

from bot.ports import ChannelError, Rejected, TryLater, Uncertain, Unreachable

#: Seconds to wait before trying again what certainly did not reach Telegram.
RETRY_SECONDS: Final = 5.0


class TokenRejected(TryLater):
    """Telegram does not know the token: what is to be sent has to wait until somebody puts a valid one in place."""

    def __init__(self) -> None:
        """Name the remedy."""
        super().__init__(_TOKEN_SECONDS, everywhere=True)

    def __str__(self) -> str:
        return (
            "Telegram refuses the bot token: put the current one from @BotFather into the file named by "
            "channels.telegram.token_file and start again (base_url must be the Bot API's, too)."
        )


class OtherReceiver(ChannelError):
    """Somebody else takes this bot's updates away: a second program, or a webhook."""

    def __init__(self) -> None:
        """Name the remedy."""
        super().__init__(
            "Another program receives this bot's Telegram messages: stop it, or remove its webhook; if it is not "
            "yours, revoke the token with @BotFather at once."
        )


class UnreadableUpdate(ChannelError):
    """Telegram sent something that is not an update as documented; it was passed over."""


class NotTaken(ChannelError):
    """An update could not be stored and will come again.  Carries the class of the error, never its words."""


class FloodWait(TelegramError):
    """Telegram asks for patience.  The library's own error for this warns about itself when it is made."""

    def __init__(self, seconds: float) -> None:
        """Remember how long to wait."""
        super().__init__("flood control")
        self.seconds = seconds


class Intercepted(NetworkError):
    """Somebody between Telegram and us answered: a page instead of an answer, or the way to another address."""


async def judge_answer(response: httpx.Response) -> None:
    """Raise FloodWait for an answer that asks to wait, Intercepted for one that is none of Telegram's.

    A hook for the HTTP client.  Telegram answers with a JSON object, whatever the status.
    """
    body = await response.aread()
    if response.status_code == HTTPStatus.TOO_MANY_REQUESTS:
        raise FloodWait(_read_wait(body))
    if response.status_code in _WRONG_ADDRESS or (response.is_success and not body.strip()):
        return
    if not body.lstrip().startswith(b"{"):
        raise Intercepted("not an answer of the Bot API")


def name_failure(error: TelegramError) -> ChannelError:  # noqa: PLR0911 - one line per error
    """Return our own error for one of the library's, free of Telegram's words."""
    match error:
        case BadRequest():
            is_gone = "chat not found" in error.message.lower()
            return Unreachable("ChatNotFound") if is_gone else Rejected("BadRequest")
        case FloodWait():
            return TryLater(error.seconds)
        case ChatMigrated():  # the notice that names the group's new address is on its way
            return TryLater(RETRY_SECONDS)
        case Forbidden():
            return Unreachable(type(error).__name__)
        case InvalidToken():
            return TokenRejected()
        case Conflict():
            return OtherReceiver()
        case NetworkError():
            return _name_outage(error)
        case _:  # an answer that is no JSON
            return Uncertain("UnreadableAnswer")


_TOKEN_SECONDS = 60.0
_SHORTEST_WAIT_SECONDS = 1.0
_LONGEST_WAIT_SECONDS = 86_400.0
#: Without the token's bot there is nothing at such an address: also when another server stands there.
_WRONG_ADDRESS = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.NOT_FOUND})


class _Parameters(msgspec.Struct, frozen=True):
    retry_after: float = RETRY_SECONDS


class _Refusal(msgspec.Struct, frozen=True):
    parameters: _Parameters = _Parameters()


def _read_wait(body: bytes) -> float:
    try:
        wait = msgspec.json.decode(body, type=_Refusal).parameters.retry_after
    except ValueError:
        return RETRY_SECONDS
    return min(max(wait, _SHORTEST_WAIT_SECONDS), _LONGEST_WAIT_SECONDS)


def _name_outage(error: NetworkError) -> ChannelError:
    if isinstance(error, Intercepted):
        return TryLater(RETRY_SECONDS, everywhere=True, perhaps=True)
    match error.__cause__:
        case TelegramError():  # it was answered, but nobody can tell what
            return Uncertain("UnreadableAnswer")
        case httpx.ConnectError() | httpx.ConnectTimeout() | httpx.PoolTimeout():
            return TryLater(RETRY_SECONDS, everywhere=True)
        case ValueError() | TypeError() | httpx.UnsupportedProtocol() as unsendable:
            return Rejected(type(unsendable).__name__)
        case None:  # Telegram answered with a 5xx: it did not take the message, and soon will
            return TryLater(RETRY_SECONDS, everywhere=True)
        case _:
            return Uncertain(type(error).__name__)
