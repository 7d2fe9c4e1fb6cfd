"""Find the areas of whose names only a part was typed right: the beginning, one word, or the consonants."""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain

from bot.care.geography.gazetteer import DISTRICT, Area, AreaCode, Gazetteer, bare_name, fold
from bot.care.geography.placewords import KIND_WORDS

_SHORTEST_BEGINNING = 7
_SHORTEST_WORD = 4
_MOST_BEGUN = 3
_LEFT_OUT = frozenset({"kep", "kepulauan", "pulau"})
_VOWELS = frozenset("aeiou")


def begun_by(gazetteer: Gazetteer, folded: str) -> frozenset[AreaCode]:
    """Find the kecamatan and regencies whose names begin like this; none where it is short or begins many."""
    if len(folded) < _SHORTEST_BEGINNING:
        return frozenset()
    names = _index(gazetteer).names
    start = bisect_left(names, (folded,))
    begun = [code for name, code in names[start : start + _MOST_BEGUN + 1] if name.startswith(folded)]
    return frozenset(begun) if len(begun) <= _MOST_BEGUN else frozenset()


def shortened_to(gazetteer: Gazetteer, words: Sequence[str]) -> frozenset[AreaCode]:
    """Find the kecamatan and regencies of these words, of which some have lost vowels and last letters: kby baru."""
    by_word = _index(gazetteer).by_word
    whole = [word for word in words if len(word) >= _SHORTEST_WORD and word in by_word]
    if not whole or len(whole) == len(words):
        return frozenset()
    return frozenset(code for names, code in by_word[whole[0]] if _is_short_for(words, names))


def with_consonants_of(gazetteer: Gazetteer, folded: str) -> frozenset[AreaCode]:
    """Find the kecamatan and regencies that differ only in a vowel, or have more: pleihari, kmyoran."""
    found = _index(gazetteer).by_consonants.get(_consonants(folded), ())
    like = [code for name, code in found if abs(len(name) - len(folded)) <= 1 or _is_inside(folded, name)]
    return frozenset(like) if len(folded) >= _SHORTEST_BEGINNING else frozenset()


def holding(words: Sequence[str], areas: Iterable[Area]) -> frozenset[AreaCode]:
    """Find the areas that have these joined as a word of their names."""
    word = "".join(words)
    if len(word) < _SHORTEST_WORD or word in KIND_WORDS:
        return frozenset()
    return frozenset(area.code for area in areas if word in map(fold, area.name.split()))


def held_by(words: Sequence[str], areas: Iterable[Area]) -> frozenset[AreaCode]:
    """Find the kecamatan that are named by all words but the last, or all but the first: tebet dalam."""
    parts = {name for part in (words[:-1], words[1:]) if len(name := "".join(part)) >= _SHORTEST_WORD}
    return frozenset(area.code for area in areas if area.level == DISTRICT and fold(area.name) in parts)


@dataclass(frozen=True, slots=True)
class _Index:
    """Names of kecamatan and regencies, folded: in order, by their consonants, and those of several words by each."""

    names: list[tuple[str, AreaCode]]
    by_consonants: dict[str, list[tuple[str, AreaCode]]]
    by_word: dict[str, list[tuple[tuple[str, ...], AreaCode]]]


@lru_cache(maxsize=2)
def _index(gazetteer: Gazetteer) -> _Index:
    names: list[tuple[str, AreaCode]] = []
    by_word: dict[str, list[tuple[tuple[str, ...], AreaCode]]] = {}
    by_consonants: dict[str, list[tuple[str, AreaCode]]] = {}
    regencies = [regency for province in gazetteer.children(None) for regency in gazetteer.children(province.code)]
    for area in chain(regencies, *(gazetteer.children(regency.code) for regency in regencies)):
        words = tuple(fold(word) for word in bare_name(area.name, area.level).split())
        name = "".join(words)
        names.append((name, area.code))
        if words[0] in _LEFT_OUT:
            names.append((name.removeprefix(words[0]), area.code))
        by_consonants.setdefault(_consonants(name), []).append((name, area.code))
        for word in words if len(words) > 1 else ():
            by_word.setdefault(word, []).append((words, area.code))
    return _Index(sorted(names), by_consonants, by_word)


def _consonants(name: str) -> str:
    """Keep the first letter and the consonants, so that what is heard alike but for its vowels is alike."""
    return name[:1] + "".join(letter for letter in name[1:] if letter not in _VOWELS)


def _is_short_for(typed: Sequence[str], words: Sequence[str]) -> bool:
    return len(typed) == len(words) and all(map(_is_word_or_short, typed, words))


def _is_word_or_short(typed: str, word: str) -> bool:
    if typed == word:
        return True
    return len(typed) > 1 and typed[0] == word[0] and _VOWELS.isdisjoint(typed) and _is_inside(typed, word)


def _is_inside(typed: str, word: str) -> bool:
    """Tell whether the letters come in this order in the word, whatever stands between them."""
    letters = iter(word)
    return all(letter in letters for letter in typed)
