"""Recognise the substances a text names.  Words only: what somebody truly took nobody can read from them."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bot.care.questions.words import ENDLESS, Phrasebook, split_tokens

#: The classes of ASSIST.
CLASSES = (
    "alcohol",
    "amphetamine_type",
    "cannabis",
    "cocaine",
    "hallucinogens",
    "inhalants",
    "opioids",
    "other",
    "sedatives",
    "tobacco",
)
_KEYS = ("id", "class", "choice", "name", "name_en", "words")
_FIGURES = str.maketrans("01345", "oieas")
_DISGUISED = re.compile(r"(?=.*[^\W\d_].*[^\W\d_])(?=.*[01345])\w{4,}")
#: Endings and beginnings put to a word that names a substance, each with the shortest word it is taken off.
_TAILS = {"nya": 4, "an": 5, "ku": 4, "mu": 4, "in": 5, "lah": 4, "mi": 4, "ji": 4}
_HEADS = {"nge": 4, "ng": 5, "di": 5, "ke": 6}
#: From so many letters on a name is known with one slip in it; a shorter one, or a verb, would be another word.
_SHORTEST_SLIPPED = 8
_VERBS = ("ng", "ny")
#: Before the id of a substance: words in which its own words mean something else.
_GUARD = "not "


class SubstancesError(Exception):
    """content/substances.toml says something that cannot be; the message names the row and the remedy."""


@dataclass(frozen=True, slots=True)
class Substance:
    """`assist`: its class.  `choice`: of the intake's question.  `names`: language -> what we call it."""

    id: str
    assist: str
    choice: str
    names: Mapping[str, str]

    def name(self, language: str) -> str:
        """Return what we call it, in Indonesian where the language has no name of its own."""
        return self.names.get(language, self.names["id"])


@dataclass(frozen=True, slots=True)
class Dictionary:
    """Every substance by its id, and the words they are known by."""

    substances: Mapping[str, Substance]
    known: Phrasebook
    words: frozenset[str]  #: every single word that names a substance, or looks like one and is none
    slips: Mapping[str, str]  #: a long name, and it without one of its letters -> the name


def find(text: str, dictionary: Dictionary) -> tuple[Substance, ...]:
    """List the substances named in a text, in the order they are named, once each.  Never raises."""
    tokens = tuple(_undisguise(token, dictionary) for token in split_tokens(text))
    spans = dictionary.known.spans(tokens)
    guarded = {(at, name) for start, end, name in spans if name.startswith(_GUARD) for at in range(start, end)}
    named = [
        (start, name)
        for start, end, name in spans
        if name in dictionary.substances and not any((at, f"{_GUARD}{name}") in guarded for at in range(start, end))
    ]
    return tuple(dictionary.substances[name] for name in dict.fromkeys(name for _, name in sorted(named)))


def list_classes(found: tuple[Substance, ...]) -> tuple[str, ...]:
    """Return the ASSIST classes of substances, once each."""
    return tuple(dict.fromkeys(one.assist for one in found))


def read_substances(document: Mapping[str, Any]) -> Dictionary:
    """Read content/substances.toml.  Raises SubstancesError naming the row that cannot be used."""
    rows = document.get("substance", [])
    substances = {row["id"]: _read(row) for row in rows if _is_whole(row)}
    said = [pair for row in rows for pair in _phrases(row)]
    single = {phrase[0]: name for phrase, name in said if len(phrase) == 1}
    names = (word for word in sorted(single) if single[word] in substances and _may_slip(word))
    slips = {slip: word for word in names for slip in (word, *_leave_out(word))}
    return Dictionary(substances, Phrasebook(said), frozenset(single), slips)


def _is_whole(row: Mapping[str, Any]) -> bool:
    where = f"substances.toml: {row.get('id', '?')}"
    if missing := [key for key in _KEYS if not row.get(key)]:
        raise SubstancesError(f"{where}: needs {', '.join(missing)}")
    if row["class"] not in CLASSES:
        raise SubstancesError(f"{where}: {row['class']!r} is no class of ASSIST; known are {', '.join(CLASSES)}")
    return True


def _read(row: Mapping[str, Any]) -> Substance:
    return Substance(row["id"], row["class"], row["choice"], {"id": row["name"], "en": row["name_en"]})


def _phrases(row: Mapping[str, Any]) -> Iterator[tuple[tuple[str, ...], str]]:
    for key, name in (("words", row["id"]), ("unless", f"{_GUARD}{row['id']}")):
        for phrase in row.get(key, "").split(","):
            if said := split_tokens(phrase):
                yield ((f"{said[0]}{ENDLESS}",) if phrase.strip().endswith(ENDLESS) else said), name


def _undisguise(token: str, dictionary: Dictionary) -> str:
    """Lift figures for letters, a doubled word, beginnings, endings and one slip, where a known word comes out."""
    known = dictionary.words
    if token in known:
        return token
    plain = token.translate(_FIGURES) if _DISGUISED.fullmatch(token) else token
    for one in (plain, plain.removesuffix("2"), token.removesuffix("2"), *_strip(token)):
        if one in known:
            return one
    near = (plain, *_leave_out(plain)) if len(plain) >= _SHORTEST_SLIPPED - 1 else ()
    return next((dictionary.slips[one] for one in near if one in dictionary.slips), token)


def _strip(token: str) -> Iterator[str]:
    for tail, shortest in _TAILS.items():
        if token.endswith(tail) and len(token) - len(tail) >= shortest:
            yield token.removesuffix(tail)
    for head, shortest in _HEADS.items():
        if token.startswith(head) and len(token) - len(head) >= shortest:
            yield token.removeprefix(head)


def _may_slip(word: str) -> bool:
    return len(word) >= _SHORTEST_SLIPPED and not word.startswith(_VERBS)


def _leave_out(word: str) -> Iterator[str]:
    """List a word without one of its letters; the first of them stays."""
    return (word[:at] + word[at + 1 :] for at in range(1, len(word)))
