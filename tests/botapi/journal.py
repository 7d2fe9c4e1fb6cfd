"""What the bot called, when, and what it got; the record tests read."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from tests.botapi.world import Json


@dataclass(slots=True)
class Call:
    """One call of the bot. `status` is 0 until it is answered, and stays 0 if its connection was dropped."""

    number: int
    method: str
    parameters: Json
    at: float
    unknown: tuple[str, ...] = ()
    status: int = 0
    description: str | None = None
    was_ordered: bool = False
    is_over: bool = False
    duration_seconds: float = 0.0

    @property
    def chat_id(self) -> int | None:
        """The chat the call is about, or None."""
        value = self.parameters.get("chat_id")
        if isinstance(value, str) and value.lstrip("-").isdigit():
            return int(value)
        return value if isinstance(value, int) else None


@dataclass(slots=True)
class Journal:
    """All calls in the order in which they came, and what was wrong with them."""

    calls: list[Call] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def open(self, method: str, parameters: Json, at: float) -> Call:
        """Note a call that begins."""
        call = Call(len(self.calls) + 1, method, parameters, at)
        self.calls.append(call)
        return call

    def complain(self, what: str) -> None:
        """Note something that must fail the test at its end, once."""
        if what not in self.complaints:
            self.complaints.append(what)

    def select(self, method: str | None = None, chat_id: int | None = None) -> list[Call]:
        """List the calls of a method, of a chat, or all; without getUpdates unless it is asked for."""
        return list(self._select(method, chat_id))

    def _select(self, method: str | None, chat_id: int | None) -> Iterator[Call]:
        for call in self.calls:
            fits = call.method == method if method else call.method != "getUpdates"
            if fits and (chat_id is None or call.chat_id == chat_id):
                yield call
