"""Lay the changes of staff over the content that ships: phrases, examples, ways of asking, answers."""

import json
import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from enum import StrEnum
from typing import Any, Final, assert_never

import msgspec

from bot.care.danger.errors import DangerContentError
from bot.care.danger.reading import read_rules
from bot.care.questions.book import Book
from bot.care.questions.words import hear
from bot.care.safety import Rules

#: In which languages an answer is given, in the order of its words.
ANSWERED_IN: Final = ("id", "en")
_CONCEPTS: Final = "danger/concepts"
_WORD: Final = r"(?:[^\W_]+(?:['-][^\W_]+)*|[^\W\d_]{3,}\*|#\d{1,6}-\d{1,6})"
_PHRASE: Final = re.compile(rf"(?=.{{2,60}}\Z){_WORD}(?: (?:_ )?{_WORD})*")


class ChangeError(Exception):
    """A change does not fit the content; the message names the target and what does not fit."""


class ChangeKind(StrEnum):
    """What a change does."""

    ADD_PHRASES = "add_phrases"
    REMOVE_PHRASES = "remove_phrases"
    ADD_EXAMPLES = "add_examples"
    ADD_COUNTEREXAMPLES = "add_counterexamples"
    ADD_PHRASINGS = "add_phrasings"
    ANSWER = "answer"


#: Kinds that change how danger is heard.
OF_DANGER: Final = frozenset(ChangeKind) - {ChangeKind.ADD_PHRASINGS, ChangeKind.ANSWER}


class Change(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One change.

    `target`: a concept for phrases, "label/rule" for examples, else a question.  `words`: phrases, sentences, or an
    answer in every language of `ANSWERED_IN`.  `day`: when it was proposed, which an answer was checked on.
    """

    kind: ChangeKind
    target: str
    words: tuple[str, ...]
    day: date


def is_phrase(text: str) -> bool:
    """Tell whether something can be a phrase of a concept: words, `sayat*`, `#1-12`, and `_` between two of them."""
    return _PHRASE.fullmatch(text) is not None


def change_rules(files: Mapping[str, str], changes: Sequence[Change]) -> Rules:
    """Build the rules of danger with changes laid over the files that ship, the earliest first.

    Raises ChangeError for a change that does not fit them.
    """
    documents: dict[str, Any] = {}
    for change in changes:
        if change.kind in OF_DANGER:
            _change_danger(documents, files, change)
    changed = {f"{name}.json": json.dumps(document) for name, document in documents.items()}
    untouched = {path: text for path, text in files.items() if path.removesuffix(".toml") not in documents}
    try:
        return read_rules({**untouched, **changed})
    except DangerContentError as error:
        raise ChangeError(str(error)) from None


def change_book(book: Book, changes: Iterable[Change]) -> Book:
    """Lay changes over the questions that ship.  Raises ChangeError for a change that does not fit them."""
    for change in changes:
        match change.kind:
            case ChangeKind.ADD_PHRASINGS:
                _find_answer(book, change)
                said = {hear(one, book.vocabulary): change.target for one in change.words}
                book = replace(book, sayings={**book.sayings, **said})
            case ChangeKind.ANSWER:
                answer = _find_answer(book, change)
                given = dict(zip(ANSWERED_IN, change.words, strict=True))
                changed = replace(answer, short={**answer.short, **given}, checked_on=change.day)
                book = replace(book, answers={**book.answers, change.target: changed})
            case _:
                continue
    return book


def list_concepts(files: Mapping[str, str], changes: Iterable[Change]) -> dict[str, tuple[str, ...]]:
    """List the phrases of every concept with changes laid over them.  Raises ChangeError for one that does not fit."""
    documents: dict[str, Any] = {}
    for change in changes:
        if change.kind in OF_DANGER:
            _change_danger(documents, files, change)
    concepts = _open(documents, files, _CONCEPTS).get("concept", {})
    return {name: split_phrases(said) for name, said in concepts.items()}


def split_phrases(said: str) -> tuple[str, ...]:
    """Split the phrases of a concept as its file lists them."""
    return tuple(phrase for one in said.split(",") if (phrase := " ".join(one.split())))


def _find_answer(book: Book, change: Change) -> Any:  # noqa: ANN401 - an Answer, which dataclasses.replace keeps
    if change.target not in book.answers:
        raise ChangeError(f"{change.target}: is no question")
    return book.answers[change.target]


def _change_danger(documents: dict[str, Any], files: Mapping[str, str], change: Change) -> None:
    match change.kind:
        case ChangeKind.ADD_PHRASES | ChangeKind.REMOVE_PHRASES:
            concepts = _open(documents, files, _CONCEPTS).get("concept", {})
            if change.target not in concepts:
                raise ChangeError(f"{change.target}: is no concept")
            concepts[change.target] = ", ".join(_change_phrases(split_phrases(concepts[change.target]), change))
        case ChangeKind.ADD_EXAMPLES | ChangeKind.ADD_COUNTEREXAMPLES:
            rule = _find_rule(documents, files, change.target)
            key = "examples" if change.kind is ChangeKind.ADD_EXAMPLES else "counterexamples"
            rule[key] = [*rule.get(key, ()), *change.words]
        case ChangeKind.ADD_PHRASINGS | ChangeKind.ANSWER:
            return
        case _:
            assert_never(change.kind)


def _change_phrases(listed: tuple[str, ...], change: Change) -> tuple[str, ...]:
    if change.kind is ChangeKind.ADD_PHRASES:
        return (*listed, *(phrase for phrase in change.words if phrase not in listed))
    for phrase in change.words:
        if phrase not in listed:
            raise ChangeError(f"{change.target}: has no phrase {phrase!r}")
    return tuple(phrase for phrase in listed if phrase not in change.words)


def _find_rule(documents: dict[str, Any], files: Mapping[str, str], target: str) -> Any:  # noqa: ANN401 - TOML
    label, _, rule_id = target.partition("/")
    rows = _open(documents, files, f"danger/{label}").get("rule", [])
    found = next((row for row in rows if row.get("id") == rule_id), None)
    if found is None:
        raise ChangeError(f"{target}: is no rule")
    return found


def _open(documents: dict[str, Any], files: Mapping[str, str], name: str) -> Any:  # noqa: ANN401 - TOML
    if name not in documents:
        if f"{name}.toml" not in files:
            raise ChangeError(f"{name}.toml: is no file of danger")
        documents[name] = tomllib.loads(files[f"{name}.toml"])
    return documents[name]
