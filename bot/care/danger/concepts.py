"""Find concepts, such as wishing or dying, in the words of a text."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import zip_longest
from typing import TypeVar

Key = TypeVar("Key")

#: In a phrase: up to two words of any kind.
ANY = "_"
#: Ends a word of a phrase of which only the beginning counts.
ENDLESS = "*"
_SHORTEST = 3
_MOST_BETWEEN = 2


@dataclass(frozen=True, slots=True)
class Hit:
    """A concept was found from `start` up to but not including `end`."""

    concept: str
    start: int
    end: int


#: A phrase in canonical words, and the concept it belongs to.
Phrase = tuple[tuple[str, ...], str]


@dataclass(frozen=True, slots=True)
class Index:
    """Every phrase of every concept, where it is looked for.

    `pairs`: by its first two words.  `exact`: by its first, where the second may be of any kind.  `beginning`: by the
    beginning of its first.  `ranged`: phrases that begin with a number.
    """

    pairs: Mapping[tuple[str, str], tuple[Phrase, ...]]
    exact: Mapping[str, tuple[Phrase, ...]]
    beginning: Mapping[str, tuple[Phrase, ...]]
    ranged: tuple[Phrase, ...]


def build_index(phrases: Iterable[Phrase]) -> Index:
    """Index phrases, given with the concept each belongs to."""
    pairs: dict[tuple[str, str], list[Phrase]] = {}
    exact: dict[str, list[Phrase]] = {}
    beginning: dict[str, list[Phrase]] = {}
    ranged: list[Phrase] = []
    for phrase in phrases:
        first, *rest = phrase[0]
        if first.startswith("#"):
            ranged.append(phrase)
        elif first.endswith(ENDLESS):
            beginning.setdefault(first[:-1], []).append(phrase)
        elif rest and rest[0].isalpha():
            pairs.setdefault((first, rest[0]), []).append(phrase)
        else:
            exact.setdefault(first, []).append(phrase)
    return Index(_freeze(pairs), _freeze(exact), _freeze(beginning), tuple(ranged))


def find(words: tuple[str, ...], index: Index) -> list[Hit]:
    """List every concept found, in the order of the words."""
    hits: list[Hit] = []
    for start, (word, following) in enumerate(zip_longest(words, words[1:])):
        if word.isdecimal():
            hits.extend(_match_all(words, start, index.ranged))
            continue
        hits.extend(_match_all(words, start, index.pairs.get((word, following), ())))
        hits.extend(_match_all(words, start, index.exact.get(word, ())))
        for end in range(_SHORTEST, len(word) + 1):
            if word[:end] in index.beginning:
                hits.extend(_match_all(words, start, index.beginning[word[:end]]))
    return hits


def is_word(pattern: str, word: str) -> bool:
    """Tell whether a word of a phrase means this word: itself, a beginning such as `sayat*`, or a range `#1-12`."""
    if pattern.endswith(ENDLESS):
        return word.startswith(pattern[:-1])
    if pattern.startswith("#"):
        return word.isdecimal() and len(word) <= 6 and _is_within(pattern, int(word))  # noqa: PLR2004 - no longer figures
    return pattern == word


def _is_within(pattern: str, number: int) -> bool:
    least, _, most = pattern[1:].partition("-")
    return not most or int(least) <= number <= int(most)


def _match_all(words: tuple[str, ...], start: int, phrases: tuple[Phrase, ...]) -> Iterable[Hit]:
    for phrase, concept in phrases:
        end = start + 1 if len(phrase) == 1 and not phrase[0].startswith("#") else _match(words, start, phrase)
        if end is not None:
            yield Hit(concept, start, end)


def _match(words: tuple[str, ...], at: int, phrase: tuple[str, ...]) -> int | None:
    for place, pattern in enumerate(phrase):
        if pattern == ANY:
            rest = phrase[place + 1 :]
            ends = (_match(words, at + skipped, rest) for skipped in range(_MOST_BETWEEN + 1))
            return next((end for end in ends if end is not None), None)
        if at >= len(words) or not is_word(pattern, words[at]):
            return None
        at += 1
    return at


def _freeze(found: Mapping[Key, list[Phrase]]) -> dict[Key, tuple[Phrase, ...]]:
    return {key: tuple(phrases) for key, phrases in found.items()}
