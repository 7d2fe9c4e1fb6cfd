"""Read words as the names of areas that lie inside one another."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from bot.care.geography.gazetteer import (
    DISTRICT,
    REGENCY,
    VILLAGE,
    AreaCode,
    Gazetteer,
    Level,
    bare_name,
    fold,
    level_of,
    parent_of,
)
from bot.care.geography.ordinary import ORDINARY_WORDS, PARTS_OF_NAMES
from bot.care.geography.placewords import BREAK

_MOST_WORDS_IN_A_NAME = 7
_MOST_WORDS_IN_A_KIND = 2
_MOST_NAMES = 4

# Words that say what kind of area a name is, without spaces, and how its official name then begins.
_KINDS: dict[str, tuple[Level, str]] = {
    "provinsi": (1, ""),
    "propinsi": (1, ""),
    "prov": (1, ""),
    "dki": (1, "Daerah Khusus"),
    "provinsidki": (1, "Daerah Khusus"),
    "khususibukota": (1, "Daerah Khusus"),
    "istimewa": (1, "Daerah Istimewa"),
    "kabupaten": (2, "Kabupaten"),
    "kab": (2, "Kabupaten"),
    "kabupatenadministrasi": (2, "Kabupaten Administrasi"),
    "kota": (2, "Kota"),
    "kotamadya": (2, "Kota"),
    "kodya": (2, "Kota"),
    "kotaadministrasi": (2, "Kota Administrasi"),
    "kotaadm": (2, "Kota Administrasi"),
    "kecamatan": (3, ""),
    "kec": (3, ""),
    "kcmtn": (3, ""),
    "distrik": (3, ""),
    "kelurahan": (4, ""),
    "kel": (4, ""),
    "desa": (4, ""),
    "ds": (4, ""),
}
# The same behind the name.
_KINDS_BEHIND = frozenset({"kab", "kabupaten", "kota", "prov", "provinsi", "kec", "kecamatan", "kel", "kelurahan"})
_ENDINGS = (
    "utara", "selatan", "barat", "timur", "tengah", "tenggara", "baratdaya", "timurlaut", "kota", "lama", "baru",
    "besar", "kecil", "indah", "jaya", "agung", "raya", "permai", "i", "ii", "iii", "iv", "1", "2",
)  # fmt: skip
_SHORTEST_BEGINNING = 5
# Left out in front of a name: untung jawa, pagatan, masaloka raya; an island's name stands for its kecamatan.
_BEGINNINGS = ("pulau", "kepulauan", "kep", "kota")
_MOST_WORDS_BESIDE_A_NAME = 4
_MOST_WORDS_AROUND_A_PART = 8


@dataclass(frozen=True, slots=True)
class Name:
    """Part of a typed place that is a name: the areas it can mean, and whether their kind was said."""

    codes: frozenset[AreaCode]
    kind_said: bool
    folded: str


Meaning = dict[AreaCode, tuple[Name, ...]]
Names = Callable[[tuple[str, ...]], Iterator[Name]]


def read(gazetteer: Gazetteer, words: tuple[str, ...], *, whole: bool = True) -> Meaning:
    """Find the areas that all the words together mean, with the names they were read from; as few as possible.

    `whole`: False to take Loktabat for Loktabat Utara and Loktabat Selatan too, and Pagatan for Kota Pagatan.
    """

    def names(run: tuple[str, ...]) -> Iterator[Name]:
        found = tuple(_names(gazetteer, run))
        yield from found
        if not whole:
            yield from () if found else _shortened_names(gazetteer, run, endings=_ENDINGS)
            yield from _shortened_names(gazetteer, run, beginnings=_BEGINNINGS)

    for count in range(1, _MOST_NAMES + 1):
        meant = {code: read_as for read_as in _readings(names, words, count) for code in innermost(read_as)}
        if meant:
            return meant
    return {}


def read_part(gazetteer: Gazetteer, words: tuple[str, ...]) -> Meaning:
    """Find the areas that the end or the beginning of the words means, whatever the other words are.

    Two names inside one another are enough; in a short text the name of a regency, or of a kecamatan in two words,
    unless the others are a place too: then they contradict it.
    """
    if len(words) > _MOST_WORDS_AROUND_A_PART or BREAK in words:
        return {}
    for place in range(1, len(words)):
        for part, others in ((words[place:], words[:place]), (words[:-place], words[-place:])):
            meant = read(gazetteer, part)
            if meant and _is_enough(meant, part, len(words)) and not read(gazetteer, others):
                return meant
    return {}


def split_kind(words: tuple[str, ...]) -> tuple[Level | None, str]:
    """Separate the kind of area, if one is said, from the folded name; an empty name when there is none."""
    for count in range(min(_MOST_WORDS_IN_A_KIND, len(words) - 1), 0, -1):
        if kind := _KINDS.get("".join(words[:count])):
            return kind[0], fold("".join(words[count:]))
    return None, fold("".join(words))


def innermost(names: tuple[Name, ...]) -> Iterator[AreaCode]:
    """Yield the areas that one of the names means and that lie inside what all the others mean."""
    if len(names) == 1 and not names[0].kind_said and names[0].folded in ORDINARY_WORDS:
        return
    for name in names:
        others = [other for other in names if other is not name]
        for code in name.codes:
            around = areas_around(code)
            if all(around & other.codes for other in others):
                yield code


def areas_around(code: AreaCode) -> frozenset[AreaCode]:
    """Name the areas that an area lies in."""
    parent = parent_of(code)
    return frozenset({parent}) | areas_around(parent) if parent else frozenset()


def _readings(names: Names, words: tuple[str, ...], count: int) -> Iterator[tuple[Name, ...]]:
    """Yield every way to read all the words as `count` names; none reaches over a break."""
    if words[:1] == (BREAK,):
        yield from _readings(names, words[1:], count)
        return
    if count == 0 or not words:
        if count == 0 and not words:
            yield ()
        return
    for end in range(1, len(words) + 1):
        for name in names(words[:end]):
            for others in _readings(names, words[end:], count - 1):
                yield (name, *others)


def _names(gazetteer: Gazetteer, words: tuple[str, ...]) -> Iterator[Name]:
    """Yield what a run of words can name: as a name throughout, and with the kind of area before or behind it."""
    if len(words) > _MOST_WORDS_IN_A_NAME or BREAK in words:
        return
    folded = fold("".join(words))
    if codes := gazetteer.named(folded):
        yield Name(frozenset(codes), kind_said=False, folded=folded)
    for count in range(1, min(_MOST_WORDS_IN_A_KIND, len(words) - 1) + 1):
        yield from _of_kind(gazetteer, words[count:], "".join(words[:count]))
    if len(words) > 1 and words[-1] in _KINDS_BEHIND:
        yield from _of_kind(gazetteer, words[:-1], words[-1])


def _shortened_names(
    gazetteer: Gazetteer, words: tuple[str, ...], *, beginnings: tuple[str, ...] = (), endings: tuple[str, ...] = ()
) -> Iterator[Name]:
    """Yield the areas whose names have one of these before or behind the words; before them, it settles nothing."""
    level, folded = split_kind(words)
    if (
        len(folded) < _SHORTEST_BEGINNING
        or len(words) > _MOST_WORDS_IN_A_NAME
        or BREAK in words
        or folded in ORDINARY_WORDS
    ):
        return
    fuller = (*(beginning + folded for beginning in beginnings), *(folded + ending for ending in endings))
    found = (code for name in fuller for code in gazetteer.named(name))
    if codes := frozenset(code for code in found if level in {None, level_of(code)}):
        yield Name(codes, kind_said=level is not None and not beginnings, folded="" if beginnings else folded)


def _is_enough(meant: Meaning, part: tuple[str, ...], count: int) -> bool:
    """Tell whether these words out of `count` surely are a place, though the others mean nothing."""
    names = next(iter(meant.values()))
    if len(names) > 1:
        return True
    largest = min(level_of(code) or VILLAGE for code in meant)
    known = largest <= REGENCY or (largest == DISTRICT and len(part) > 1)
    return known and count <= _MOST_WORDS_BESIDE_A_NAME and names[0].folded not in PARTS_OF_NAMES


def _of_kind(gazetteer: Gazetteer, words: tuple[str, ...], kind_word: str) -> Iterator[Name]:
    if kind_word not in _KINDS:
        return
    level, prefix = _KINDS[kind_word]
    folded = fold("".join(words))
    areas = (gazetteer.area(code) for code in gazetteer.named(folded) if level_of(code) == level)
    found = [area for area in areas if area and area.name.startswith(prefix)]
    official = [area for area in found if fold(bare_name(area.name, area.level)) == folded]
    if codes := frozenset(area.code for area in official or found):
        yield Name(codes, kind_said=True, folded=folded)
