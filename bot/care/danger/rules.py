"""Rules of danger: concepts that must stand near each other, and the scopes that take the danger out."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum

from bot.care.danger.concepts import Hit
from bot.care.danger.scopes import Said, Scope

#: So many places where a concept stands are tried; more is a text made of nothing else.
_MOST_TRIED = 40


class Outcome(IntEnum):
    """How sure a rule is, least first: silenced or lowered by a scope, only asking by itself, or sure."""

    NOTHING = 0
    CANCELLED = 1
    LOWERED = 2
    ASK = 3
    FIRE = 4


@dataclass(frozen=True, slots=True)
class Rule:
    """All `wanted` concepts (each with its alternatives), with at most `within` other words between them.

    `ordered`: only in this order.  `cancel`: scopes that silence the rule.  `lower`: scopes that let it only ask.
    `lacks`: concepts beside which the rule means nothing.  `asks`: it never does more than ask.
    """

    id: str
    label: str
    severity: str
    wanted: tuple[tuple[str, ...], ...]
    within: int
    ordered: bool
    cancel: frozenset[Scope]
    lower: frozenset[Scope]
    lacks: frozenset[str]
    asks: bool
    examples: tuple[str, ...] = ()
    counterexamples: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """What a rule made of a text.  `start`, `end`: the words it stands on."""

    rule: Rule
    outcome: Outcome
    start: int
    end: int


def apply(rule: Rule, hits: Mapping[str, Sequence[Hit]], said: Said) -> Finding | None:
    """Return the most serious thing the rule finds, or None."""
    if not all(any(name in hits for name in names) for names in rule.wanted) or rule.lacks & hits.keys():
        return None
    best: Finding | None = None
    for start, end in _spans(rule, hits):
        outcome = _judge(rule, said, start, end)
        if best is None or outcome > best.outcome:
            best = Finding(rule, outcome, start, end)
        if outcome is Outcome.FIRE:
            break
    return best


def _judge(rule: Rule, said: Said, start: int, end: int) -> Outcome:
    if any(_holds(scope, said, start, end) for scope in rule.cancel):
        return Outcome.CANCELLED
    is_past = Scope.PAST in rule.cancel and said.is_past(start, end)
    if is_past or any(_holds(scope, said, start, end) for scope in rule.lower):
        return Outcome.LOWERED
    return Outcome.ASK if rule.asks else Outcome.FIRE


def _holds(scope: Scope, said: Said, start: int, end: int) -> bool:
    match scope:
        case Scope.NEGATED:
            return said.is_negated(start, end)
        case Scope.PAST:
            return said.is_over(start, end)
        case Scope.QUESTION:
            return said.is_asked_about(start, end)
        case Scope.JOKE:
            return said.joking


def _spans(rule: Rule, hits: Mapping[str, Sequence[Hit]]) -> Iterator[tuple[int, int]]:
    """Yield where all wanted concepts stand together."""
    places = [[hit for name in names for hit in hits.get(name, ())] for names in rule.wanted]
    for first in places[0][:_MOST_TRIED]:
        parts = _gather(rule, first, places[1:])
        if parts is not None:
            yield min(one.start for one in parts), max(one.end for one in parts)


def _gather(rule: Rule, first: Hit, others: Sequence[Sequence[Hit]]) -> list[Hit] | None:
    """Take for each further concept the nearest place that does not overlap; None if that is too far."""
    parts = [first]
    for candidates in others:
        start, end = min(one.start for one in parts), max(one.end for one in parts)
        free = [
            hit
            for hit in candidates
            if (hit.start >= parts[-1].end if rule.ordered else all(_apart(hit, part) for part in parts))
        ]
        if not free:
            return None
        parts.append(min(free, key=lambda hit: max(end, hit.end) - min(start, hit.start)))
    covered = sum(one.end - one.start for one in parts)
    spread = max(one.end for one in parts) - min(one.start for one in parts)
    return parts if spread - covered <= rule.within else None


def _apart(one: Hit, other: Hit) -> bool:
    return one.end <= other.start or other.end <= one.start
