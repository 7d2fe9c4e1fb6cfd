"""Make and recognise return phrases: seven plain words that bring a person back to their own chat."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from math import log2
from string import ascii_lowercase
from typing import NewType

Phrase = NewType("Phrase", str)

WORDS_PER_PHRASE = 7
LEAST_BITS = 80
SHORTEST_WORD, LONGEST_WORD = 3, 8

_SHAPE = re.compile(f"[a-z]{{{SHORTEST_WORD},{LONGEST_WORD}}}")
_LETTERS = re.compile("[a-z]+")
# Whoever chats by the way seldom writes seven words of the list in a row; two misspelt ones are no longer evidence.
_TYPOS_IN_A_CHAT = 1
_BYTES_A_WORD = 8


@dataclass(frozen=True, slots=True)
class PhraseWords:
    """The words phrases are made of: in order for drawing, as a set for looking up."""

    ordered: tuple[str, ...]
    known: frozenset[str]


def parse_phrase_words(text: str) -> PhraseWords:
    """Read the word list: one word a line, sorted, each once.

    Raises ValueError naming the line, or the number of words when they are too few for LEAST_BITS.
    """
    lines = tuple(text.splitlines())
    for number, (before, word) in enumerate(zip(("", *lines), lines, strict=False), start=1):
        if not _SHAPE.fullmatch(word):
            raise ValueError(
                f"phrase_words.txt line {number}: write one word of {SHORTEST_WORD} to {LONGEST_WORD} letters a-z"
            )
        if word <= before:
            raise ValueError(f"phrase_words.txt line {number}: sort the words and keep each only once")
    if count_bits(len(lines)) < LEAST_BITS:
        raise ValueError(f"phrase_words.txt: {len(lines)} words are too easy to guess; {LEAST_BITS} bits are needed")
    return PhraseWords(lines, frozenset(lines))


def count_bits(word_count: int) -> float:
    """Return how many bits a phrase drawn from so many words holds; 0 for an empty list."""
    return WORDS_PER_PHRASE * log2(word_count) if word_count else 0.0


def make_phrase(words: PhraseWords, choose: Callable[[int], int]) -> Phrase:
    """Draw a phrase; `choose(n)` must return 0 to n-1, each equally likely and not to be foretold."""
    return _join(words.ordered[choose(len(words.ordered))] for _ in range(WORDS_PER_PHRASE))


def draw_words(words: PhraseWords, drawn: bytes) -> str:
    """Return two words chosen by random bytes, eight for each; they name something and open nothing."""
    halves = (drawn[:_BYTES_A_WORD], drawn[_BYTES_A_WORD : 2 * _BYTES_A_WORD])
    return " ".join(words.ordered[int.from_bytes(half, "big") % len(words.ordered)] for half in halves)


def read_phrase(words: PhraseWords, typed: str) -> Phrase | None:
    """Return the phrase meant by what a person typed; None when it is not seven words of the list.

    Capitals, accents, punctuation, line breaks and numbering do not matter. In each word one slip is forgiven
    (a letter wrong, missing or too many, or two neighbours swapped) if only one word of the list can be meant.
    """
    spelled = _spell(typed)
    if len(spelled) != WORDS_PER_PHRASE:
        return None
    meant = [_find_meant(words, word) for word in spelled]
    found = [word for word in meant if word is not None]
    return _join(found) if len(found) == WORDS_PER_PHRASE else None


def looks_like_phrase(words: PhraseWords, text: str) -> bool:
    """Tell whether a phrase, with at most one slip in all, stands anywhere in an ordinary message."""
    spelled = _spell(text)
    starts = range(len(spelled) - WORDS_PER_PHRASE + 1)
    return any(_reads_as_phrase(words, spelled[start : start + WORDS_PER_PHRASE]) for start in starts)


def _spell(typed: str) -> list[str]:
    if typed.isascii():
        return _LETTERS.findall(typed.casefold())
    # Phones put capitals, accents and invisible joiners into words their owner never typed so.
    decomposed = unicodedata.normalize("NFKD", typed).casefold()
    return _LETTERS.findall("".join(sign for sign in decomposed if unicodedata.category(sign) not in {"Mn", "Cf"}))


def _reads_as_phrase(words: PhraseWords, spelled: Sequence[str]) -> bool:
    unknown = [word for word in spelled if word not in words.known]
    return len(unknown) <= _TYPOS_IN_A_CHAT and all(_find_meant(words, word) for word in unknown)


def _find_meant(words: PhraseWords, spelled: str) -> str | None:
    if spelled in words.known:
        return spelled
    # A slip changes the length by one at most; what is longer would only cost time.
    if not SHORTEST_WORD - 1 <= len(spelled) <= LONGEST_WORD + 1:
        return None
    near = words.known.intersection(_slip(spelled))
    return next(iter(near)) if len(near) == 1 else None


def _slip(word: str) -> Iterable[str]:
    for place in range(len(word) + 1):
        head, tail = word[:place], word[place:]
        yield head + tail[1:]
        yield head + tail[1:2] + tail[:1] + tail[2:]
        for letter in ascii_lowercase:
            yield head + letter + tail
            yield head + letter + tail[1:]


def _join(words: Iterable[str]) -> Phrase:
    return Phrase(" ".join(words))
