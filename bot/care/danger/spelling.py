"""Repair the spelling of a few words that must not be missed, and of no others."""

import re
from collections.abc import Iterable, Mapping
from itertools import groupby

#: From this length on two slips are forgiven.
_LONG = 8
_SHORTEST = 4
#: What a word looks like that has lost vowels: too few of them, a strange beginning, or a strange end.
_FEW_VOWELS = 0.25
_STRANGE = re.compile(r"^(?!ng|ny)[^aeiou]{2}|(?:[bcdfghjkmnpqrstvwxz]n|[bdgjmnt]k|[bdghjkmnp]r|[bgjkmp]t)$")


def group_stems(words: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Group the words that may be repaired to by their first letter."""
    ordered = sorted({word for word in words if len(word) >= _SHORTEST})
    return {letter: tuple(group) for letter, group in groupby(ordered, key=lambda word: word[0])}


def repair(word: str, stems: Mapping[str, tuple[str, ...]]) -> str | None:
    """Return the stem a word is one slip away from (two for long ones), or None.

    The first letter must be right.  Words of four letters forgive only swapped and left-out letters.
    """
    if not 3 <= len(word) <= 16:  # noqa: PLR2004 - shorter and longer ones are other words
        return None
    return next((stem for stem in stems.get(word[0], ()) if _is_near(word, stem)), None)


def fill_gaps(word: str, stems: Mapping[str, tuple[str, ...]]) -> str | None:
    """Return the stem that a word with stars in it was, each star standing for one letter; None if there is none."""
    for letter, group in stems.items():
        if word[0] in (letter, "*"):
            for stem in group:
                if len(stem) == len(word) and all(one in ("*", other) for one, other in zip(word, stem, strict=True)):
                    return stem
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


def _strip_vowels(word: str) -> str:
    return word[:1] + "".join(letter for letter in word[1:] if letter not in "aeiou")


def _is_within(word: str, full: str) -> bool:
    letters = iter(full)
    return all(letter in letters for letter in word)


def _is_near(word: str, stem: str) -> bool:
    slips = 2 if min(len(word), len(stem)) >= _LONG else 1
    if abs(len(word) - len(stem)) > slips:
        return False
    if len(stem) == _SHORTEST:
        return _is_swapped(word, stem) or _is_shortened(word, stem)
    return _distance(word, stem) <= slips and _distance(_strip_vowels(word), _strip_vowels(stem)) <= 1


def _is_swapped(word: str, stem: str) -> bool:
    return len(word) == len(stem) and word != stem and sorted(word) == sorted(stem) and _distance(word, stem) == 1


def _is_shortened(word: str, stem: str) -> bool:
    vowels = [at for at, letter in enumerate(stem) if at and letter in "aeiou"]
    return any(word == stem[:at] + stem[at + 1 :] for at in vowels)


def _distance(one: str, other: str) -> int:
    """Count slips: a letter more, less, changed, or two neighbours swapped."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for at, letter in enumerate(one, start=1):
        last, before, row = before, row, [at]
        for to, wanted in enumerate(other, start=1):
            cost = min(before[to] + 1, row[to - 1] + 1, before[to - 1] + (letter != wanted))
            if last and to > 1 and letter == other[to - 2] and one[at - 2] == wanted:
                cost = min(cost, last[to - 2] + 1)
            row.append(cost)
    return row[-1]
