"""Which channels rest because their platform hears nobody just now."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Final

from bot.ports import TryLater, Uncertain
from handlers.sending.attempt import NotOurs, Outcome

#: So many different chats refused with none heard between: it is not about a chat any more.
_REFUSED_IN_A_ROW: Final = 5
#: A shorter rest, unless the platform itself meant it, is over before a restart is.
_WORTH_KEEPING_SECONDS: Final = 60.0


class Resting:
    """Tells a chat that has had its share from a platform that hears nobody: it asks several in a row to wait."""

    def __init__(self) -> None:
        """Begin with every channel awake."""
        self._until: dict[str, datetime] = {}
        self._refused: dict[str, set[bytes]] = {}

    def is_resting(self, channel: str, now: datetime) -> bool:
        """Tell whether nothing may be sent on a channel yet."""
        until = self._until.get(channel)
        return until is not None and now < until

    def go_on(self, until: Mapping[str, datetime]) -> None:
        """Go on resting as an earlier process was told to."""
        self._until.update(until)

    def note(self, outcomes: Iterable[Outcome], now: datetime) -> dict[str, datetime]:
        """Note how attempts ended; return which channels rest until when, of those a later process must know."""
        kept: dict[str, datetime] = {}
        for outcome in outcomes:
            channel, error = outcome.letter.channel, outcome.error
            if isinstance(error, NotOurs | Uncertain):  # neither is an answer
                continue
            if not isinstance(error, TryLater):
                self._refused.pop(channel, None)
                continue
            refused = self._refused.setdefault(channel, set())
            refused.add(outcome.letter.recipient)
            is_many = len(refused) >= _REFUSED_IN_A_ROW
            if is_many or error.everywhere:
                self._until[channel] = now + timedelta(seconds=error.seconds)
            if is_many or (error.everywhere and error.seconds > _WORTH_KEEPING_SECONDS):
                kept[channel] = self._until[channel]
                refused.clear()
        return kept
