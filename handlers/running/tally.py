"""What this process has done so far, as numbers about nobody."""

from bisect import bisect_left
from collections import Counter
from enum import StrEnum
from typing import Final

from bot.ports import ChannelError, TryLater, Uncertain, Unreachable

#: Upper ends of the classes of a turn's time, in seconds.
TURN_SECONDS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class TurnEnd(StrEnum):
    """What became of a delivery."""

    TAKEN = "taken"
    REPEATED = "repeated"
    SLOWED = "slowed"
    STUMBLED = "stumbled"
    DEAD = "dead"


class SendEnd(StrEnum):
    """What became of an attempt to send."""

    SENT = "sent"
    ASKED_TO_WAIT = "asked_to_wait"
    HELD = "held"
    UNCERTAIN = "uncertain"
    UNREACHABLE = "unreachable"
    REJECTED = "rejected"


class Tally:
    """The counts of one process; they begin at zero with it."""

    def __init__(self) -> None:
        """Begin at zero."""
        self.turns: Counter[tuple[str, TurnEnd]] = Counter()
        self.sends: Counter[tuple[str, SendEnd]] = Counter()
        #: One more than `TURN_SECONDS` has: the last is for what took longer.
        self.turn_times: list[int] = [0] * (len(TURN_SECONDS) + 1)
        self.turn_seconds = 0.0

    def note_turn(self, channel: str, end: TurnEnd) -> None:
        """Count a delivery."""
        self.turns[channel, end] += 1

    def note_turn_time(self, seconds: float) -> None:
        """Count how long a delivery took from its arrival until it was durable."""
        self.turn_times[bisect_left(TURN_SECONDS, seconds)] += 1
        self.turn_seconds += seconds

    def note_send(self, channel: str, error: ChannelError | None) -> None:
        """Count an attempt to send."""
        self.sends[channel, _end_of(error)] += 1


def _end_of(error: ChannelError | None) -> SendEnd:
    match error:
        case None:
            return SendEnd.SENT
        case TryLater(everywhere=everywhere):
            return SendEnd.HELD if everywhere else SendEnd.ASKED_TO_WAIT
        case Uncertain():
            return SendEnd.UNCERTAIN
        case Unreachable():
            return SendEnd.UNREACHABLE
        case _:
            return SendEnd.REJECTED
