"""Build the rules of danger from their files: words, concepts, one file of rules per label, and the model."""

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from bot.care.danger.concepts import ANY, ENDLESS, build_index
from bot.care.danger.errors import DangerContentError
from bot.care.danger.model import Model, pack
from bot.care.danger.rules import Rule
from bot.care.danger.scopes import SCOPE_CONCEPTS, Scope
from bot.care.danger.spelling import group_skeletons, group_stems
from bot.care.danger.words import Lexicon, resolve
from bot.care.safety import HIGH, IMMEDIATE, Rules

#: Files that hold no rules.
WORDS, CONCEPTS, MODEL = "words", "concepts", "model"
_KEYS = frozenset(
    {"id", "severity", "all", "within", "ordered", "cancel", "lower", "lacks", "asks", "examples", "counterexamples"}
)
_CANCEL, _LOWER = (Scope.NEGATED, Scope.PAST, Scope.QUESTION), (Scope.JOKE,)
_WITHIN = 4


def read_rules(files: Mapping[str, str]) -> Rules:
    """Build the rules from content files, path relative to the content folder -> text.

    Raises DangerContentError naming the file and what is missing: there is no detector without all of them.
    """
    documents = {name: _parse(path, text) for path, text in files.items() if (name := _name(path)) is not None}
    for name in (WORDS, CONCEPTS, MODEL):
        if name not in documents:
            raise DangerContentError(f"danger/{name}: missing; the service does not run without it")
    concepts = _read_concepts(documents[CONCEPTS])
    lexicon = _read_lexicon(documents[WORDS], concepts)
    phrases = [(_canonical(phrase, lexicon, name), name) for name, said in concepts.items() for phrase in said]
    order = tuple(documents[CONCEPTS].get("order", ()))
    rules = tuple(rule for label in order for rule in _read_label(label, documents, frozenset(concepts)))
    raised = {label: frozenset(documents[label].get("raised_by", ())) for label in order}
    for label, names in raised.items():
        _refuse_unknown_concepts(names, frozenset(concepts), f"danger/{label}: raised_by")
    return Rules(lexicon, build_index(phrases), rules, order, raised, _read_model(documents[MODEL], order))


def _name(path: str) -> str | None:
    folder, _, file = path.partition("/")
    return file.partition(".")[0] if folder == "danger" else None


def _parse(path: str, text: str) -> Mapping[str, Any]:
    try:
        parsed: Mapping[str, Any] = msgspec.json.decode(text) if path.endswith(".json") else tomllib.loads(text)
    except ValueError as error:
        raise DangerContentError(f"{path}: cannot be read: {error}") from None
    return parsed


def _read_concepts(document: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    concepts = {name: _split(said) for name, said in document.get("concept", {}).items()}
    for name in sorted(SCOPE_CONCEPTS - concepts.keys()):
        raise DangerContentError(f"danger/concepts: {name} is missing; the scopes are found by it")
    for name, said in concepts.items():
        if not said or any(phrase.split()[0] == ANY for phrase in said):
            raise DangerContentError(f"danger/concepts: {name}: needs phrases, and none may begin with {ANY!r}")
    return concepts


def _split(said: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(phrase for one in said.split(",") if (phrase := " ".join(one.split()))))


def _read_lexicon(document: Mapping[str, Any], concepts: Mapping[str, Sequence[str]]) -> Lexicon:
    canonical = {
        written: tuple(meant.split())
        for meant, ways in document.get("canonical", {}).items()
        for written in _split(ways)
    }
    spoken = [word for said in concepts.values() for phrase in said for word in phrase.split()]
    whole = {word for word in spoken if word.isalpha() and word not in canonical}
    values = {word for meant in canonical.values() for word in meant}
    ordinary = {word for one in document.get("ordinary", "").split(",") for word in one.split()}
    noise, tags = frozenset(_split(document.get("noise", ""))), frozenset(_split(document.get("tags", "")))
    stems = group_stems(_split(document.get("stems", "")))
    return Lexicon(
        canonical=canonical,
        noise=noise,
        known=frozenset(whole | values | ordinary | noise | tags),
        beginnings=tuple(sorted({word[:-1] for word in spoken if word.endswith(ENDLESS)})),
        stems=stems,
        tails=frozenset(stem.word for group in stems.values() for stem in group),
        skeletons=group_skeletons(whole | canonical.keys()),
        emoji=dict(document.get("emoji", {})),
        joins=frozenset(_split(document.get("joins", ""))),
        tags=tags,
    )


def _canonical(phrase: str, lexicon: Lexicon, concept: str) -> tuple[str, ...]:
    """Say a phrase in the words texts are heard in."""
    words: list[str] = []
    for word in phrase.split():
        whole = word == ANY or word.endswith(ENDLESS) or word.startswith("#")
        words += [word] if whole else [one for one in resolve(word, lexicon) if one not in lexicon.noise]
    if not words:
        raise DangerContentError(f"danger/concepts: {concept}: {phrase!r} is only noise; take it out")
    return tuple(words)


def _read_label(label: str, documents: Mapping[str, Mapping[str, Any]], concepts: frozenset[str]) -> Iterable[Rule]:
    rows = documents.get(label, {}).get("rule", [])
    if not rows:
        raise DangerContentError(f"danger/{label}: no [[rule]]; the service does not run without it")
    ids = [row.get("id", "") for row in rows]
    for row in rows:
        where = f"danger/{label}: rule {row.get('id', '?')}"
        if ids.count(row.get("id", "")) > 1 or not row.get("id"):
            raise DangerContentError(f"{where}: every rule needs an id of its own")
        yield _read_rule(row, label, concepts, where)


def _read_rule(row: Mapping[str, Any], label: str, concepts: frozenset[str], where: str) -> Rule:
    if unknown := sorted(row.keys() - _KEYS):
        raise DangerContentError(f"{where}: {', '.join(unknown)} is not known; known are {', '.join(sorted(_KEYS))}")
    if row.get("severity") not in (IMMEDIATE, HIGH) or not row.get("all") or not row.get("examples"):
        raise DangerContentError(f"{where}: needs severity {IMMEDIATE} or {HIGH}, all = [...] and examples = [...]")
    wanted = tuple(tuple(one.split("|")) for one in row["all"])
    _refuse_unknown_concepts([name for names in wanted for name in names], concepts, where)
    _refuse_unknown_concepts(row.get("lacks", ()), concepts, where)
    return Rule(
        id=row["id"],
        label=label,
        severity=row["severity"],
        wanted=wanted,
        within=row.get("within", _WITHIN),
        ordered=row.get("ordered", False),
        cancel=_scopes(row.get("cancel", _CANCEL), where),
        lower=_scopes(row.get("lower", _LOWER), where),
        lacks=frozenset(row.get("lacks", ())),
        asks=row.get("asks", False),
        examples=tuple(row["examples"]),
        counterexamples=tuple(row.get("counterexamples", ())),
    )


def _scopes(names: Iterable[str], where: str) -> frozenset[Scope]:
    try:
        return frozenset(Scope(name) for name in names)
    except ValueError as error:
        raise DangerContentError(f"{where}: {error}; known are {', '.join(Scope)}") from None


def _refuse_unknown_concepts(names: Iterable[str], concepts: frozenset[str], where: str) -> None:
    if unknown := sorted(set(names) - concepts):
        raise DangerContentError(f"{where}: {', '.join(unknown)} is no concept; write it in danger/concepts.toml")


def _read_model(document: Mapping[str, Any], order: Sequence[str]) -> Model:
    labels = tuple(document.get("labels", ()))
    sizes = {len(labels) + 1, len(document.get("bias", ())), *map(len, document.get("weights", {}).values())}
    thresholds = (document.get("asks_from"), document.get("fires_from"))
    if set(labels[1:]) != set(order) or len(sizes) != 1 or not all(isinstance(one, float) for one in thresholds):
        raise DangerContentError("danger/model: does not fit danger/concepts; train it again")
    weights = {name: pack(row) for name, row in document["weights"].items()}
    return Model(labels, tuple(document["bias"]), weights, document["asks_from"], document["fires_from"])
