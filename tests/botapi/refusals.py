"""What Telegram answers instead of a result: its codes, its wording, and the flood control that asks for patience."""

from collections import deque
from dataclasses import dataclass, field
from typing import Final

FIRST_ERROR: Final = 400
MESSAGE_MAX_UNITS: Final = 4096
CAPTION_MAX_UNITS: Final = 1024
DOWNLOAD_MAX_BYTES: Final = 20 * 1024 * 1024
DELETE_MAX_AGE_SECONDS: Final = 48 * 3600


class Refusal(Exception):
    """An answer with `ok: false`. `code` is both the HTTP status and the error_code."""

    def __init__(self, code: int, description: str, parameters: dict[str, int] | None = None) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.parameters = parameters or {}


def bad_request(detail: str) -> Refusal:
    """Build a 400 in Telegram's form."""
    return Refusal(400, f"Bad Request: {detail}")


def forbidden(detail: str) -> Refusal:
    """Build a 403 in Telegram's form."""
    return Refusal(403, f"Forbidden: {detail}")


def conflict(detail: str) -> Refusal:
    """Build a 409 in Telegram's form."""
    return Refusal(409, f"Conflict: {detail}")


def not_modelled(what: str) -> Refusal:
    """Build the 501 for something the real service can do and this server cannot."""
    return Refusal(501, f"Not Implemented: the loopback Bot API does not model {what}")


CHAT_NOT_FOUND: Final = "chat not found"
NEVER_STARTED: Final = "bot can't initiate conversation with a user"
BLOCKED: Final = "bot was blocked by the user"
DEACTIVATED: Final = "user is deactivated"
REMOVED: Final = "bot was kicked from the supergroup chat"
LEFT: Final = "bot is not a member of the supergroup chat"

TEXT_EMPTY: Final = "message text is empty"
TEXT_TOO_LONG: Final = "message is too long"
CAPTION_TOO_LONG: Final = "message caption is too long"
NOT_MODIFIED: Final = (
    "message is not modified: specified new message content and reply markup are exactly the same "
    "as a current content and reply markup of the message"
)
EDIT_NOT_FOUND: Final = "message to edit not found"
EDIT_NOT_YOURS: Final = "message can't be edited"
EDIT_NO_TEXT: Final = "there is no text in the message to edit"
DELETE_NOT_FOUND: Final = "message to delete not found"
DELETE_TOO_OLD: Final = "message can't be deleted for everyone"
DELETE_NOT_YOURS: Final = "message can't be deleted"
DELETE_TOO_MANY: Final = "too many message identifiers specified"
REPLY_NOT_FOUND: Final = "message to be replied not found"
THREAD_NOT_FOUND: Final = "message thread not found"
QUERY_STALE: Final = "query is too old and response timeout expired or query ID is invalid"
LOCATION_PRIVATE_ONLY: Final = "location can be requested in private chats only"
CONTACT_PRIVATE_ONLY: Final = "phone number can be requested in private chats only"
INLINE_EXPECTED: Final = "inline keyboard expected"
WRONG_FILE: Final = "wrong file identifier/HTTP URL specified"
WRONG_FILE_ID: Final = "wrong file_id or the file is temporarily unavailable"
FILE_TOO_BIG: Final = "file is too big"

POLL_WHILE_WEBHOOK: Final = (
    "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
)
SECOND_POLLER: Final = "terminated by other getUpdates request; make sure that only one bot instance is running"
POLL_ENDED_BY_WEBHOOK: Final = "terminated by setWebhook request"


def too_many_requests(seconds: int) -> Refusal:
    """Build the 429 that asks to wait `seconds`."""
    return Refusal(429, f"Too Many Requests: retry after {seconds}", {"retry_after": seconds})


@dataclass(slots=True)
class FloodControl:
    """Counts sends and refuses the ones above the limits.

    The real thresholds are not published: these are settings of a test, not facts to assert.
    `per_chat` is sends per second to one private chat, `per_group` per minute, `overall` per second.
    """

    per_chat: int = 20
    per_group: int = 20
    overall: int = 30
    _sent: dict[int, deque[float]] = field(default_factory=dict)
    _all: deque[float] = field(default_factory=deque)

    def admit(self, chat_id: int, now: float) -> None:
        """Count one send, or raise the 429 that belongs to it."""
        sent = self._sent.setdefault(chat_id, deque())
        is_group = chat_id < 0
        _require_room(sent, self.per_group if is_group else self.per_chat, 60.0 if is_group else 1.0, now)
        _require_room(self._all, self.overall, 1.0, now)
        sent.append(now)
        self._all.append(now)


def _require_room(sent: deque[float], limit: int, window_seconds: float, now: float) -> None:
    while sent and sent[0] <= now - window_seconds:
        sent.popleft()
    if len(sent) >= limit:
        raise too_many_requests(max(1, round(sent[0] + window_seconds - now)))
