"""What people are heard by, as tables, and what one sentence would set off."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, assert_never

from bot.care.danger.rules import Rule
from bot.care.questions.book import Answer, Book
from bot.care.questions.understanding import Answered, Nothing, Offered, Refused, Understood, understand
from bot.care.safety import Alarm, Calm, Doubt, Rules, screen, understand_words

#: A longer text is not tried.
MOST_TRIED_CHARS: Final = 1_000


@dataclass(frozen=True, slots=True)
class RuleRow:
    """A rule of danger.  `needs`: concepts that must all be there, each with its alternatives."""

    key: str
    label: str
    severity: str
    asks: bool
    needs: tuple[tuple[str, ...], ...]
    within: int
    silenced_by: tuple[str, ...]
    examples: tuple[str, ...]
    counterexamples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class QuestionRow:
    """A question.  `ways`: how many ways of asking it are known.  `added`: those that staff added."""

    id: str
    asked: str
    ways: int
    added: tuple[str, ...]
    answer_id: str
    answer_en: str
    source: str
    checked_on: date


@dataclass(frozen=True, slots=True)
class Tried:
    """What one sentence sets off.

    `heard`: alarm, doubt or calm.  `why`: the rule and the words it stands on, or the model.  `needs`: the concepts of
    that rule.  `share`: probability of danger by the model, with the label it thinks of.  `taken`: answered, offered,
    refused or nothing.
    """

    heard: str
    severity: str
    labels: tuple[str, ...]
    why: str
    needs: tuple[tuple[str, ...], ...]
    concepts: tuple[str, ...]
    share: float
    share_label: str
    taken: str
    questions: tuple[str, ...]
    question_why: str


def list_rules(rules: Rules) -> list[RuleRow]:
    """List the rules of danger, the most pressing label first."""
    return [_show_rule(rule) for rule in rules.rules]


def list_questions(book: Book | None, language: str) -> list[QuestionRow]:
    """List the questions with their answers."""
    if book is None:
        return []
    return [_show_question(answer, book, language) for _, answer in sorted(book.answers.items())]


def try_sentence(text: str, rules: Rules, book: Book | None, language: str) -> Tried:
    """Tell what a sentence sets off, and why."""
    verdict = screen(text, rules)
    words, concepts = understand_words(text, rules)
    score = rules.model.score(words, concepts)
    why = "" if isinstance(verdict, Calm) else verdict.why
    fired = next((rule for rule in rules.rules if why.startswith(f"{rule.id}: ")), None)
    understood = Nothing() if book is None else understand(text, book)
    return Tried(
        *_name_verdict(verdict),
        why,
        () if fired is None else fired.wanted,
        tuple(sorted(set(concepts))),
        score.danger,
        score.label,
        *_name_understood(understood, book, language),
    )


def _show_rule(rule: Rule) -> RuleRow:
    return RuleRow(
        f"{rule.label}/{rule.id}",
        rule.label,
        rule.severity,
        rule.asks,
        rule.wanted,
        rule.within,
        tuple(sorted(scope.value for scope in rule.cancel)),
        rule.examples,
        rule.counterexamples,
    )


def _show_question(answer: Answer, book: Book, language: str) -> QuestionRow:
    added = tuple(" ".join(words) for words, meant in book.sayings.items() if meant == answer.id)
    ways = len(book.phrasings[answer.id]) + len(added)
    asked, short = answer.labels[language], answer.short
    return QuestionRow(answer.id, asked, ways, added, short["id"], short["en"], answer.source, answer.checked_on)


def _name_verdict(verdict: Alarm | Doubt | Calm) -> tuple[str, str, tuple[str, ...]]:
    match verdict:
        case Alarm(severity=severity, labels=labels):
            return "alarm", severity, labels
        case Doubt(label=label):
            return "doubt", "", (label,)
        case Calm():
            return "calm", "", ()
        case _:
            assert_never(verdict)


def _name_understood(understood: Understood, book: Book | None, language: str) -> tuple[str, tuple[str, ...], str]:
    match understood:
        case Answered(question, why):
            return "answered", _label([question], book, language), why
        case Offered(questions, why):
            return "offered", _label(questions, book, language), why
        case Refused(refusal):
            return "refused", (), refusal
        case Nothing():
            return "nothing", (), ""
        case _:
            assert_never(understood)


def _label(questions: Sequence[str], book: Book | None, language: str) -> tuple[str, ...]:
    return () if book is None else tuple(book.answers[one].labels[language] for one in questions)
