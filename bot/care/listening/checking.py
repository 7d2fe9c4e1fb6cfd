"""Try changed rules and answers on everything that ships, before anybody may agree to them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from bot.care.danger.checking import find_false, find_unheard
from bot.care.listening.changes import (
    ANSWERED_IN,
    OF_DANGER,
    Change,
    ChangeError,
    ChangeKind,
    change_book,
    change_rules,
    is_phrase,
)
from bot.care.plainness import Avoided, find_avoided
from bot.care.privacy.masking import find_private
from bot.care.questions.book import Book
from bot.care.questions.understanding import Answered, Refused, understand
from bot.care.questions.words import hear
from bot.care.safety import Alarm, Rules, screen

#: One change holds at most so many phrases or sentences, each of at most so many characters.
MOST_SAID: Final = 20
MOST_CHARS: Final = 1_000


class Fault(StrEnum):
    """What would be wrong."""

    UNFIT = "unfit"  # the change does not fit the content
    UNHEARD = "unheard"  # an example of danger is not heard
    FALSE = "false"  # a counterexample raises an alarm
    RINGS = "rings"  # an ordinary question raises an alarm that it did not raise before
    MISTAKEN = "mistaken"  # a question is not answered as before
    REFUSED = "refused"  # a new way of asking is one that is never answered
    EMPTY = "empty"  # there are no words, or not as many as there must be
    LONG = "long"  # there are more words than anybody can check
    SHAPE = "shape"  # it cannot be a phrase of a concept
    PRIVATE = "private"  # it says something that would tell who somebody is
    AVOIDED = "avoided"  # it says a word that is never said of a person


@dataclass(frozen=True, slots=True)
class Found:
    """A fault.  `where`: the rule or question.  `said`: the sentence, empty where there is none."""

    fault: Fault
    where: str
    said: str


@dataclass(frozen=True, slots=True)
class Heard:
    """How people are heard."""

    rules: Rules
    book: Book | None


def check_words(change: Change, avoided: tuple[Avoided, ...]) -> Iterator[Found]:
    """List what is wrong with the words of a change by themselves."""
    wanted = len(ANSWERED_IN) if change.kind is ChangeKind.ANSWER else 1
    if len(change.words) < wanted or not all(change.words):
        yield Found(Fault.EMPTY, change.target, "")
    if len(change.words) > MOST_SAID or any(len(said) > MOST_CHARS for said in change.words):
        yield Found(Fault.LONG, change.target, "")
        return
    for said in change.words:
        if change.kind is ChangeKind.ANSWER:
            yield from (Found(Fault.AVOIDED, change.target, word) for word, _ in find_avoided(said, avoided))
        elif find_private(said):
            yield Found(Fault.PRIVATE, change.target, said)
        elif change.kind is ChangeKind.ADD_PHRASES and not is_phrase(said):
            yield Found(Fault.SHAPE, change.target, said)


def build(files: Mapping[str, str], shipped: Book | None, changes: Sequence[Change]) -> Heard:
    """Build rules and questions with changes laid over what ships.  Raises ChangeError for one that does not fit."""
    return Heard(change_rules(files, changes), None if shipped is None else change_book(shipped, changes))


def check(
    files: Mapping[str, str], shipped: Book | None, before: Sequence[Change], after: Sequence[Change]
) -> tuple[Found, ...]:
    """List what would be worse after changes than before them.  Takes seconds: not for an event loop."""
    old = build(files, shipped, before)
    try:
        new = build(files, shipped, after)
    except ChangeError as error:
        return (Found(Fault.UNFIT, str(error), ""),)
    rings = () if _of_danger(before) == _of_danger(after) else tuple(_find_rings(old, new))
    return (*_try_rules(new), *rings, *_compare_questions(old.book, new.book), *_try_phrasings(new, after))


def _try_rules(new: Heard) -> Iterator[Found]:
    for rule, said in find_unheard(new.rules):
        yield Found(Fault.UNHEARD, f"{rule.label}/{rule.id}", said)
    for rule, said in find_false(new.rules):
        yield Found(Fault.FALSE, f"{rule.label}/{rule.id}", said)


def _find_rings(old: Heard, new: Heard) -> Iterator[Found]:
    for question, phrasings in (old.book.phrasings if old.book else {}).items():
        for said in phrasings:
            rings = isinstance(screen(said, new.rules), Alarm)
            if rings and not isinstance(screen(said, old.rules), Alarm):
                yield Found(Fault.RINGS, question, said)


def _compare_questions(old: Book | None, new: Book | None) -> Iterator[Found]:
    if old is None or new is None:
        return
    for question, phrasings in old.phrasings.items():
        for said in phrasings:
            is_touched = hear(said, new.vocabulary) in new.sayings
            if is_touched and _answers(said, new) not in (question, _answers(said, old)):
                yield Found(Fault.MISTAKEN, question, said)


def _try_phrasings(new: Heard, changes: Sequence[Change]) -> Iterator[Found]:
    added = [(change.target, said) for change in changes if _asks(change) for said in change.words]
    if new.book is None:
        return
    for question, said in added:
        if isinstance(screen(said, new.rules), Alarm):
            yield Found(Fault.RINGS, question, said)
        elif isinstance(understand(said, new.book), Refused):
            yield Found(Fault.REFUSED, question, said)
        elif _answers(said, new.book) != question:
            yield Found(Fault.MISTAKEN, question, said)


def _of_danger(changes: Sequence[Change]) -> list[Change]:
    return [change for change in changes if change.kind in OF_DANGER]


def _asks(change: Change) -> bool:
    return change.kind is ChangeKind.ADD_PHRASINGS


def _answers(said: str, book: Book) -> str | None:
    understood = understand(said, book)
    return understood.question if isinstance(understood, Answered) else None
