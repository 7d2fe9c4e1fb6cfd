"""What people wrote within the last minute and a half, in memory only, so that a sentence in pieces is heard as one."""

from collections import OrderedDict, deque
from dataclasses import dataclass, field

from storage.clients.people import ClientId

#: For so many seconds words are kept, and so many messages of one person.
SECONDS, MESSAGES = 90.0, 2
#: Longer words are kept by their end, and no more people than this.
_CHARS, _PEOPLE = 200, 5_000


@dataclass(slots=True)
class Lately:
    """The last words of each person, oldest person first."""

    _words: OrderedDict[ClientId, deque[tuple[float, str]]] = field(default_factory=OrderedDict)

    def note(self, client_id: ClientId, text: str, now: float) -> tuple[str, ...]:
        """Keep new words and return what the same person wrote just before, oldest first.  `now`: in seconds."""
        self._forget(now)
        before = self._words.pop(client_id, deque(maxlen=MESSAGES))
        heard = tuple(words for at, words in before if now - at <= SECONDS)
        before.append((now, text[-_CHARS:]))
        self._words[client_id] = before
        return heard

    def _forget(self, now: float) -> None:
        while self._words:
            oldest = next(iter(self._words))
            if len(self._words) < _PEOPLE and now - self._words[oldest][-1][0] <= SECONDS:
                return
            del self._words[oldest]
