"""What a person wishes so that a phone others read tells nothing: words, hours, and a PIN."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import time
from enum import StrEnum

#: Longest words of a person's own for what is sent unasked.
MOST_OWN_CHARS = 60
#: Wrong PINs until the next one is not looked at for a while.
MOST_TRIES = 5
RETRY_MINUTES = 15
#: How long somebody who has just written counts as being there.
PRESENT_MINUTES = 10
_PIN = re.compile(r"\d{4,6}")
_LOOSE = re.compile(r"[\W_]+")
#: What stands between the letters of a word that is spelled out.
_SPELLED = re.compile(r"(?<=\b\w) (?=\w\b)")


class Wording(StrEnum):
    """Which neutral sentence is sent; OWN for the person's own."""

    FIRST = "first"
    SECOND = "second"
    THIRD = "third"
    FOURTH = "fourth"
    OWN = "own"


class Unfit(StrEnum):
    """Why words of a person's own cannot be sent unasked."""

    EMPTY = "empty"
    LONG = "long"
    TELLING = "telling"


@dataclass(frozen=True, slots=True)
class Discretion:
    """Wishes about contact.

    `shared`: others read the phone too.  `hours`: from and until when words may come, None for the house's own rule.
    `own`: words of the person's own.  `pin`: keyed hash, None without one.  `tries`: wrong ones in a row.
    `retry_at`: minute since 1970 before which no PIN is looked at.
    """

    shared: bool = False
    hours: tuple[time, time] | None = None
    wording: Wording = Wording.FIRST
    own: str = ""
    pin: str | None = None
    tries: int = 0
    retry_at: int = 0

    @property
    def holds_back(self) -> bool:
        """Tell whether words wait until the person is there."""
        return self.shared or self.hours is not None or self.pin is not None

    @property
    def knocks(self) -> bool:
        """Tell whether a neutral sentence comes before the words themselves."""
        return self.shared or self.pin is not None

    def quiet(self, house: tuple[time, time]) -> tuple[time, time]:
        """Return when nothing is sent: outside of the person's own hours, or as the house has it."""
        return house if self.hours is None else (self.hours[1], self.hours[0])


def looks_like_pin(text: str) -> bool:
    """Tell whether a text is four to six digits and nothing else."""
    return _PIN.fullmatch(text.strip()) is not None


def read_telling(words: Iterable[str]) -> re.Pattern[str]:
    """Build what finds a word that tells a bystander what this is about; a word counts with endings and prefixes."""
    known = sorted({_LOOSE.sub(" ", word.casefold()).strip() for word in words} - {""}, key=len, reverse=True)
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, known))})") if known else re.compile(r"(?!)")


def find_telling(text: str, telling: re.Pattern[str]) -> str | None:
    """Return the first word in a text that tells a bystander what this is about; None if there is none."""
    plain = _SPELLED.sub("", _LOOSE.sub(" ", text.casefold()))
    found = telling.search(plain)
    return None if found is None else found[0]


def judge_own(text: str, telling: re.Pattern[str]) -> Unfit | None:
    """Say why a person's own words cannot be sent unasked; None if they can."""
    said = text.strip()
    if not _LOOSE.sub("", said):
        return Unfit.EMPTY
    if len(said) > MOST_OWN_CHARS:
        return Unfit.LONG
    return Unfit.TELLING if find_telling(said, telling) else None


def note_try(wishes: Discretion, *, minute: int) -> tuple[int, int]:
    """Count a wrong PIN; return the tries so far and the minute before which no other is looked at."""
    tries = wishes.tries + 1
    return (0, minute + RETRY_MINUTES) if tries >= MOST_TRIES else (tries, wishes.retry_at)
