"""Hear danger in what a person writes, before anything else is read into it."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from bot.care.danger.concepts import Hit, Index, find
from bot.care.danger.letters import undress
from bot.care.danger.model import MASKED, Model, Score
from bot.care.danger.rules import Finding, Outcome, Rule, apply
from bot.care.danger.scopes import SCOPE_CONCEPTS, listen
from bot.care.danger.words import MOST_RESOLVED, Heard, Lexicon, hear, hear_plain

#: Severities, most urgent first.
IMMEDIATE, HIGH = "immediate", "high"
#: A text is heard in pieces of so many characters, cut where a sentence ends.
_PIECE_CHARS = 400
#: Of a text longer than a message can be the beginning and the end are heard, so that it cannot hold up the others.
_HEARD_CHARS = 4_096
_SENTENCE_ENDS = re.compile(r"[.!?\n]+\s*")


@dataclass(frozen=True, slots=True)
class Rules:
    """Everything danger is heard by.

    `order`: labels, most pressing first.  `raised`: label -> concepts beside which it is immediate.
    """

    lexicon: Lexicon
    index: Index
    rules: tuple[Rule, ...]
    order: tuple[str, ...]
    raised: Mapping[str, frozenset[str]]
    model: Model
    beginning: Mapping[str, frozenset[int]] = field(init=False, repr=False, compare=False)  #: by what is wanted first

    def __post_init__(self) -> None:
        """Note which rules a concept may begin, by their places; of all rules a text concerns a few."""
        beginning: dict[str, set[int]] = {}
        for place, rule in enumerate(self.rules):
            for concept in rule.wanted[0]:
                beginning.setdefault(concept, set()).add(place)
        object.__setattr__(self, "beginning", {concept: frozenset(found) for concept, found in beginning.items()})

    def concerning(self, concepts: Iterable[str]) -> list[Rule]:
        """List the rules that what was found may begin, in their order; no other rule can find anything."""
        places = set[int]().union(*(self.beginning.get(concept, ()) for concept in concepts))
        return [self.rules[place] for place in sorted(places)]


@dataclass(frozen=True, slots=True)
class Alarm:
    """Danger was heard: most likely `label`, of all `labels`.  `why`: the rule, and the words it stands on."""

    label: str
    severity: str
    labels: tuple[str, ...]
    why: str


@dataclass(frozen=True, slots=True)
class Doubt:
    """There may be danger: ask."""

    label: str
    why: str


@dataclass(frozen=True, slots=True)
class Calm:
    """No danger was heard."""


Verdict = Alarm | Doubt | Calm
_CALM = Calm()
#: Probability of urgency from which the model raises an alarm to an immediate one.
_URGENT_FROM = 0.5
#: So few words prove little to the model; it must be surer by this much.
_FEW_WORDS, _SHORT_OF_PROOF = 5, 0.2
#: Of two dangers found at once the more pressing leads, unless the other is so many times likelier for each rank.
_PRESSING = 1.6
#: Of words that are not judged by the model.
_NOT_SCORED = Score("", 0.0, 0.0, {})


def screen(text: str, rules: Rules, recent: Sequence[str] = ()) -> Verdict:
    """Tell whether danger is heard in a text.  Never raises.

    `recent`: what the same person wrote just before, oldest first; a sentence sent in several messages is heard as
    one, by the rules alone, for to the model unrelated answers put together look like anything.  Danger that lay in
    the earlier messages alone is not heard again.
    """
    resolved: dict[str, tuple[str, ...]] = {}
    alone = _screen_pieces(text, rules, _CALM, resolved)
    if not recent or isinstance(alone, Alarm):
        return alone
    before = " ".join(recent)[-_PIECE_CHARS:]
    together = _screen_pieces(f"{before} {text}"[-_PIECE_CHARS:], rules, alone, resolved, by_model=False)
    if _rank(together) <= _rank(alone):
        return alone
    heard_before = _screen_pieces(before, rules, _CALM, resolved, by_model=False)
    return together if _rank(together) > _rank(heard_before) else alone


def understand_words(text: str, rules: Rules) -> tuple[list[str], list[str]]:
    """Return what the model looks at in a text: its words, those of idioms masked, and the concepts found."""
    heard = hear(text, rules.lexicon)
    hits, masked = _unmask(find(heard.words, rules.index))
    return _mask(heard, masked), [hit.concept for hit in hits]


def _rank(verdict: Verdict) -> int:
    match verdict:
        case Alarm(severity=severity):
            return 3 if severity == IMMEDIATE else 2
        case Doubt():
            return 1
        case Calm():
            return 0


def _screen_pieces(
    text: str, rules: Rules, verdict: Verdict, resolved: dict[str, tuple[str, ...]], *, by_model: bool = True
) -> Verdict:
    plain = _shorten(undress(_shorten(text), rules.lexicon.emoji))
    if len(resolved) + len(plain) > MOST_RESOLVED:  # so many words may come that what is known of others would crowd
        resolved = {}
    for piece in _cut(plain):
        heard = hear_plain(piece, rules.lexicon, resolved)
        verdict = _join(verdict, _screen_heard(heard, rules, by_model=by_model), rules.order)
    return verdict


def _join(one: Verdict, other: Verdict, order: Sequence[str]) -> Verdict:
    """Keep the more serious of two verdicts; alarms keep all their labels and the higher severity."""
    if isinstance(one, Alarm) and isinstance(other, Alarm):
        labels = tuple(label for label in order if label in one.labels or label in other.labels)
        first, second = sorted((one, other), key=lambda alarm: order.index(alarm.label))
        severity = IMMEDIATE if IMMEDIATE in (one.severity, other.severity) else HIGH
        return Alarm(first.label, severity, labels, f"{first.why}; {second.why}")
    return other if _rank(other) > _rank(one) else one


def _shorten(text: str) -> str:
    """Keep the beginning and the end of an endless text; undressed, some letters become many."""
    half = _HEARD_CHARS // 2
    return text if len(text) <= _HEARD_CHARS else f"{text[:half]}\n{text[-half:]}"


def _cut(text: str) -> Iterator[str]:
    """Cut a text into pieces at sentence ends, or where a piece is full."""
    start = 0
    while len(text) - start > _PIECE_CHARS:
        full = text[start : start + _PIECE_CHARS]
        ends = [match.end() for match in _SENTENCE_ENDS.finditer(full)]
        length = ends[-1] if ends else full.rfind(" ") + 1 or _PIECE_CHARS
        yield full[:length]
        start += length
    yield text[start:]


def _screen_heard(heard: Heard, rules: Rules, *, by_model: bool) -> Verdict:
    hits, masked = _unmask(find(heard.words, rules.index))
    if all(hit.concept in SCOPE_CONCEPTS for hit in hits):
        return _CALM
    by_concept: dict[str, list[Hit]] = {}
    for hit in hits:
        by_concept.setdefault(hit.concept, []).append(hit)
    said = listen(heard, by_concept)
    concerning = rules.concerning(by_concept)
    findings = [found for rule in concerning if (found := apply(rule, by_concept, said)) is not None]
    sure = [found for found in findings if found.outcome is Outcome.FIRE]

    def score() -> Score:
        return rules.model.score(_mask(heard, masked), by_concept) if by_model else _NOT_SCORED

    if sure:
        return _sound(sure, score, heard, by_concept, rules)
    return _weigh(findings, score(), heard, by_concept, rules)


def _unmask(hits: list[Hit]) -> tuple[list[Hit], frozenset[int]]:
    """Take out what stands in an idiom; return also the places that idioms cover."""
    masked = frozenset(at for hit in hits if hit.concept == "IDIOM" for at in range(hit.start, hit.end))
    if not masked:
        return hits, masked
    scopes = SCOPE_CONCEPTS - {"IDIOM"}
    left = [hit for hit in hits if hit.concept in scopes or not masked.intersection(range(hit.start, hit.end))]
    return left, masked


def _mask(heard: Heard, masked: frozenset[int]) -> list[str]:
    return [MASKED if at in masked else word for at, word in enumerate(heard.words)]


def _sound(
    sure: list[Finding], score: Callable[[], Score], heard: Heard, concepts: Mapping[str, object], rules: Rules
) -> Alarm:
    found = {finding.rule.label for finding in sure}
    labels = tuple(label for label in rules.order if label in found)
    urgent = any(finding.rule.severity == IMMEDIATE for finding in sure) or _is_raised(labels, concepts, rules)
    scored = _NOT_SCORED if urgent and len(labels) == 1 else score()
    lead = _lead(labels, scored.shares)
    severity = IMMEDIATE if urgent or scored.urgency >= _URGENT_FROM else HIGH
    return Alarm(lead, severity, labels, _explain(next(one for one in sure if one.rule.label == lead), heard))


def _lead(labels: Sequence[str], shares: Mapping[str, float]) -> str:
    """Choose the likeliest of several dangers, given most pressing first; without a model it is the most pressing."""
    likely = {label: shares.get(label, 0.0) / _PRESSING**rank for rank, label in enumerate(labels)}
    return max(likely, key=likely.__getitem__)


def _is_raised(labels: Sequence[str], concepts: Mapping[str, object], rules: Rules) -> bool:
    """Tell whether something beside the danger makes it one for this minute."""
    return any(concept in concepts for label in labels for concept in rules.raised.get(label, ()))


def _weigh(
    findings: list[Finding], score: Score, heard: Heard, concepts: Mapping[str, object], rules: Rules
) -> Verdict:
    """Let the model decide where no rule was sure; where a scope silenced a rule, it may at most ask."""
    model, why = rules.model, f"model {score.danger:.2f}"
    strongest = max(findings, key=lambda finding: finding.outcome, default=None)
    asked = strongest is not None and strongest.outcome is Outcome.ASK
    fires_from = (model.asks_from + model.fires_from) / 2 if asked else model.fires_from
    short = _SHORT_OF_PROOF if len(heard.words) < _FEW_WORDS else 0.0
    if score.danger >= fires_from + short and (asked or strongest is None):
        label = strongest.rule.label if strongest is not None else score.label
        urgent = score.urgency >= _URGENT_FROM or _is_raised((label,), concepts, rules)
        severity = IMMEDIATE if urgent else HIGH
        return Alarm(label, severity, (label,), why)
    if strongest is not None and strongest.outcome >= Outcome.LOWERED:
        return Doubt(strongest.rule.label, _explain(strongest, heard))
    return Doubt(score.label, why) if score.danger >= model.asks_from + short / 2 else _CALM


def _explain(finding: Finding, heard: Heard) -> str:
    return f"{finding.rule.id}: {' '.join(heard.words[finding.start : finding.end])}"
