"""Everything that is known about questions: their answers, keywords, and what is kindly refused."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from bot.care.questions.model import Model
from bot.care.questions.words import Phrasebook, Vocabulary
from bot.care.substances import Dictionary

#: What people say that is no question to this service.
OUT_OF_SCOPE = "out_of_scope"
#: What is said without asking anything.
GREETING, THANKS = "greeting", "thanks"
#: Concept that is heard where a substance is named.
SUBSTANCE = "SUBSTANCE"


@dataclass(frozen=True, slots=True)
class Answer:
    """What is answered to one question, by language.  `longer`: empty where there is no more to say."""

    id: str
    labels: Mapping[str, str]  #: the question on a button
    short: Mapping[str, str]
    longer: Mapping[str, str]
    opens: str | None  #: a command its button obeys
    source: str
    checked_on: date


@dataclass(frozen=True, slots=True)
class Refusal:
    """What is never answered: every one of `wanted` (names that count alike) is heard, none of `lacks`."""

    id: str
    wanted: Sequence[frozenset[str]]
    lacks: frozenset[str]
    examples: Sequence[str]
    counterexamples: Sequence[str]


@dataclass(frozen=True, slots=True)
class Threshold:
    """Limits of probabilities.  `keyword`: what a keyword adds.  `silent_from`: of what is out of scope."""

    keyword: float
    answers_from: float
    margin: float
    offers_from: float
    silent_from: float


@dataclass(frozen=True, slots=True)
class Book:
    """Everything questions are understood by.  `keywords`, `concepts`, `groups`: what is said -> its name.

    `sayings`: the canonical words of a whole text -> the question it is, whatever the model makes of it.
    """

    vocabulary: Vocabulary
    answers: Mapping[str, Answer]
    phrasings: Mapping[str, Sequence[str]]
    keywords: Phrasebook
    concepts: Phrasebook
    groups: Phrasebook
    refusals: Sequence[Refusal]
    threshold: Threshold
    model: Model
    substances: Dictionary
    sayings: Mapping[tuple[str, ...], str] = field(default_factory=dict)
