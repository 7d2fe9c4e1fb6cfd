"""How fast a channel may send: on a schedule just below the platform's limit, slower where messages arrive unevenly."""

from bisect import bisect_left, insort
from collections import deque
from typing import Final

#: Of the limit that is used; at the limit itself a window now and then holds one message too many.
_SHARE: Final = 0.98
#: How much of what a late process missed may be made up for at once, in seconds.
_CATCH_UP_S: Final = 0.05
#: Later than this nothing was waiting: the schedule begins anew.
_IDLE_S: Final = 0.25
#: Calls whose delays are compared, and the part of them that counts: one slow answer is not a rhythm.
_CALLS: Final = 200
_COUNTED: Final = 0.97
#: Unevenness beyond this comes from slow answers, not from the way there.
_MOST_UNEVEN_S: Final = 0.25
#: After a refusal, of what was too fast; and how much of the whole comes back each second.
_AFTER_REFUSAL: Final = 0.9
_LEAST: Final = 0.1
_BACK_EACH_SECOND: Final = 0.0005


class Pace:
    """The schedule of one channel in one process.  Every `now` is in seconds of a clock that never goes back.

    What counts for a platform is when a message arrives.  Under a strict window of a second, messages that are up to J
    seconds more or less on their way fit at most limit / (1 + J) times a second; J is read off the delays of the calls.
    """

    __slots__ = ("_at", "_brake", "_delays", "_given", "_limit", "_next", "_ordered", "_unevenness")

    def __init__(self, limit: float) -> None:
        """Begin at once; `limit`: messages a second the platform takes, all chats together."""
        self._limit = limit
        self._next = self._given = float("-inf")
        self._delays: deque[float] = deque()
        self._ordered: list[float] = []
        self._unevenness = 0.0
        self._brake, self._at = 1.0, float("-inf")

    def rate(self, now: float) -> float:
        """Return how many messages a second are sent at the moment."""
        return self._limit * _SHARE * self._eased(now) / (1.0 + self._unevenness)

    def take(self, now: float, most: int) -> list[float]:
        """Take the places of the schedule that have come, at most so many; each is the moment it stands for."""
        late = now - self._next
        if late > _CATCH_UP_S:
            self._next = now if late > _IDLE_S else now - _CATCH_UP_S
        interval = 1.0 / self.rate(now)
        places: list[float] = []
        while self._next <= now and len(places) < most:
            places.append(self._next)
            self._given, self._next = self._next, self._next + interval
        return places

    def book(self, now: float, wanted: int) -> list[float]:
        """Take so many places, among them some that are still to come."""
        places = self.take(now, wanted)
        interval = 1.0 / self.rate(now)
        while len(places) < wanted:
            places.append(self._next)
            self._given, self._next = self._next, self._next + interval
        return places

    def count(self, now: float, ahead: float) -> int:
        """Count the places not taken yet that have come, or come within so many seconds."""
        is_idle = now - self._next > _IDLE_S
        first = now if is_idle else max(self._next, now - _CATCH_UP_S)
        left = now + ahead - first
        return 0 if left < 0 else 1 + int(left * self.rate(now))

    def give_back(self, places: list[float]) -> None:
        """Give back places that nobody needed; they are lost when others have been taken after them."""
        if places and places[-1] == self._given:
            self._next = min(self._next, places[0])

    def wait(self, now: float) -> float:
        """Return the seconds until the next place comes."""
        return max(0.0, self._next - now)

    def note_answer(self, place: float, now: float) -> None:
        """Note that the call made for a place was answered."""
        if len(self._delays) == _CALLS:
            del self._ordered[bisect_left(self._ordered, self._delays.popleft())]
        self._delays.append(now - place)
        insort(self._ordered, now - place)
        counted = self._ordered[min(len(self._ordered) - 1, int(len(self._ordered) * _COUNTED))]
        self._unevenness = min(_MOST_UNEVEN_S, counted - self._ordered[0])

    def note_refusal(self, now: float) -> None:
        """Slow down: the platform said that it was too much."""
        self._brake, self._at = max(_LEAST, self._eased(now) * _AFTER_REFUSAL), now

    def _eased(self, now: float) -> float:
        return min(1.0, self._brake + max(0.0, now - self._at) * _BACK_EACH_SECOND) if self._brake < 1.0 else 1.0
