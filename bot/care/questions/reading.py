"""Read everything that is known about questions out of content/faq, content/questions.* and content/substances.toml."""

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

import msgspec

from bot.care.questions.book import OUT_OF_SCOPE, SUBSTANCE, Answer, Book, Refusal, Threshold
from bot.care.questions.model import Model
from bot.care.questions.words import ENDLESS, Phrasebook, Vocabulary, hear
from bot.care.substances import SubstancesError, read_substances

RULES, MODEL, SUBSTANCES = "questions.toml", "questions.json", "substances.toml"
_FOLDER = "faq/"
#: A question is said in at least so many ways, so that the model learns it and not one person's wording.
FEWEST_PHRASINGS = 15
_NEEDED = ("ask", "ask_en", "answer", "answer_en", "source", "checked_on", "keywords")


class QuestionsError(Exception):
    """A file about questions says something that cannot be; the message names the file, the place and the remedy."""


def read_book(files: Mapping[str, str]) -> Book:
    """Read questions, answers and substances: path relative to the content folder -> text.

    Raises QuestionsError naming the file and what is missing.
    """
    rules = _parse(RULES, files)
    documents = {
        path.removeprefix(_FOLDER).removesuffix(".toml"): _parse(path, files)
        for path in sorted(files)
        if path.startswith(_FOLDER)
    }
    vocabulary = _read_vocabulary(rules)
    try:
        substances = read_substances(_parse(SUBSTANCES, files))
    except SubstancesError as error:
        raise QuestionsError(str(error)) from None
    groups = _gather(rules.get("group", {}), vocabulary)
    return Book(
        vocabulary=vocabulary,
        answers={name: _read_answer(name, one) for name, one in documents.items() if name != OUT_OF_SCOPE},
        phrasings=_gather_phrasings(documents),
        keywords=Phrasebook(_keywords(documents, vocabulary)),
        concepts=_gather(rules.get("concept", {}), vocabulary),
        groups=groups,
        refusals=tuple(_read_refusal(row, rules.get("group", {})) for row in rules.get("refuse", ())),
        threshold=_read_threshold(rules),
        model=_read_model(_parse(MODEL, files), documents),
        substances=substances,
    )


def _parse(path: str, files: Mapping[str, str]) -> Mapping[str, Any]:
    if path not in files:
        raise QuestionsError(f"{path}: missing; questions are understood by it")
    try:
        parsed: Mapping[str, Any] = (
            msgspec.json.decode(files[path]) if path.endswith(".json") else tomllib.loads(files[path])
        )
    except ValueError as error:
        raise QuestionsError(f"{path}: cannot be read: {error}") from None
    return parsed


def _read_vocabulary(rules: Mapping[str, Any]) -> Vocabulary:
    canonical = {written: meant for meant, ways in rules.get("canonical", {}).items() for written in _split(ways)}
    return Vocabulary(canonical, frozenset(_split(rules.get("noise", {}).get("words", ""))))


def _split(said: str) -> Iterator[str]:
    return (phrase for one in said.split(",") if (phrase := " ".join(one.split())))


def _gather(named: Mapping[str, str], vocabulary: Vocabulary) -> Phrasebook:
    return Phrasebook(
        (words, name) for name, said in named.items() for phrase in _split(said) if (words := _word(phrase, vocabulary))
    )


def _word(phrase: str, vocabulary: Vocabulary) -> tuple[str, ...]:
    """Say a listed phrase in the words texts are heard in; a beginning of a word stays as it is."""
    return (phrase,) if phrase.endswith(ENDLESS) and " " not in phrase else hear(phrase.strip(ENDLESS), vocabulary)


def _keywords(
    documents: Mapping[str, Mapping[str, Any]], vocabulary: Vocabulary
) -> Iterable[tuple[tuple[str, ...], str]]:
    for name, document in documents.items():
        for keyword in document.get("keywords", ()):
            if words := _word(keyword, vocabulary):
                yield words, name


def _read_answer(name: str, document: Mapping[str, Any]) -> Answer:
    if missing := [key for key in _NEEDED if not document.get(key)]:
        raise QuestionsError(f"{_FOLDER}{name}.toml: needs {', '.join(missing)}")
    if not isinstance(document["checked_on"], date):
        raise QuestionsError(f"{_FOLDER}{name}.toml: checked_on must be a date")
    longer = {"id": document.get("longer", ""), "en": document.get("longer_en", "")}
    if len({bool(text) for text in longer.values()}) > 1:
        raise QuestionsError(f"{_FOLDER}{name}.toml: longer and longer_en go together")
    short = {"id": document["answer"], "en": document["answer_en"]}
    labels = {"id": document["ask"], "en": document["ask_en"]}
    return Answer(name, labels, short, longer, document.get("opens"), document["source"], document["checked_on"])


def _gather_phrasings(documents: Mapping[str, Mapping[str, Any]]) -> dict[str, tuple[str, ...]]:
    """Gather what is said for each question, with the look-alikes that other files hand over to it."""
    said = {name: list(document.get("phrasings", "").strip().splitlines()) for name, document in documents.items()}
    for name, own in said.items():
        if len(set(own)) < FEWEST_PHRASINGS:
            raise QuestionsError(f"{_FOLDER}{name}.toml: {len(set(own))} phrasings; write at least {FEWEST_PHRASINGS}")
    for name, document in documents.items():
        for meant, examples in document.get("looks_like", {}).items():
            if meant not in said:
                raise QuestionsError(f"{_FOLDER}{name}.toml: looks_like: {meant!r} is no question")
            said[meant] += examples
    return {name: tuple(dict.fromkeys(own)) for name, own in said.items()}


def _read_refusal(row: Mapping[str, Any], groups: Mapping[str, Any]) -> Refusal:
    where = f"{RULES}: refuse {row.get('id', '?')}"
    if not row.get("id") or not row.get("all") or not row.get("examples"):
        raise QuestionsError(f"{where}: needs id, all = [...] and examples = [...]")
    wanted = tuple(frozenset(names.split("|")) for names in row["all"])
    lacks = frozenset(row.get("lacks", ()))
    if unknown := sorted(frozenset().union(lacks, *wanted) - groups.keys() - {SUBSTANCE}):
        raise QuestionsError(f"{where}: {', '.join(unknown)} is no group; write it in [group]")
    return Refusal(row["id"], wanted, lacks, tuple(row["examples"]), tuple(row.get("counterexamples", ())))


def _read_threshold(rules: Mapping[str, Any]) -> Threshold:
    row = rules.get("threshold", {})
    names = ("keyword", "answers_from", "margin", "offers_from", "silent_from")
    if missing := [name for name in names if not isinstance(row.get(name), float)]:
        raise QuestionsError(f"{RULES}: [threshold] needs {', '.join(missing)} as numbers with a point")
    return Threshold(*(row[name] for name in names))


def _read_model(document: Mapping[str, Any], questions: Mapping[str, object]) -> Model:
    labels = tuple(document.get("labels", ()))
    if set(labels) != set(questions) or len(document.get("bias", ())) != len(labels):
        raise QuestionsError(f"{MODEL}: does not fit the questions in {_FOLDER}; train it again")
    return Model(labels, tuple(document["bias"]), document["weights"])
