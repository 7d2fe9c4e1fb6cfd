"""Say in our own words why Telegram did not do what was asked; its words can quote a token or a message."""

from http import HTTPStatus
from typing import Final, TypeVar

import msgspec

from bot.ports import ChannelError, Rejected, TryLater, Uncertain, Unreachable

#: Seconds to wait before trying again what certainly did not reach Telegram.
RETRY_SECONDS: Final = 5.0
T = TypeVar("T")


class TokenRejected(TryLater):
    """Telegram does not know the token: what is to be sent has to wait until somebody puts a valid one in place.

    `is_telegrams`: the refusal is its own; a page says as much of the address, but not what became of a call.
    """

    def __init__(self, *, is_telegrams: bool = True) -> None:
        """Name the remedy."""
        super().__init__(_TOKEN_SECONDS, everywhere=True)
        self.is_telegrams = is_telegrams

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


class Unchanged(Rejected):
    """The message reads already as it was to be changed."""


def hold_channel() -> TryLater:
    """Say that nobody is there who could have done what was asked."""
    return TryLater(RETRY_SECONDS, everywhere=True)


def judge_answer(status: int, body: bytes) -> None:
    """Raise what an answer means unless the call was done.

    Telegram answers with a JSON object, whatever the status; anything else is of somebody in between, and then nobody
    knows how far the call came.  Nor does anybody when Telegram itself has failed.  Raises TokenRejected,
    OtherReceiver, Unreachable, Unchanged, Rejected, TryLater or Uncertain.
    """
    is_telegrams = body.lstrip().startswith(b"{")
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        raise TryLater(_read_wait(body))
    if status in _WRONG_ADDRESS:
        raise TokenRejected(is_telegrams=is_telegrams)
    if not is_telegrams:
        raise Uncertain("NotTelegram")
    if not HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
        raise _name_refusal(status, read_json(body, _Refusal))


def read_result(body: bytes, kind: type[T]) -> T:
    """Read what a call gave.  Raises Uncertain when it is not what is documented."""
    return read_json(read_json(body, _Success).result, kind)


def read_json(body: bytes | msgspec.Raw, kind: type[T]) -> T:
    """Read JSON of Telegram's into a type.  Raises Uncertain when it is not what is documented."""
    try:
        return msgspec.json.decode(body, type=kind)
    except (ValueError, RecursionError):
        failure = Uncertain("UnreadableAnswer")
    raise failure


_TOKEN_SECONDS = 60.0
_SHORTEST_WAIT_SECONDS = 1.0
_LONGEST_WAIT_SECONDS = 86_400.0
#: Without the token's bot there is nothing at such an address: also when another server stands there.
_WRONG_ADDRESS = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.NOT_FOUND})


class _Success(msgspec.Struct, frozen=True):
    result: msgspec.Raw


class _Parameters(msgspec.Struct, frozen=True):
    migrate_to_chat_id: int = 0


class _Refusal(msgspec.Struct, frozen=True):
    description: str = ""
    parameters: _Parameters = _Parameters()


class _Patience(msgspec.Struct, frozen=True):
    retry_after: float = RETRY_SECONDS


class _Flood(msgspec.Struct, frozen=True):
    parameters: _Patience = _Patience()


def _name_refusal(status: int, refusal: _Refusal) -> ChannelError:
    if refusal.parameters.migrate_to_chat_id:  # the notice that names the group's new address is on its way
        return TryLater(RETRY_SECONDS)
    match status:
        case HTTPStatus.BAD_REQUEST:
            return _name_bad_request(refusal.description.lower())
        case HTTPStatus.FORBIDDEN:
            return Unreachable("Forbidden")
        case HTTPStatus.CONFLICT:
            return OtherReceiver()
        case _ if HTTPStatus.BAD_REQUEST <= status < HTTPStatus.INTERNAL_SERVER_ERROR:
            return hold_channel()  # it did not take the message, and soon will
        case _:
            return Uncertain("ServerError")


def _name_bad_request(words: str) -> ChannelError:
    if "chat not found" in words:
        return Unreachable("ChatNotFound")
    return Unchanged("NotModified") if "not modified" in words else Rejected("BadRequest")


def _read_wait(body: bytes) -> float:
    try:
        wait = msgspec.json.decode(body, type=_Flood).parameters.retry_after
    except (ValueError, RecursionError):
        return RETRY_SECONDS
    return min(max(wait, _SHORTEST_WAIT_SECONDS), _LONGEST_WAIT_SECONDS)
