"""How long what is kept, from which day on, and when somebody is told before it goes."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import date, timedelta
from typing import Any


class RetentionError(ValueError):
    """The rules of keeping say something that cannot be; the message names the place and the remedy."""


@dataclass(frozen=True, slots=True)
class Retention:
    """How many days everything is kept.

    `unfinished`, `finished`: the folder of somebody without and with a request, from the last word.  `warning`: so many
    days before the latter goes its person is told, 0 for never.  `chat`: from the closing of the case.  `answers`: of
    check-ins, from the day they were given, but for those to the questions in `score`.  `deliveries`: from arrival.
    `staff`: from leaving.  `broadcasts`: who got one, from its end.
    """

    unfinished: int
    finished: int
    warning: int
    chat: int
    answers: int
    score: tuple[str, ...]
    deliveries: int
    staff: int
    broadcasts: int = 30


def read_retention(document: Mapping[str, Any]) -> Retention:
    """Read content/retention.toml.  Raises RetentionError naming what is missing, unknown or beyond its limits."""
    for name in document:
        if name not in {*_MOST, "version", "note"}:
            raise RetentionError(f"retention.toml: unknown table [{name}]; known are {', '.join(_MOST)}")
    days = {name: _days(document, name, "days", most) for name, most in _MOST.items()}
    warning = _days(document, "finished", "warn_days", days["finished"] - 1, least=0)
    score = document["answers"].get("keep", [])
    if not isinstance(score, list) or not all(isinstance(name, str) for name in score):
        raise RetentionError('retention.toml: [answers] keep is a list of questions, such as ["how_are_you"]')
    return Retention(**days, warning=warning, score=tuple(score))


def goes_on(last_day: date, days: int) -> date:
    """Return the day on which something goes that was last needed on `last_day` and is kept for so many days."""
    return last_day + timedelta(days=days + 1)


def shorter_of(kept: Retention, wanted: Retention) -> Retention:
    """Return the wanted rules, but for every kind that they keep longer: that stays as it is kept."""
    days = {name: min(getattr(kept, name), getattr(wanted, name)) for name in _MOST}
    score = tuple(name for name in wanted.score if name in kept.score)
    return replace(wanted, **days, score=score, warning=min(wanted.warning, days["finished"] - 1))


def describe_changes(kept: Retention, wanted: Retention) -> dict[str, str]:
    """Say what differs, kind by kind, as "90 -> 120"; empty when nothing does."""
    pairs = {each.name: (getattr(kept, each.name), getattr(wanted, each.name)) for each in fields(Retention)}
    return {name: f"{_say(old)} -> {_say(new)}" for name, (old, new) in pairs.items() if old != new}


def _say(value: int | tuple[str, ...]) -> str:
    return ", ".join(value) or "-" if isinstance(value, tuple) else str(value)


#: The longest that each kind may be kept; beyond it the rule is taken for a slip of the pen.
_MOST = {
    "unfinished": 90,
    "finished": 365,
    "chat": 365,
    "answers": 365,
    "deliveries": 90,
    "staff": 3_650,
    "broadcasts": 90,
}
#: Platforms repeat what was not confirmed for up to this many days.
#: Nobody gets more than a few broadcasts in seven days, which are counted.
_LEAST = {"deliveries": 8, "broadcasts": 8}
_KEYS = {"finished": {"days", "warn_days"}, "answers": {"days", "keep"}}


def _days(document: Mapping[str, Any], table: str, key: str, most: int, *, least: int = 1) -> int:
    rule = document.get(table)
    if not isinstance(rule, dict):
        raise RetentionError(f"retention.toml: [{table}] is missing; add it with days = a number")
    for name in rule:
        if name not in _KEYS.get(table, {"days"}):
            raise RetentionError(f"retention.toml: [{table}] {name} is unknown; take it out")
    days, lowest = rule.get(key), max(least, _LEAST.get(table, least))
    if not isinstance(days, int) or isinstance(days, bool) or not lowest <= days <= most:
        raise RetentionError(f"retention.toml: [{table}] {key} must be a whole number from {lowest} to {most}")
    return days
