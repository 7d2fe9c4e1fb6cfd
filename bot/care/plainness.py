"""Keep words plain and kind: what is never said of a person, and how long a sentence may be."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bot.care.questions.words import ENDLESS

#: A message of more words is not read by somebody in distress; law and first aid may need more.
MOST_WORDS = 60
#: A sentence of more words is hard to follow on a small screen.
MOST_WORDS_OF_A_SENTENCE = 25
_SENTENCE_ENDS = re.compile(r"[.!?:;\n•]+")
_NOT_LETTERS = re.compile(r"[^\w%]+")


class AvoidedWordsError(Exception):
    """content/words/avoid.toml says something that cannot be; the message names the remedy."""


@dataclass(frozen=True, slots=True)
class Avoided:
    """Words that are not said, what to write instead, and where they mean something else."""

    said: re.Pattern[str]
    unless: re.Pattern[str] | None
    instead: str


@dataclass(frozen=True, slots=True)
class Plainness:
    """How the service speaks.  `longer`: name of a text that may be long -> why."""

    avoided: tuple[Avoided, ...]
    longer: Mapping[str, str]


def read_plainness(document: Mapping[str, Any]) -> Plainness:
    """Read content/words/avoid.toml.  Raises AvoidedWordsError if a row has no words or no remedy."""
    rows = document.get("avoid", [])
    if not rows or not all(row.get("words") and row.get("instead") for row in rows):
        raise AvoidedWordsError("words/avoid.toml: every [[avoid]] needs words and instead")
    avoided = tuple(
        Avoided(_any_of(row["words"]), _any_of(row["unless"]) if row.get("unless") else None, row["instead"])
        for row in rows
    )
    return Plainness(avoided, dict(document.get("longer", {})))


def find_avoided(text: str, avoided: tuple[Avoided, ...]) -> Iterator[tuple[str, str]]:
    """Find (words said, what to write instead) in a text."""
    plain = _plain(text)
    for one in avoided:
        rest = one.unless.sub(" ", plain) if one.unless else plain
        yield from ((match[0].strip(), one.instead) for match in one.said.finditer(rest))


def is_long(text: str) -> bool:
    """Tell whether a message, or one of its sentences, is too long for somebody in distress."""
    return len(text.split()) > MOST_WORDS or longest_sentence(text) > MOST_WORDS_OF_A_SENTENCE


def longest_sentence(text: str) -> int:
    """Count the words of the longest sentence; a line of a list counts as one."""
    return max((len(sentence.split()) for sentence in _SENTENCE_ENDS.split(text)), default=0)


def _any_of(words: str) -> re.Pattern[str]:
    phrases = [re.escape(_plain(one)) + (r"\w*" if one.strip().endswith(ENDLESS) else "") for one in words.split(",")]
    return re.compile(rf"(?<!\w)(?:{'|'.join(sorted(phrases, key=len, reverse=True))})(?!\w)")


def _plain(text: str) -> str:
    return _NOT_LETTERS.sub(" ", text.casefold()).strip()
