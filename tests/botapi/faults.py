"""Troubles a test orders in advance: refusals, slow answers, lost connections, outages."""

from dataclasses import dataclass, field
from typing import Literal

from tests.botapi.refusals import Refusal

Drop = Literal["before", "after"]
_NAMES = {
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    409: "Conflict",
    429: "Too Many Requests: retry after {retry_after}",
    500: "Internal Server Error",
    502: "Bad Gateway",
    503: "Service Unavailable",
    504: "Gateway Timeout",
}


class ConnectionDropped(Exception):
    """The caller gets no answer."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One kind of trouble. `method` is a method name or `*`; `chat_id` None means any chat.

    `drop` closes the connection without an answer: `before` anything is done, or `after` it was done.
    """

    method: str
    code: int | None = None
    description: str | None = None
    retry_after: int | None = None
    migrate_to_chat_id: int | None = None
    delay_seconds: float = 0.0
    drop: Drop | None = None
    chat_id: int | None = None

    def make_refusal(self) -> Refusal | None:
        """Build the refusal, or None if the fault is only a delay or a lost connection."""
        if self.code is None:
            return None
        given = {"retry_after": self.retry_after, "migrate_to_chat_id": self.migrate_to_chat_id}
        parameters = {name: value for name, value in given.items() if value is not None}
        default = _NAMES.get(self.code, "Error").format(retry_after=self.retry_after)
        return Refusal(self.code, self.description or default, parameters)


@dataclass(slots=True)
class Faults:
    """The faults that are still to happen, oldest first."""

    waiting: list[tuple[Fault, int]] = field(default_factory=list)

    def add(self, fault: Fault, times: int) -> None:
        """Let the fault happen to the next `times` calls it fits."""
        self.waiting.append((fault, times))

    def take(self, method: str, chat_id: int | None) -> Fault | None:
        """Take the fault that happens to this call, if one does."""
        for place, (fault, times) in enumerate(self.waiting):
            if fault.method.lower() not in {"*", method.lower()} or fault.chat_id not in {None, chat_id}:
                continue
            if times > 1:
                self.waiting[place] = (fault, times - 1)
            else:
                del self.waiting[place]
            return fault
        return None

    def clear(self) -> None:
        """Let nothing more happen."""
        self.waiting.clear()
