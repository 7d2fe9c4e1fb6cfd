"""Find the areas whose names a misspelt word resembles."""

from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, groupby

from bot.care.geography.gazetteer import DISTRICT, AreaCode, Gazetteer, bare_name, fold, level_of

#: Names shorter than this are taken as they stand.
SHORTEST_RESEMBLING = 4

_SHORTEST_ALONE = 6
_SHORTEST_TWICE_WRONG = 9
_ALPHABET = "abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True, slots=True)
class Resembling:
    """Areas whose name differs from what was typed by `mistakes` letters."""

    name: str
    mistakes: int
    codes: frozenset[AreaCode]


def resembling(gazetteer: Gazetteer, folded: str) -> tuple[Resembling, ...]:
    """Find the provinces, regencies and kecamatan whose names are closest to a misspelt one, if any is close.

    One mistake is forgiven from six letters on, two from nine on; in shorter names only a letter doubled or not.
    """
    most = mistakes_forgiven(folded)
    if not most:
        return ()
    found = [(count_mistakes(folded, name, most), name) for name in _index(gazetteer).near(folded, most)]
    close = [(mistakes, name) for mistakes, name in found if mistakes and _is_forgiven(folded, name)]
    least = min((mistakes for mistakes, _ in close), default=0)
    return tuple(Resembling(name, mistakes, _upper(gazetteer, name)) for mistakes, name in close if mistakes == least)


def resembling_among(folded: str, areas: Iterable[tuple[AreaCode, str]]) -> tuple[Resembling, ...]:
    """Find which of a few areas, given with their bare names, are closest to a misspelt name, if any is close."""
    most = mistakes_forgiven(folded)
    found: dict[tuple[int, str], set[AreaCode]] = {}
    for code, name in areas:
        plain = fold(name)
        mistakes = count_mistakes(folded, plain, most) if abs(len(plain) - len(folded)) <= most else None
        if mistakes is not None:
            found.setdefault((mistakes, plain), set()).add(code)
    least = min((mistakes for mistakes, _ in found), default=0)
    return tuple(
        Resembling(name, mistakes, frozenset(codes)) for (mistakes, name), codes in found.items() if mistakes == least
    )


def mistakes_forgiven(folded: str) -> int:
    """Say how many letters of a name may be wrong."""
    if len(folded) < SHORTEST_RESEMBLING:
        return 0
    return 2 if len(folded) >= _SHORTEST_TWICE_WRONG else 1


def count_mistakes(one: str, other: str, most: int) -> int | None:
    """Count the letters added, left out, mistaken or swapped with their neighbour; None when more than `most`."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for number, letter in enumerate(one, start=1):
        before, last, row = row, before, [number]
        for place, other_letter in enumerate(other, start=1):
            cost = min(before[place] + 1, row[place - 1] + 1, before[place - 1] + (letter != other_letter))
            if number > 1 and place > 1 and letter == other[place - 2] and one[number - 2] == other_letter:
                cost = min(cost, last[place - 2] + 1)
            row.append(cost)
        if min(row) > most:
            return None
    return row[-1] if row[-1] <= most else None


def one_mistake_away(folded: str) -> Iterator[str]:
    """Yield every text that differs from this one by a single mistake."""
    for place in range(len(folded)):
        start, end = folded[:place], folded[place + 1 :]
        yield start + end
        if end:
            yield start + end[0] + folded[place] + end[1:]
        yield from (start + letter + end for letter in _ALPHABET if letter != folded[place])
    for place in range(len(folded) + 1):
        yield from (folded[:place] + letter + folded[place:] for letter in _ALPHABET)


@dataclass(frozen=True, slots=True)
class _Index:
    """The names of all areas above desa and kelurahan, by length, each with the set of its letters as bits."""

    by_length: dict[int, tuple[tuple[str, ...], "array[int]"]]

    def near(self, folded: str, most: int) -> Iterator[str]:
        letters = _letters(folded)
        for length in range(len(folded) - most, len(folded) + most + 1):
            names, sets = self.by_length.get(length, ((), array("I")))
            for name, letters_of_name in zip(names, sets, strict=True):
                if (letters ^ letters_of_name).bit_count() <= 2 * most:
                    yield name


@lru_cache(maxsize=2)
def _index(gazetteer: Gazetteer) -> _Index:
    by_length: dict[int, set[str]] = {}
    provinces = gazetteer.children(None)
    regencies = list(chain.from_iterable(gazetteer.children(area.code) for area in provinces))
    districts = chain.from_iterable(gazetteer.children(area.code) for area in regencies)
    for area in chain(provinces, regencies, districts):
        name = fold(bare_name(area.name, area.level))
        by_length.setdefault(len(name), set()).add(name)
    return _Index({length: _columns(names) for length, names in by_length.items()})


def _columns(names: set[str]) -> tuple[tuple[str, ...], "array[int]"]:
    ordered = tuple(sorted(names))
    return ordered, array("I", map(_letters, ordered))


def _letters(name: str) -> int:
    bits = 0
    for letter in name:
        bits |= 1 << (ord(letter) & 31)
    return bits


def _is_forgiven(folded: str, name: str) -> bool:
    return len(folded) >= _SHORTEST_ALONE or _squeeze(folded) == _squeeze(name)


def _squeeze(name: str) -> str:
    return "".join(letter for letter, _ in groupby(name))


def _upper(gazetteer: Gazetteer, name: str) -> frozenset[AreaCode]:
    return frozenset(code for code in gazetteer.named(name) if (level_of(code) or 0) <= DISTRICT)
