"""The short way of a letter: claimed by the commit that puts it, and handed to the sender of the same process."""

import contextlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from handlers.sending.doubt import Claimed
from storage.engine.leadership import DutyLost
from storage.outbox import Lane, Letter
from storage.sealing.encryption import FolderId
from storage.transaction import Work

#: More than a turn says; whoever says more waits like everybody.
_MOST: Final = 8
#: What is said unasked has time.
_UNHURRIED: Final = frozenset({Lane.REMINDER, Lane.BROADCAST})


class Taker(Protocol):
    """A sender, as seen through the hatch."""

    def room(self, channel: str) -> int:
        """Count the letters it could send on a channel at once."""
        ...

    def claim_put(self, work: Work, channel: str, letters: Sequence[Letter]) -> Sequence[Claimed]:
        """Claim letters the step has put, as far as they may go at once, and find where they go.

        Raises DutyLost when another process sends by now.
        """
        ...

    def accept(self, channel: str, claimed: Sequence[Claimed]) -> None:
        """Send letters whose claim is durable."""
        ...

    def drop(self, recipient: FolderId) -> None:
        """Make no further call for a recipient who was erased."""
        ...


class Hatch:
    """Knows who sends on which channel in this process just now."""

    def __init__(self) -> None:
        """Begin with every channel shut."""
        self._takers: dict[str, Taker] = {}
        self._under_way: Counter[str] = Counter()

    def open(self, channel: str, taker: Taker) -> None:
        """Let turns hand letters to a sender."""
        self._takers[channel] = taker

    def shut(self, channel: str) -> None:
        """Let them do so no more; turns that have begun may still hand some over."""
        self._takers.pop(channel, None)

    def drop(self, recipient: FolderId) -> None:
        """Let nothing more be sent to a recipient who was erased, as far as it was handed over or claimed here."""
        for taker in self._takers.values():
            taker.drop(recipient)

    def is_quiet(self, channel: str) -> bool:
        """Tell whether no turn can hand anything over any more, once the hatch is shut."""
        return not self._under_way[channel]

    @contextlib.contextmanager
    def reach(self, channel: str) -> Iterator["Handing | None"]:
        """Hold the hatch open for one turn; None when its letters are to wait like any."""
        taker = self._takers.get(channel)
        if taker is None or taker.room(channel) <= self._under_way[channel]:
            yield None
            return
        self._under_way[channel] += 1
        try:
            yield Handing(channel, taker)
        finally:
            self._under_way[channel] -= 1


@dataclass(frozen=True, slots=True)
class Handing:
    """One turn's hold on the hatch."""

    channel: str
    taker: Taker

    def claim(self, work: Work) -> None:
        """Claim what the step has put, as its last act, and hand it over once that is durable."""
        letters = [one for one in work.letters if one.channel == self.channel and one.lane not in _UNHURRIED]
        if not 0 < len(letters) <= _MOST:
            return
        with contextlib.suppress(DutyLost):
            claimed = self.taker.claim_put(work, self.channel, letters)
            taken = {letter.id for letter, _ in claimed}
            work.letters[:] = [letter for letter in work.letters if letter.id not in taken]
            if claimed:
                work.after_commit(lambda: self.taker.accept(self.channel, claimed))
