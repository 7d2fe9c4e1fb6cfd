"""How much one source may ask of this process, and what happens beyond it."""

from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import Final, assert_never

from bot.ports import Crowded, Entry, EntryWanted


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
NEW_WEB_FOLDERS: Final = Limit(60, 60)
#   in this process                   a page that names whom to call and asks for something, see below; whoever has a
#                                     folder goes on.
WEB_FOLDERS_FOR_WORK: Final = Limit(60, 60)
#   more, after work of the device    asks to send it again in a minute.  The fewer are left, the more work is asked.
WEB_FOLDERS_FOR_PATIENCE: Final = Limit(15, 60)
#   more, after waiting               the same.  So few because waiting costs a flooder nothing.
GROUP_REFUSALS: Final = Limit(1, 86_400)
#   to one foreign group              silence.
ALARM_CALLS: Final = Limit(30, 3_600)
#   of people without a request       the card says that nobody can be called now; whom to call stands there as always.
#   to one unit, or the coordinators
MOST_ACKNOWLEDGING: Final = 100  #    taps at once: the button looks busy until the platform gives up; the tap counts.

_REMEMBERED: Final = 10_000
#: Nobody is told from anybody else there.
_PAGE: Final = "page"


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

    def spent(self, source: Hashable, now: float) -> float:
        """Tell how much of a source's bucket has been taken, from 0 to 1, and take nothing."""
        left, since = self._left.get(source, (float(self._limit.most), now))
        left += (now - since) * self._limit.most / self._limit.seconds
        return 1 - min(1.0, left / self._limit.most)


@dataclass(frozen=True, slots=True)
class Allowances:
    """The buckets of one process.  `messages`: as the settings say."""

    messages: Buckets
    warnings: Buckets = field(default_factory=lambda: Buckets(WARNINGS))
    all_return_phrases: Buckets = field(default_factory=lambda: Buckets(ALL_RETURN_PHRASES))
    new_web_folders: Buckets = field(default_factory=lambda: Buckets(NEW_WEB_FOLDERS))
    web_folders_for_work: Buckets = field(default_factory=lambda: Buckets(WEB_FOLDERS_FOR_WORK))
    web_folders_for_patience: Buckets = field(default_factory=lambda: Buckets(WEB_FOLDERS_FOR_PATIENCE))
    group_refusals: Buckets = field(default_factory=lambda: Buckets(GROUP_REFUSALS))
    alarm_calls: Buckets = field(default_factory=lambda: Buckets(ALARM_CALLS))

    def admit_from_web(self, entry: Entry, now: float) -> None:
        """Let one more conversation begin on the page, with what was brought along only where it is needed.

        Raises EntryWanted when nothing was brought, Crowded when too many have brought the same.  `now`: in seconds.
        """
        if not self.new_web_folders.take(_PAGE, now) and not self._admits(entry, now):
            raise Crowded("too many new conversations at once; try again in a minute")

    def _admits(self, entry: Entry, now: float) -> bool:
        match entry:
            case Entry.NOTHING:
                raise EntryWanted(self.web_folders_for_work.spent(_PAGE, now))
            case Entry.WORK:
                return self.web_folders_for_work.take(_PAGE, now)
            case Entry.PATIENCE:
                return self.web_folders_for_patience.take(_PAGE, now)
            case _:
                assert_never(entry)
