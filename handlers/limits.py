"""How much one source may ask of this process, and what happens beyond it."""

from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import Final


@dataclass(frozen=True, slots=True)
class Limit:
    """So many at once, and as many again in `seconds`."""

    most: int
    seconds: float


# What is not marked otherwise is counted in memory and in each process by itself: a restart begins anew, and of too
# many sources the one not heard of longest is forgotten.  Both let more through, never less.
# What                                Beyond it
# limits.messages_per_minute          one kind sentence a minute, then silence; what was written is not taken and the
#   of one address                    platform does not repeat it.  Danger, the emergency word and its button always
#                                     pass, so do staff in their private chats and the terminal.
WARNINGS: Final = Limit(1, 60)  #     of that sentence to one address: silence.
RETURN_PHRASES: Final = Limit(5, 600)
#   tried from one address            answered like a wrong phrase without a look, the right one too.  The only one that
#                                     all processes count together, in the database: it guards what can be guessed.
ALL_RETURN_PHRASES: Final = Limit(600, 600)
#   tried in this process             the same.
MOST_HASHES_WAITING: Final = 20  #    in this process: refused, the platform or the person repeats it.
NEW_WEB_FOLDERS: Final = Limit(120, 60)
#   in this process                   a page that says so and names whom to call; whoever has a folder goes on.
GROUP_REFUSALS: Final = Limit(1, 86_400)
#   to one foreign group              silence.
MOST_ACKNOWLEDGING: Final = 100  #    taps at once: the button looks busy until the platform gives up; the tap counts.

_REMEMBERED: Final = 10_000


class Buckets:
    """One bucket of tokens for each source, refilled by time."""

    def __init__(self, limit: Limit) -> None:
        """Begin with every bucket full."""
        self._limit = limit
        self._left: OrderedDict[Hashable, tuple[float, float]] = OrderedDict()

    def take(self, source: Hashable, now: float) -> bool:
        """Take one token; False when there is none.  `now`: in seconds."""
        left, since = self._left.pop(source, (float(self._limit.most), now))
        left = min(self._limit.most, left + (now - since) * self._limit.most / self._limit.seconds)
        may = left >= 1
        self._left[source] = (left - may, now)
        if len(self._left) > _REMEMBERED:
            self._left.popitem(last=False)
        return may


@dataclass(frozen=True, slots=True)
class Allowances:
    """The buckets of one process.  `messages`: as the settings say."""

    messages: Buckets
    warnings: Buckets = field(default_factory=lambda: Buckets(WARNINGS))
    all_return_phrases: Buckets = field(default_factory=lambda: Buckets(ALL_RETURN_PHRASES))
    new_web_folders: Buckets = field(default_factory=lambda: Buckets(NEW_WEB_FOLDERS))
    group_refusals: Buckets = field(default_factory=lambda: Buckets(GROUP_REFUSALS))
