"""What a look found, how bad it is, and what to do about it."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

_MINUTE, _HOUR, _DAY = 60, 3_600, 86_400


class Grade(StrEnum):
    """How bad a finding is: as it should be, worth knowing, or in need of somebody."""

    FINE = "fine"
    NOTE = "note"
    ACT = "act"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at.  `remedy`: what to do; empty where nothing has to be done."""

    what: str
    grade: Grade
    said: str
    remedy: str = ""


def fine(what: str, said: str) -> Finding:
    """Say that something is as it should be."""
    return Finding(what, Grade.FINE, said)


def mention(what: str, said: str, remedy: str) -> Finding:
    """Say something worth knowing."""
    return Finding(what, Grade.NOTE, said, remedy)


def act(what: str, said: str, remedy: str) -> Finding:
    """Say that somebody is needed."""
    return Finding(what, Grade.ACT, said, remedy)


def say_time(length: timedelta) -> str:
    """Say how long something is, in the unit that fits."""
    seconds = abs(length.total_seconds())
    for unit, name in ((_DAY, "days"), (_HOUR, "hours"), (_MINUTE, "minutes")):
        if seconds >= 2 * unit:
            return f"{seconds / unit:.0f} {name}"
    return f"{seconds:.0f} seconds"
