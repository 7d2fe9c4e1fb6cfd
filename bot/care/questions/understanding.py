"""Understand a question: answer it when sure, offer what it may be when not, refuse what does harm."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.care.questions.book import GREETING, OUT_OF_SCOPE, SUBSTANCE, THANKS, Book, Refusal
from bot.care.questions.words import hear
from bot.care.substances import find

#: So many questions are offered at most.
MOST_OFFERED = 3
#: Canonical "not", which at the end of a sentence asks; and the concept of question words.
_NOT, _ASKING = "tidak", "asks"


@dataclass(frozen=True, slots=True)
class Answered:
    """It is this question."""

    question: str
    why: str


@dataclass(frozen=True, slots=True)
class Offered:
    """It may be one of these, likeliest first."""

    questions: Sequence[str]
    why: str


@dataclass(frozen=True, slots=True)
class Refused:
    """It asks for what would do harm."""

    refusal: str


@dataclass(frozen=True, slots=True)
class Nothing:
    """It is no question we know."""


Understood = Answered | Offered | Refused | Nothing
_NOTHING = Nothing()


def understand(text: str, book: Book) -> Understood:
    """Tell what is asked.  Never raises."""
    words = hear(text, book.vocabulary)
    if not words:
        return _NOTHING
    refused = _find_refusal(text, words, book)
    if refused is not None:
        return Refused(refused.id)
    if words in book.sayings:
        return Answered(book.sayings[words], "phrasing")
    keywords = book.keywords.find(words)
    probable = book.model.score(words, _name_concepts(words, keywords, book))
    return _choose(_add_keywords(probable, keywords, book), keywords, book)


def sounds_asked(text: str, book: Book) -> bool:
    """Tell whether a text is put as a question: a question mark, a question word, or a "not" at the end."""
    words = hear(text, book.vocabulary)
    return "?" in text or words[-1:] == (_NOT,) or _ASKING in book.concepts.find(words)


def list_concepts(text: str, book: Book) -> tuple[tuple[str, ...], set[str]]:
    """Return what the model looks at in a text: its words and the concepts found."""
    words = hear(text, book.vocabulary)
    return words, _name_concepts(words, book.keywords.find(words), book)


def _name_concepts(words: Sequence[str], keywords: set[str], book: Book) -> set[str]:
    """Name the concepts found, and the questions that keywords speak for: the model learns how much they say."""
    return book.concepts.find(words) | {f"k {name}" for name in keywords}


def _choose(scores: dict[str, float], keywords: set[str], book: Book) -> Understood:
    limits = book.threshold
    ranked = sorted(scores, key=lambda name: -scores[name])
    first, second = ranked[0], ranked[1]
    lead = scores[first] - scores[second]
    why = f"{first} {scores[first]:.2f}, ahead by {lead:.2f}" + (", keyword" if first in keywords else "")
    sure = scores[first] >= limits.answers_from and lead >= limits.margin
    if first == OUT_OF_SCOPE and scores[first] >= limits.silent_from:
        return _NOTHING
    if sure and first != OUT_OF_SCOPE:
        return Answered(first, why)
    offered = tuple(name for name in ranked if _may_be_offered(name, scores, limits.offers_from))[:MOST_OFFERED]
    return Offered(offered, why) if offered else _NOTHING


def _may_be_offered(name: str, scores: dict[str, float], least: float) -> bool:
    return scores[name] >= least and name not in (OUT_OF_SCOPE, GREETING, THANKS)


def _add_keywords(probable: dict[str, float], keywords: set[str], book: Book) -> dict[str, float]:
    """Raise what staff's keywords speak for; several questions share what one keyword gives."""
    if not keywords:
        return probable
    bonus = book.threshold.keyword / len(keywords) ** 0.5
    return {name: share + (bonus if name in keywords else 0) for name, share in probable.items()}


def _find_refusal(text: str, words: Sequence[str], book: Book) -> Refusal | None:
    groups = book.groups.find(words)
    if len(groups) < 1:
        return None
    if find(text, book.substances):
        groups = groups | {SUBSTANCE}
    return next((one for one in book.refusals if _is_heard(one, groups)), None)


def _is_heard(refusal: Refusal, groups: set[str]) -> bool:
    return not refusal.lacks & groups and all(names & groups for names in refusal.wanted)
