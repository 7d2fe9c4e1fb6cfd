"""Ask whoever begins a conversation while too many do for some work of their device, or for patience."""

import hashlib
import re
import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from bot.ports import Entry
from browser.forms import Form
from channels.webchat_forms import Stamp

#: Somebody whose browser runs no scripts waits so long instead, which is longer than the most work on a cheap phone.
PATIENCE_SECONDS: Final = 30
#: The work is in so many pieces, so that luck matters little: nobody waits three times as long as others.
PIECES: Final = 16
#: Zero bits each piece begins with, with little load and with the most: 2^18 and 2^21 hashes together.
LEAST_BITS: Final = 14
MOST_BITS: Final = 17
#: Fields of the form that this module reads, and no other.
FIELDS: Final = frozenset({"asked", "asked_mark", "solution"})

_WORK_HOLDS_SECONDS = 300
_PATIENCE_HOLDS_SECONDS = 900
_SEED_CHARS = 32
_ASKED = re.compile(r"(\d{1,11})\.(\d{1,2})", re.ASCII)
_SOLUTION = re.compile(rf"\d{{1,10}}(?:,\d{{1,10}}){{{PIECES - 1}}}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Challenge:
    """What one address is asked for.  `asked`: second and bits, as a form carries them.  `mark`: proves both."""

    issued: int
    bits: int
    mark: str

    @property
    def asked(self) -> str:
        """Write down when it was asked and how hard it is."""
        return f"{self.issued}.{self.bits}"

    @property
    def seed(self) -> str:
        """Return what each piece of the work begins with; nobody knows it before it is asked."""
        return self.mark[:_SEED_CHARS]


class Entrance:
    """Makes challenges and judges what comes back; any process with the same secrets judges alike.

    Nothing is remembered: a challenge belongs to one address, and an address opens one conversation.
    """

    def __init__(self, clock: Callable[[], float], secret: bytes, *earlier: bytes) -> None:
        """Ask with a secret of at least 32 bytes.  `clock`: seconds since 1970.  `earlier`: secrets that still hold."""
        self._clock = clock
        self._stamp = Stamp(secret, *earlier, purpose=b"webchat.entrance")

    def ask(self, address: str, form: Form, load: float) -> Challenge:
        """Return the challenge a form carries while its work is still taken, else a new one.

        `load`: from 0 to 1; the more, the more work.
        """
        carried = self._read(address, form)
        if carried is not None and self._age(carried) < _WORK_HOLDS_SECONDS:
            return carried
        issued, bits = int(self._clock()), LEAST_BITS + round(load * (MOST_BITS - LEAST_BITS))
        return Challenge(issued, bits, self._stamp.make(_marked(address, issued, bits)))

    def judge(self, address: str, form: Form) -> Entry:
        """Tell what a form brings along for its address."""
        challenge = self._read(address, form)
        if challenge is None:
            return Entry.NOTHING
        age = self._age(challenge)
        if 0 <= age < _WORK_HOLDS_SECONDS and is_solved(challenge, form.get("solution", "")):
            return Entry.WORK
        return Entry.PATIENCE if PATIENCE_SECONDS <= age < _PATIENCE_HOLDS_SECONDS else Entry.NOTHING

    def _read(self, address: str, form: Form) -> Challenge | None:
        asked, mark = _ASKED.fullmatch(form.get("asked", "")), form.get("asked_mark", "")
        if asked is None:
            return None
        challenge = Challenge(int(asked[1]), int(asked[2]), mark)
        is_ours = self._stamp.holds(_marked(address, challenge.issued, challenge.bits), mark)
        return challenge if is_ours else None

    def _age(self, challenge: Challenge) -> float:
        return self._clock() - challenge.issued


def is_solved(challenge: Challenge, solution: str) -> bool:
    """Tell whether a solution, one number for each piece, is the work that was asked for."""
    if not _SOLUTION.fullmatch(solution):
        return False
    numbers = map(int, solution.split(","))
    return all(_is_found(challenge, piece, number) for piece, number in enumerate(numbers))


def _is_found(challenge: Challenge, piece: int, number: int) -> bool:
    if number >= 1 << 32:
        return False
    digest = hashlib.sha256(challenge.seed.encode() + struct.pack(">II", piece, number)).digest()
    return int.from_bytes(digest[:4]) >> (32 - challenge.bits) == 0


def _marked(address: str, issued: int, bits: int) -> str:
    return f"{address}\n{issued}.{bits}"
