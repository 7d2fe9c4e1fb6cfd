"""Which platforms are in doubt: nothing goes there until they answer as themselves, and then one letter first."""

import asyncio
import logging
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from bot.ports import ChannelError, ChannelName, Channels, TryLater, Uncertain
from handlers.sending.attempt import NotOurs, Route, delay
from storage.outbox import Letter

log = logging.getLogger(__name__)

#: A question does no harm, so it is soon asked again; a letter that is not answered may have arrived.
_LONGEST_BETWEEN_QUESTIONS_S: Final = 15.0
_LONGEST_BETWEEN_LETTERS_S: Final = 60.0

Claimed = tuple[Letter, Route | None]


@dataclass(slots=True)
class _Doubt:
    """How it stands with one platform.

    `began_with_letter`: it has left open whether one arrived.  `failures`: questions and letters in a row without an
    answer.  `has_answered`: the question.  `trying`: the letter that goes first.
    """

    began_with_letter: bool
    failures: int = 0
    asked_at: datetime | None = None
    pause: timedelta = timedelta(0)
    is_asking: bool = False
    has_answered: bool = False
    trying: bytes | None = None

    def is_due(self, now: datetime) -> bool:
        """Tell whether to ask now; a clock that was set back holds up nobody."""
        is_resting = self.asked_at is not None and self.asked_at <= now < self.asked_at + self.pause
        return not (self.is_asking or self.has_answered or is_resting)

    def fail(self, now: datetime, longest: float, least: float = 0.0) -> None:
        """Note that there was no answer; what comes next waits, in seconds."""
        self.failures += 1
        self.has_answered, self.asked_at = False, now
        self.pause = timedelta(seconds=max(least, min(delay(self.failures), longest)))


class Doubts:
    """Asks platforms that have left open whether a message arrived, and lets nothing go there meanwhile."""

    def __init__(self, channels: Channels, clock: Callable[[], datetime]) -> None:
        """Begin in doubt of every platform: who begins does not know what an earlier process has met."""
        self._channels = channels
        self._clock = clock
        self._doubts = {str(name): _Doubt(began_with_letter=False) for name in channels}

    def holds(self, channel: str) -> bool:
        """Tell whether nothing may go on a channel."""
        doubt = self._doubts.get(channel)
        return doubt is not None and not doubt.has_answered

    def trusts(self, channel: str) -> bool:
        """Tell whether a channel is in no doubt at all."""
        return channel not in self._doubts

    def room(self, channel: str, most: int) -> int:
        """Return how many letters may be claimed on a channel, of at most so many."""
        doubt = self._doubts.get(channel)
        return most if doubt is None or (doubt.has_answered and doubt.trying is None) else 0

    def choose(self, channel: str, claimed: Sequence[Claimed]) -> tuple[list[Claimed], list[Letter]]:
        """Return what may go of what was claimed, and what is to be put back.

        On a channel that has only answered a question it is one letter; where there is one, one that may go again.
        """
        doubt = self._doubts.get(channel)
        if doubt is None or not claimed:
            return list(claimed), []
        if self.holds(channel):
            return [], [letter for letter, _ in claimed]
        heads = {letter.recipient: letter for letter, _ in reversed(claimed)}
        first = min(reversed(heads.values()), key=lambda letter: letter.again or letter.is_unrepeatable)
        doubt.trying = first.id
        return [pair for pair in claimed if pair[0] is first], [one for one, _ in claimed if one is not first]

    def note(self, channel: str, error: ChannelError | None) -> None:
        """Note how an attempt to send has ended."""
        doubt = self._doubts.get(channel)
        match error:
            case Uncertain() if doubt is None:
                self._doubts[channel] = _Doubt(began_with_letter=True)
                log.warning("outbox", extra={"action": "outbox.doubted", "channel": channel, "error": error})
            case Uncertain() if doubt is not None and doubt.has_answered:
                doubt.fail(self._clock(), _LONGEST_BETWEEN_LETTERS_S)
            case Uncertain() if doubt is not None:
                doubt.began_with_letter = True
            case NotOurs() | TryLater(everywhere=True):
                return
            case _ if doubt is not None and doubt.has_answered:
                self._trust(channel)

    def let_go(self, letters: Collection[bytes]) -> None:
        """Note that nothing more is done about letters just now, so that another may go first."""
        for doubt in self._doubts.values():
            if doubt.trying in letters:
                doubt.trying = None

    def is_question_due(self) -> bool:
        """Tell whether there is a platform to ask now."""
        return any(doubt.is_due(self._clock()) for doubt in self._doubts.values())

    async def ask(self) -> None:
        """Ask every platform that is to be asked now, and wait for what they say."""
        now = self._clock()
        await asyncio.gather(*(self._ask(name) for name, doubt in [*self._doubts.items()] if doubt.is_due(now)))

    async def _ask(self, channel: str) -> None:
        doubt = self._doubts[channel]
        doubt.is_asking = True
        try:
            await self._channels[ChannelName(channel)].check()
        except Exception as error:  # noqa: BLE001 - whatever it is, the platform has not answered as itself
            least = error.seconds if isinstance(error, TryLater) else 0.0
            doubt.fail(self._clock(), _LONGEST_BETWEEN_QUESTIONS_S, least)
            log.info("outbox", extra={"action": "outbox.unanswered", "channel": channel, "error": error})
        else:
            doubt.has_answered = True
            if not doubt.began_with_letter:
                self._trust(channel)
        finally:
            doubt.is_asking = False

    def _trust(self, channel: str) -> None:
        if self._doubts.pop(channel).began_with_letter:
            log.info("outbox", extra={"action": "outbox.trusted", "channel": channel})
