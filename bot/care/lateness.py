"""What becomes of a reminder that comes late: sent, shifted, merged with another, or dropped."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

#: Whoever was asked so lately is not asked what should have been asked before.
LATELY = timedelta(hours=24)


class Rule(StrEnum):
    """What a kind says about its late ones.

    `SEND`: sent as soon as the hour is right, and before others.  `SHIFT`: moved to the hour of day at which it would
    have come.  `MERGE`: the newest speaks for all.  `DROP`: skipped, the next occasion asks.
    """

    SEND = "send"
    SHIFT = "shift"
    MERGE = "merge"
    DROP = "drop"


class Verdict(StrEnum):
    """What becomes of one reminder now.  `CATCH_UP`: it is sent, although late."""

    SEND = "send"
    CATCH_UP = "catch_up"
    SHIFT = "shift"
    MERGE = "merge"
    SKIP = "skip"


@dataclass(frozen=True, slots=True)
class Kind:
    """How one kind of check-in is treated.

    `send_within`: how late one may be without being late.  `give_up_after`: when even a rule that sends says nothing
    any more; None for never.  `missed_after`: how long silence lasts until a human looks.
    """

    rule: Rule
    send_within: timedelta
    missed_after: timedelta
    give_up_after: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Due:
    """One reminder that is due.  `id` decides between two that were due at the same time."""

    kind: str
    at: datetime
    id: bytes


def judge(kinds: Mapping[str, Kind], due: Due, others: Iterable[Due], now: datetime, *, asked_lately: bool) -> Verdict:
    """Decide about a reminder whose time has come.

    `others`: what else is due for the same person.  `asked_lately`: they were sent one within LATELY.  Where the answer
    is CATCH_UP or SHIFT, this one speaks for all others that are late, whatever their kind: settle them with it, so
    that a person gets one at most.
    """
    kind, late = kinds[due.kind], now - due.at
    if any(_speaks_for(kinds, other, due, now) for other in others):
        return Verdict.MERGE
    if late <= kind.send_within:
        return Verdict.SEND
    if _is_over(kind, late):
        return Verdict.SKIP
    if asked_lately:
        return Verdict.MERGE
    return Verdict.SHIFT if kind.rule is Rule.SHIFT else Verdict.CATCH_UP


def is_late(kinds: Mapping[str, Kind], due: Due, now: datetime) -> bool:
    """Tell whether a reminder comes later than its kind says is still in time; one of an unknown kind does."""
    return due.kind not in kinds or now - due.at > kinds[due.kind].send_within


def same_hour(due_at: datetime, now: datetime, zone: str) -> datetime:
    """Return the next time after now at which the clock of a zone shows what it showed when something was due (UTC)."""
    clock = due_at.astimezone(ZoneInfo(zone)).time()
    today = now.astimezone(ZoneInfo(zone)).date()
    again = (datetime.combine(today + timedelta(days=days), clock, ZoneInfo(zone)) for days in range(3))
    return min(moment for each in again if (moment := each.astimezone(UTC)) > now)


def _speaks_for(kinds: Mapping[str, Kind], other: Due, due: Due, now: datetime) -> bool:
    if other.kind == due.kind:
        return (other.at, other.id) > (due.at, due.id)
    theirs = kinds.get(other.kind)
    if theirs is None or _is_over(theirs, now - other.at):
        return False
    return is_late(kinds, due, now) and _rank(theirs, other) > _rank(kinds[due.kind], due)


def _rank(kind: Kind, due: Due) -> tuple[bool, datetime, bytes]:
    return kind.rule is Rule.SEND, due.at, due.id


def _is_over(kind: Kind, late: timedelta) -> bool:
    return late > kind.send_within and (
        kind.rule is Rule.DROP or (kind.give_up_after is not None and late > kind.give_up_after)
    )
