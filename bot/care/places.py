"""Understand where a person is, from a shared location or from a typed name of a place."""

import math
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from bot.care.gazetteer import DISTRICT, Area, AreaCode, Gazetteer, Level, fold, level_of, parent_of

SURE_WITHIN_KM = 10
COVERED_WITHIN_KM = 20
MOST_CANDIDATES = 10

_LATITUDES = (-11.5, 6.5)
_LONGITUDES = (94.5, 141.5)

_MOST_CHARACTERS = 120
_MOST_WORDS = 14
_MOST_WORDS_IN_A_NAME = 7
_MOST_NAMES = 4

# Words that say what kind of area a name is, without spaces, and how its official name then begins.
_KINDS: dict[str, tuple[Level, str]] = {
    "provinsi": (1, ""),
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
    "kotaadministrasi": (2, "Kota Administrasi"),
    "kotaadm": (2, "Kota Administrasi"),
    "kecamatan": (3, ""),
    "kec": (3, ""),
    "distrik": (3, ""),
    "kelurahan": (4, ""),
    "kel": (4, ""),
    "desa": (4, ""),
    "ds": (4, ""),
}
_MOST_WORDS_IN_A_KIND = 2
# fmt: off
_LEADING = frozenset({
    "aku", "alamat", "alamatku", "area", "asal", "asli", "daerah", "dari", "dekat", "di", "domisili", "gue",
    "lokasi", "posisi", "rumah", "rumahku", "saya", "sekarang", "sekitar", "tinggal", "wilayah",
})
# Names of areas that are first of all words of a conversation; alone they are never taken for a place.
_ORDINARY = frozenset({
    "aman", "baru", "bantu", "damai", "ibu", "kamu", "kota", "lama", "lanjut", "lau", "mau", "pasar", "sabu",
    "sudah", "tolong",
})
# fmt: on
_SHORTEST_SURE_NAME = 4
_BREAK = ","
_WORD = re.compile(r"[a-z0-9]+(?:['\u2019-][a-z0-9]+)*|[,;\n]")


@dataclass(frozen=True, slots=True)
class Understood:
    """What became of a place: a settled kecamatan, or candidates to ask about, or neither.

    `candidates` are areas of level 1 to 3; one alone asks for a confirmation.
    """

    settled: AreaCode | None = None
    candidates: tuple[AreaCode, ...] = ()
    out_of_coverage: bool = False


@dataclass(frozen=True, slots=True)
class _Name:
    """Part of a typed place that is a name: the areas it can mean, and whether their kind was said."""

    codes: frozenset[AreaCode]
    kind_said: bool
    folded: str


def understand_point(gazetteer: Gazetteer, lat: float, lon: float) -> Understood:
    """Name the kecamatan of a shared location.

    Settles within 10 km of a desa or kelurahan; asks up to 20 km, and whenever latitude and longitude came swapped;
    beyond, the place is out of coverage.  Nothing of the coordinates remains in the answer.
    """
    if not (math.isfinite(lat) and math.isfinite(lon)):
        return Understood(out_of_coverage=True)
    swapped = not _in_indonesia(lat, lon) and _in_indonesia(lon, lat)
    nearest = _nearest_covered(gazetteer, *((lon, lat) if swapped else (lat, lon)))
    if not nearest:
        return Understood(out_of_coverage=True)
    if nearest[0][1] < SURE_WITHIN_KM and not swapped:
        return Understood(settled=nearest[0][0].parent)
    return Understood(candidates=_districts_of(tuple(village.code for village, _ in nearest)))


def understand_text(gazetteer: Gazetteer, text: str) -> Understood:
    """Understand a typed place: one to four names of areas, smallest or largest first, and nothing else.

    A kecamatan settles when nothing else can be meant; a desa or kelurahan settles its kecamatan when its kind or
    the area around it was said.  A province or regency answers with its children, several meanings with all of them,
    an ordinary sentence, or a name that more than ten kecamatan can be meant by, with nothing.
    """
    words = _words_of(text)
    for count in range(1, _MOST_NAMES + 1):
        meant = {code: names for names in _readings(gazetteer, words, count) for code in _innermost(names)}
        if meant:
            return _answer(gazetteer, meant)
    return Understood()


def _in_indonesia(lat: float, lon: float) -> bool:
    return _LATITUDES[0] <= lat <= _LATITUDES[1] and _LONGITUDES[0] <= lon <= _LONGITUDES[1]


def _nearest_covered(gazetteer: Gazetteer, lat: float, lon: float) -> tuple[tuple[Area, float], ...]:
    if not _in_indonesia(lat, lon):
        return ()
    return tuple(found for found in gazetteer.nearest(lat, lon) if found[1] <= COVERED_WITHIN_KM)


def _words_of(text: str) -> tuple[str, ...]:
    if len(text) > _MOST_CHARACTERS:
        return ()
    found = _WORD.findall(unicodedata.normalize("NFKD", text).casefold())
    words = [word if word[0].isalnum() else _BREAK for word in found]
    while words and (words[0] in _LEADING or words[0] == _BREAK):
        del words[0]
    return tuple(words) if len(words) <= _MOST_WORDS else ()


def _readings(gazetteer: Gazetteer, words: tuple[str, ...], count: int) -> Iterator[tuple[_Name, ...]]:
    """Yield every way to read all the words as `count` names; none reaches over a break."""
    if words[:1] == (_BREAK,):
        yield from _readings(gazetteer, words[1:], count)
        return
    if count == 0 or not words:
        if count == 0 and not words:
            yield ()
        return
    for end in range(1, len(words) + 1):
        for name in _names(gazetteer, words[:end]):
            for others in _readings(gazetteer, words[end:], count - 1):
                yield (name, *others)


def _names(gazetteer: Gazetteer, words: tuple[str, ...]) -> Iterator[_Name]:
    """Yield what a run of words can name: as a name throughout, and with its first words as the kind of area."""
    if len(words) > _MOST_WORDS_IN_A_NAME or _BREAK in words:
        return
    folded = fold("".join(words))
    if codes := gazetteer.named(folded):
        yield _Name(frozenset(codes), kind_said=False, folded=folded)
    for count in range(1, min(_MOST_WORDS_IN_A_KIND, len(words) - 1) + 1):
        kind = _KINDS.get("".join(words[:count]))
        folded = fold("".join(words[count:]))
        if kind and (codes_of_kind := _of_kind(gazetteer, folded, *kind)):
            yield _Name(codes_of_kind, kind_said=True, folded=folded)


def _of_kind(gazetteer: Gazetteer, folded: str, level: Level, prefix: str) -> frozenset[AreaCode]:
    areas = (gazetteer.area(code) for code in gazetteer.named(folded) if level_of(code) == level)
    return frozenset(area.code for area in areas if area and area.name.startswith(prefix))


def _innermost(names: tuple[_Name, ...]) -> Iterator[AreaCode]:
    """Yield the areas that one of the names means and that lie inside what all the others mean."""
    if len(names) == 1 and not names[0].kind_said and names[0].folded in _ORDINARY:
        return
    for name in names:
        others = [other for other in names if other is not name]
        for code in name.codes:
            around = _areas_around(code)
            if all(around & other.codes for other in others):
                yield code


def _areas_around(code: AreaCode) -> frozenset[AreaCode]:
    parent = parent_of(code)
    return frozenset({parent}) | _areas_around(parent) if parent else frozenset()


def _answer(gazetteer: Gazetteer, meant: dict[AreaCode, tuple[_Name, ...]]) -> Understood:
    upper = tuple(sorted(code for code in meant if (level_of(code) or 0) <= DISTRICT))
    codes = upper or _districts_of(tuple(sorted(meant)))
    if len(codes) > MOST_CANDIDATES:
        return Understood()
    if len(codes) > 1:
        return Understood(candidates=codes)
    only = codes[0]
    if level_of(only) != DISTRICT:
        return Understood(candidates=tuple(area.code for area in gazetteer.children(only)))
    names = next(iter(meant.values()))
    if len(names) == 1 and not names[0].kind_said and _could_mean_another(names[0], only):
        return Understood(candidates=codes)
    return Understood(settled=only)


def _could_mean_another(name: _Name, district: AreaCode) -> bool:
    """Tell whether a bare name is short, or also names a desa or kelurahan elsewhere, or names only those."""
    elsewhere = any(not code.startswith(district) for code in name.codes)
    return elsewhere or district not in name.codes or len(name.folded) < _SHORTEST_SURE_NAME


def _districts_of(codes: tuple[AreaCode, ...]) -> tuple[AreaCode, ...]:
    """Lift desa and kelurahan to their kecamatan, keeping the order and each only once."""
    districts = (parent_of(code) for code in codes)
    return tuple(dict.fromkeys(district for district in districts if district))
