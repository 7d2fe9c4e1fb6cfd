"""Find concepts, such as wishing or dying, in the words of a text."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import zip_longest
from typing import TypeVar

Key = TypeVar("Key")

#: In a phrase: up to two words of any kind.
ANY = "_"
#: Ends a word of a phrase of which only the beginning counts.
ENDLESS = "*"
_MOST_BETWEEN = 2


@dataclass(frozen=True, slots=True)
class Hit:
    """A concept was found from `start` up to but not including `end`."""

    concept: str
    start: int
    end: int


#: A phrase in canonical words, and the concept it belongs to.
Phrase = tuple[tuple[str, ...], str]
#: The same as it is looked for: one that plain comparison does not find with the whole words that must be there, any
#: other with None.
Sought = tuple[tuple[str, ...], str, frozenset[str] | None]


@dataclass(frozen=True, slots=True)
class Index:
    """Every phrase of every concept, where it is looked for.

    `pairs`: by its first two words.  `exact`: by its first, where the second may be of any kind.  `beginning`: by the
    beginning of its first, all of which are `openings`.  `ranged`: those that begin with a number, by their second
    word, or by ANY where that may be of any kind.
    """

    pairs: Mapping[tuple[str, str], tuple[Sought, ...]]
    exact: Mapping[str, tuple[Sought, ...]]
    beginning: Mapping[str, tuple[Sought, ...]]
    openings: tuple[str, ...]
    ranged: Mapping[str, tuple[Sought, ...]]


def build_index(phrases: Iterable[Phrase]) -> Index:
    """Index phrases, given with the concept each belongs to."""
    pairs: dict[tuple[str, str], list[Phrase]] = {}
    exact: dict[str, list[Phrase]] = {}
    beginning: dict[str, list[Phrase]] = {}
    ranged: dict[str, list[Phrase]] = {}
    for phrase in phrases:
        first, *rest = phrase[0]
        if first.startswith("#"):
            ranged.setdefault(rest[0] if rest and rest[0].isalpha() else ANY, []).append(phrase)
        elif first.endswith(ENDLESS):
            beginning.setdefault(first[:-1], []).append(phrase)
        elif rest and rest[0].isalpha():
            pairs.setdefault((first, rest[0]), []).append(phrase)
        else:
            exact.setdefault(first, []).append(phrase)
    return Index(_freeze(pairs), _freeze(exact), _freeze(beginning), tuple(beginning), _freeze(ranged))


def find(words: tuple[str, ...], index: Index) -> list[Hit]:
    """List every concept found, in the order of the words."""
    hits: list[Hit] = []
    said = frozenset(words)
    for start, (word, following) in enumerate(zip_longest(words, words[1:])):
        for phrases in _look_up(word, following, index):
            for phrase, concept, needed in phrases:
                end: int | None = start + len(phrase)
                if needed is not None:
                    end = _match(words, start, phrase) if needed <= said else None
                elif words[start:end] != phrase:
                    continue
                if end is not None:
                    hits.append(Hit(concept, start, end))
    return hits


def _look_up(word: str, following: str, index: Index) -> Iterator[tuple[Sought, ...]]:
    """Yield the phrases that may begin with this word."""
    if word.isdecimal():
        yield index.ranged.get(following, ())
        yield index.ranged.get(ANY, ())
        return
    if (word, following) in index.pairs:
        yield index.pairs[word, following]
    if word in index.exact:
        yield index.exact[word]
    if word.startswith(index.openings):
        yield from (phrases for opening, phrases in index.beginning.items() if word.startswith(opening))


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


def _freeze(found: Mapping[Key, list[Phrase]]) -> dict[Key, tuple[Sought, ...]]:
    return {key: tuple(map(_seek, phrases)) for key, phrases in found.items()}


def _seek(phrase: Phrase) -> Sought:
    words, concept = phrase
    is_plain = all(word.isalnum() for word in words)
    return words, concept, None if is_plain else frozenset(word for word in words if word.isalnum())
