"""Read what a form of the desk carries, tell it from a forged one, and take each one once."""

import hashlib
import hmac
import secrets
from collections import OrderedDict, deque
from collections.abc import Callable
from typing import Final

from browser.forms import Form

_ONCE_BYTES: Final = 12
_REMEMBERED: Final = 10_000
_MOST_TRIES: Final = 5
_TRIES_SECONDS: Final = 60.0


def make_token(session: str) -> str:
    """Derive the mark that forms of a session carry; the session cannot be found from it."""
    return hmac.new(session.encode(), b"desk.form", hashlib.sha256).hexdigest()


def holds_token(session: str, form: Form) -> bool:
    """Tell whether a form was made for this session, in constant time."""
    return hmac.compare_digest(make_token(session).encode(), form.get("check", "").encode())


def make_once() -> str:
    """Make the number of a form, so that the same form sent twice counts once."""
    return secrets.token_urlsafe(_ONCE_BYTES)


class UsedForms:
    """Remembers the numbers of forms that were taken, in this process and for a while."""

    def __init__(self) -> None:
        """Remember nothing yet."""
        self._used: OrderedDict[str, None] = OrderedDict()

    def take(self, once: str) -> bool:
        """Take a form; False when it was taken before.  A form without a number is always taken."""
        if once in self._used:
            return False
        if once:
            self._used[once] = None
            if len(self._used) > _REMEMBERED:
                self._used.popitem(last=False)
        return True

    def give_back(self, once: str) -> None:
        """Let a form that came to nothing be sent again."""
        self._used.pop(once, None)


class Tries:
    """Counts the failed tries of the last minute in this process, whoever made them."""

    def __init__(self, clock: Callable[[], float]) -> None:
        """Count by a clock of seconds."""
        self._clock = clock
        self._failed: deque[float] = deque(maxlen=_MOST_TRIES)

    def note_failure(self) -> bool:
        """Count a failed try; True when there were too many of them."""
        now = self._clock()
        while self._failed and now - self._failed[0] >= _TRIES_SECONDS:
            self._failed.popleft()
        too_many = len(self._failed) == _MOST_TRIES
        if not too_many:
            self._failed.append(now)
        return too_many
