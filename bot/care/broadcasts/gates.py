"""Whether one person may be sent a broadcast now, later, or not at all; decided when it is their turn."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Skipped(StrEnum):
    """Why somebody is left out after all."""

    NO_LONGER = "no_longer"  # said no, stopped everything, or cannot be reached any more
    ENOUGH = "enough"  # has had as many as a week allows


@dataclass(frozen=True, slots=True)
class Wait:
    """Not now.  `until`: when to look again."""

    until: datetime


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody whose turn it is.

    `wants`: belongs to the audience still, has not stopped what is sent unasked and can be reached.  `is_busy`: a
    counsellor speaks with them, they are writing right now, or danger is being asked about.  `received`: broadcasts of
    the last seven days.  `may_come_at`: when their hours, their night and their own pause allow it.
    """

    wants: bool
    is_busy: bool
    received: int
    may_come_at: datetime


def decide(person: Person, now: datetime, look_again: datetime, most_a_week: int) -> Wait | Skipped | None:
    """Return None to send now, or why not.  `look_again`: when somebody who is busy is looked at anew."""
    if not person.wants:
        return Skipped.NO_LONGER
    if person.received >= most_a_week:
        return Skipped.ENOUGH
    if person.is_busy:
        return Wait(max(look_again, person.may_come_at))
    return Wait(person.may_come_at) if person.may_come_at > now else None
