"""Say a question in canonical words: one word for every way of writing it, and nothing of what means nothing."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from bot.care.danger.letters import undress

#: Ends a word of a list that stands for any ending.
ENDLESS = "*"
#: Of a longer text the beginning is heard; what is asked stands there.
_HEARD_CHARS = 600
_TOKEN = re.compile(r"[^\W_]+")
_TWICE = re.compile(r"([^\W\d_]{2,})2([^\W\d_]{0,4})")
_RUN = re.compile(r"(.)\1{2,}")
_TAILS = ("nya", "kah", "lah")
_SHORTEST_REST = 4
_SHORTEST_STEM = 2


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """`canonical`: as written -> canonical word.  `noise`: words left out."""

    canonical: Mapping[str, str]
    noise: frozenset[str]


def hear(text: str, vocabulary: Vocabulary) -> tuple[str, ...]:
    """List the canonical words of a text.  Never raises."""
    joined = undress(text[:_HEARD_CHARS], {}).replace("di mana", "dimana").replace("orang tua", "orangtua")
    words = (_resolve(token, vocabulary) for token in _TOKEN.findall(joined.replace("terima kasih", "terimakasih")))
    return tuple(word for word in words if word and word not in vocabulary.noise)


def split_tokens(text: str) -> tuple[str, ...]:
    """List the words of a text as written, in plain lower-case letters."""
    return tuple(_RUN.sub(r"\1", token) for token in _TOKEN.findall(undress(text[:_HEARD_CHARS], {})))


def _resolve(token: str, vocabulary: Vocabulary) -> str:
    word = _RUN.sub(r"\1", _TWICE.sub(r"\1", token))
    if word in vocabulary.canonical:
        return vocabulary.canonical[word]
    for tail in _TAILS:
        rest = word.removesuffix(tail)
        if rest != word and len(rest) >= _SHORTEST_REST:
            return vocabulary.canonical.get(rest, rest)
    return word


class Phrasebook:
    """Which names of a list are said in a text; each name has words, beginnings of words, and phrases."""

    __slots__ = ("_beginnings", "_phrases", "_words")

    def __init__(self, said: Iterable[tuple[Sequence[str], str]]) -> None:
        """Take (words of a phrase, name) pairs; a single word may end in ENDLESS."""
        self._words: dict[str, list[str]] = {}
        self._beginnings: dict[str, list[tuple[str, str]]] = {}
        self._phrases: dict[str, list[tuple[tuple[str, ...], str]]] = {}
        for phrase, name in said:
            if len(phrase) > 1:
                self._phrases.setdefault(phrase[0], []).append((tuple(phrase), name))
            elif phrase[0].endswith(ENDLESS):
                stem = phrase[0].removesuffix(ENDLESS)
                self._beginnings.setdefault(stem[:_SHORTEST_STEM], []).append((stem, name))
            else:
                self._words.setdefault(phrase[0], []).append(name)

    def find(self, words: Sequence[str]) -> set[str]:
        """Return every name that is said in the words."""
        return {name for _, _, name in self.spans(words)}

    def spans(self, words: Sequence[str]) -> list[tuple[int, int, str]]:
        """Return (start, end, name) of everything said, in order."""
        found: list[tuple[int, int, str]] = []
        for at, word in enumerate(words):
            found += [(at, at + 1, name) for name in self._words.get(word, ())]
            for stem, name in self._beginnings.get(word[:_SHORTEST_STEM], ()):
                if word.startswith(stem):
                    found.append((at, at + 1, name))
            for phrase, name in self._phrases.get(word, ()):
                if tuple(words[at : at + len(phrase)]) == phrase:
                    found.append((at, at + len(phrase), name))
        return found
