"""Repair the spelling of a few words that must not be missed, and of no others."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby

#: From this length on two slips are forgiven.
_LONG, _MOST_SLIPS = 8, 2
_SHORTEST = 4
#: What a word looks like that has lost vowels: too few of them, a strange beginning, or a strange end.
_FEW_VOWELS = 0.25
_STRANGE = re.compile(r"^(?!ng|ny)[^aeiou]{2}|(?:[bcdfghjkmnpqrstvwxz]n|[bdgjmnt]k|[bdghjkmnp]r|[bgjkmp]t)$")
_NO_VOWELS = str.maketrans("", "", "aeiou")


@dataclass(frozen=True, slots=True)
class Stem:
    """A word that is repaired to, the letters in it, and what is left of it without vowels."""

    word: str
    letters: frozenset[str]
    skeleton: str


#: Words that are repaired to, by their first letter, in order.
Stems = Mapping[str, tuple[Stem, ...]]


def group_stems(words: Iterable[str]) -> dict[str, tuple[Stem, ...]]:
    """Group the words that may be repaired to by their first letter."""
    ordered = sorted({word for word in words if len(word) >= _SHORTEST})
    stems = [Stem(word, frozenset(word), _strip_vowels(word)) for word in ordered]
    return {letter: tuple(group) for letter, group in groupby(stems, key=lambda stem: stem.word[0])}


def repair(word: str, stems: Stems) -> str | None:
    """Return the stem a word is one slip away from (two for long ones), or None.

    The first letter must be right.  Words of four letters forgive only swapped and left-out letters.
    """
    if not 3 <= len(word) <= 16:  # noqa: PLR2004 - shorter and longer ones are other words
        return None
    written = Stem(word, frozenset(word), _strip_vowels(word))
    long_enough = (stem for stem in stems.get(word[0], ()) if -_MOST_SLIPS <= len(stem.word) - len(word) <= _MOST_SLIPS)
    return next((stem.word for stem in long_enough if _is_near(written, stem)), None)


def fill_gaps(word: str, stems: Stems) -> str | None:
    """Return the stem that a word with stars in it was, each star standing for one letter; None if there is none."""
    letters = frozenset(word) - {"*"}
    for letter, group in stems.items():
        if word[0] in (letter, "*"):
            found = next((stem.word for stem in group if letters <= stem.letters and _fits(word, stem.word)), None)
            if found is not None:
                return found
    return None


def group_skeletons(words: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Group words by what is left of them without vowels."""
    grouped: dict[str, list[str]] = {}
    for word in sorted(set(words)):
        if len(word) >= _SHORTEST and word.isalpha():
            grouped.setdefault(_strip_vowels(word), []).append(word)
    return {skeleton: tuple(group) for skeleton, group in grouped.items() if len(skeleton) > 1}


def list_fuller(word: str, skeletons: Mapping[str, tuple[str, ...]]) -> list[str]:
    """List the words of which this one has only left out vowels: bpknya, trjun, gbukin."""
    skeleton = _strip_vowels(word)
    few = len(word) - len(skeleton) < len(word) * _FEW_VOWELS
    if len(word) < _SHORTEST - 1 or not (few or _STRANGE.search(word)):
        return []
    return [full for full in skeletons.get(skeleton, ()) if len(full) > len(word) and _is_within(word, full)]


def _fits(starred: str, word: str) -> bool:
    return len(word) == len(starred) and all(one in ("*", other) for one, other in zip(starred, word, strict=True))


def _strip_vowels(word: str) -> str:
    return word[:1] + word[1:].translate(_NO_VOWELS)


def _is_within(word: str, full: str) -> bool:
    letters = iter(full)
    return all(letter in letters for letter in word)


def _is_near(written: Stem, stem: Stem) -> bool:
    word, wanted = written.word, stem.word
    slips = _MOST_SLIPS if min(len(word), len(wanted)) >= _LONG else 1
    if len(written.letters ^ stem.letters) > 2 * slips:  # a slip brings one letter and takes another away at most
        return False
    if len(wanted) == _SHORTEST:
        return _is_swapped(word, wanted) or _is_shortened(word, wanted)
    return _are_close(written.skeleton, stem.skeleton, 1) and _are_close(word, wanted, slips)


def _is_swapped(word: str, stem: str) -> bool:
    return len(word) == len(stem) and word != stem and sorted(word) == sorted(stem) and _are_close(word, stem, 1)


def _is_shortened(word: str, stem: str) -> bool:
    vowels = [at for at, letter in enumerate(stem) if at and letter in "aeiou"]
    return any(word == stem[:at] + stem[at + 1 :] for at in vowels)


def _are_close(one: str, other: str, slips: int) -> bool:
    """Tell whether at most so many slips lie between: a letter more, less, changed, or two neighbours swapped."""
    if abs(len(one) - len(other)) > slips:
        return False
    first = next((at for at, (mine, yours) in enumerate(zip(one, other, strict=False)) if mine != yours), None)
    if first is None or slips == 0:
        return first is None
    one, other, slips = one[first:], other[first:], slips - 1
    if _are_close(one[1:], other[1:], slips) or _are_close(one[1:], other, slips) or _are_close(one, other[1:], slips):
        return True
    return len(one) > 1 and one[:2] == other[1::-1] and _are_close(one[2:], other[2:], slips)
