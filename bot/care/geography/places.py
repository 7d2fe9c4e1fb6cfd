"""Understand where a person is, from a shared location or from a typed name of a place."""

import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from bot.care.geography.fragments import begun_by, held_by, holding, shortened_to, with_consonants_of
from bot.care.geography.gazetteer import (
    DISTRICT,
    PROVINCE,
    REGENCY,
    VILLAGE,
    Area,
    AreaCode,
    Gazetteer,
    bare_name,
    fold,
    level_of,
    parent_of,
)
from bot.care.geography.misspellings import Resembling, one_mistake_away, resembling, resembling_among
from bot.care.geography.ordinary import SPOKEN_WORDS
from bot.care.geography.placewords import ADDRESS_WORDS, BREAK, KIND_WORDS, wordings
from bot.care.geography.readings import Meaning, Name, areas_around, read, read_part, split_kind

SURE_WITHIN_KM = 10
COVERED_WITHIN_KM = 20
MOST_CANDIDATES = 10

# The borders are no more exact than this: so close to a village nothing counts as abroad.
_BORDER_EXACT_KM = 2

_LATITUDES = (-11.5, 6.5)
_LONGITUDES = (94.5, 141.5)
_SHORTEST_SURE_NAME = 4
_SHORTEST_SURE_MISSPELT = 7
_SHORTEST_MISSPELT_VILLAGE = 8
_MOST_WORDS_MISSPELT = 7
_MOST_CONTEXTS = 12
#: So begin words made from others; what looks like one is not taken for a misspelt name without asking.
_VERB = re.compile("me[mn]|pe[mn]|ber|ter")


@dataclass(frozen=True, slots=True)
class Understood:
    """What became of a place: a settled kecamatan, or candidates to ask about, or neither.

    `village`: the desa or kelurahan in it, if that is known too.
    `candidates` are areas of level 1 to 3; one alone asks for a confirmation.
    `within`: a province or regency that was surely meant, when the candidates are only parts of it.
    `nearby`: the desa and kelurahan nearest to a shared location, to choose another.
    `vague`: more places have the name than can be asked about.
    """

    settled: AreaCode | None = None
    candidates: tuple[AreaCode, ...] = ()
    out_of_coverage: bool = False
    village: AreaCode | None = None
    within: AreaCode | None = None
    nearby: tuple[AreaCode, ...] = ()
    vague: bool = False


def understand_point(gazetteer: Gazetteer, lat: float, lon: float) -> Understood:
    """Name the kecamatan of a shared location.

    Settles within 10 km of a desa or kelurahan; asks up to 20 km, at a border, and when latitude and longitude came
    swapped;
    beyond, and on land abroad, the place is out of coverage.  Nothing of the coordinates remains in the answer.
    """
    if not (math.isfinite(lat) and math.isfinite(lon)):
        return Understood(out_of_coverage=True)
    swapped = not _in_indonesia(lat, lon) and _in_indonesia(lon, lat)
    nearest = _nearest_covered(gazetteer, *((lon, lat) if swapped else (lat, lon)))
    if not nearest:
        return Understood(out_of_coverage=True)
    nearby = tuple(village.code for village, _ in nearest)
    place = (lon, lat) if swapped else (lat, lon)
    by_a_village = nearest[0][1] <= _BORDER_EXACT_KM
    if gazetteer.borders.is_abroad(*place) and not by_a_village:
        return Understood(out_of_coverage=True)
    doubtful = swapped or (gazetteer.borders.is_near_abroad(*place) and not by_a_village)
    if nearest[0][1] < SURE_WITHIN_KM and not doubtful:
        return Understood(settled=nearest[0][0].parent, village=nearby[0], nearby=nearby)
    return Understood(candidates=_districts_of(nearby), nearby=nearby)


def understand_text(gazetteer: Gazetteer, text: str) -> Understood:
    """Understand a typed place: one to four names of areas, smallest or largest first, short forms and misspellings.

    A kecamatan settles when nothing else can be meant; a desa or kelurahan settles its kecamatan when its kind or
    the area around it was said.  A province or regency answers with its children, several meanings with all of them,
    an ordinary sentence with nothing.  What is only near to a place is asked about.
    """
    ways = tuple(wordings(text))
    for whole in (True, False):
        for way in ways:
            if meant := read(gazetteer, way.words, whole=whole):
                return _answer(gazetteer, meant, sure=way.sure)
    for understand in (_understand_misspelt, _understand_fragment, _understand_part):
        for way in ways:
            if way.sure and (understood := understand(gazetteer, way.words)):
                return understood
    return Understood()


def _in_indonesia(lat: float, lon: float) -> bool:
    return _LATITUDES[0] <= lat <= _LATITUDES[1] and _LONGITUDES[0] <= lon <= _LONGITUDES[1]


def _nearest_covered(gazetteer: Gazetteer, lat: float, lon: float) -> tuple[tuple[Area, float], ...]:
    if not _in_indonesia(lat, lon):
        return ()
    return tuple(found for found in gazetteer.nearest(lat, lon) if found[1] <= COVERED_WITHIN_KM)


def _answer(gazetteer: Gazetteer, meant: Meaning, *, sure: bool) -> Understood:
    upper = tuple(sorted(code for code in meant if (level_of(code) or 0) <= DISTRICT))
    codes = upper or _districts_of(tuple(sorted(meant)))
    if len(codes) > MOST_CANDIDATES:
        return Understood(vague=True)
    if len(codes) > 1:
        return Understood(candidates=codes, within=_around_all(codes) if sure else None)
    return _answer_one(gazetteer, codes[0], meant, sure=sure)


def _answer_one(gazetteer: Gazetteer, only: AreaCode, meant: Meaning, *, sure: bool) -> Understood:
    if level_of(only) != DISTRICT:
        children = tuple(area.code for area in gazetteer.children(only))
        return Understood(candidates=children, within=only) if sure else Understood(candidates=(only,))
    names = next(iter(meant.values()))
    if not sure or (len(names) == 1 and not names[0].kind_said and _could_mean_another(names[0], only)):
        return Understood(candidates=_with_namesakes(only, names[0]))
    villages = [code for code in meant if level_of(code) == VILLAGE]
    return Understood(settled=only, village=villages[0] if len(villages) == 1 and only not in meant else None)


def _with_namesakes(district: AreaCode, name: Name) -> tuple[AreaCode, ...]:
    """Add the kecamatan of desa and kelurahan of the same name, unless there are too many to ask about."""
    others = _districts_of(tuple(sorted(code for code in name.codes if level_of(code) == VILLAGE)))
    together = tuple(dict.fromkeys((district, *others)))
    return together if len(together) <= MOST_CANDIDATES else (district,)


def _around_all(codes: tuple[AreaCode, ...]) -> AreaCode | None:
    """Name the one of the areas that all the others lie in, if there is one below a province."""
    return next(
        (
            code
            for code in codes
            if level_of(code) == REGENCY and all(code in areas_around(other) for other in codes if other != code)
        ),
        None,
    )


def _could_mean_another(name: Name, district: AreaCode) -> bool:
    """Tell whether a bare name is short, or also names a desa or kelurahan elsewhere, or names only those."""
    elsewhere = any(not code.startswith(district) for code in name.codes)
    return elsewhere or district not in name.codes or len(name.folded) < _SHORTEST_SURE_NAME


def _districts_of(codes: tuple[AreaCode, ...]) -> tuple[AreaCode, ...]:
    """Lift desa and kelurahan to their kecamatan, keeping the order and each only once."""
    districts = (parent_of(code) for code in codes)
    return tuple(dict.fromkeys(district for district in districts if district))


def _understand_misspelt(gazetteer: Gazetteer, words: tuple[str, ...]) -> Understood | None:
    """Understand a text with one misspelt name, best next to a name that is right."""
    if len(words) > _MOST_WORDS_MISSPELT or not SPOKEN_WORDS.isdisjoint(words):
        return None
    with_context = list(_misspelt_with_context(gazetteer, words))
    if with_context:
        least = min(found.mistakes for found in with_context)
        codes = frozenset().union(*(found.codes for found in with_context if found.mistakes == least))
        return _answer(gazetteer, {code: (Name(codes, kind_said=True, folded=""),) for code in codes}, sure=True)
    return _understand_misspelt_alone(gazetteer, words)


def _misspelt_with_context(gazetteer: Gazetteer, words: tuple[str, ...]) -> Iterator[Resembling]:
    for context, named in _with_context(gazetteer, words):
        level, folded = split_kind(named)
        areas = [area for code in context for area in _related(gazetteer, code)]
        chosen = [(area.code, bare_name(area.name, area.level)) for area in areas if level in {None, area.level}]
        yield from _inner(context, resembling_among(folded, chosen))


def _with_context(
    gazetteer: Gazetteer, words: tuple[str, ...]
) -> Iterator[tuple[tuple[AreaCode, ...], tuple[str, ...]]]:
    """Yield the areas that some of the words mean, with the words before or behind."""
    for place in range(1, len(words)):
        for right, wrong in ((words[place:], words[:place]), (words[:place], words[place:])):
            named = _without_breaks(wrong)
            if named and (context := _context(gazetteer, right)):
                yield context, named


def _context(gazetteer: Gazetteer, words: tuple[str, ...]) -> tuple[AreaCode, ...]:
    if not _without_breaks(words):
        return ()
    meant = read(gazetteer, words)
    return tuple(meant) if len(meant) <= _MOST_CONTEXTS else ()


def _related(gazetteer: Gazetteer, code: AreaCode) -> Iterator[Area]:
    """Yield the areas around one, and those inside it down to kecamatan, in a regency down to the smallest."""
    yield from gazetteer.lineage(code)[:-1]
    deepest = VILLAGE if (level_of(code) or PROVINCE) >= REGENCY else DISTRICT
    waiting = list(gazetteer.children(code))
    while waiting:
        area = waiting.pop()
        yield area
        if area.level < deepest:
            waiting.extend(gazetteer.children(area.code))


def _inner(context: tuple[AreaCode, ...], found: Iterable[Resembling]) -> Iterator[Resembling]:
    """Take the inner of the two areas: what was misspelt, or what lies in it and was right."""
    for one in found:
        inside = {code for code in one.codes if areas_around(code) & set(context)}
        around = {code for code in context if areas_around(code) & one.codes}
        if inside or around:
            yield replace(one, codes=frozenset(inside | around))


def _understand_misspelt_alone(gazetteer: Gazetteer, words: tuple[str, ...]) -> Understood | None:
    if BREAK in words:
        return None
    level, folded = split_kind(words)
    if folded in KIND_WORDS:
        return None
    found = resembling(gazetteer, folded)
    codes = frozenset(code for one in found for code in one.codes if level in {None, level_of(code)})
    if not codes:
        return None
    sure = len(found) == 1 and found[0].mistakes == 1 and len(folded) >= _SHORTEST_SURE_MISSPELT
    sure = sure and not _VERB.match(folded) and not _could_be_misspelt_village(gazetteer, folded, codes)
    name = Name(codes, kind_said=level is not None, folded=found[0].name)
    return _answer(gazetteer, dict.fromkeys(codes, (name,)), sure=sure)


def _could_be_misspelt_village(gazetteer: Gazetteer, folded: str, codes: frozenset[AreaCode]) -> bool:
    return any(
        not areas_around(code) & codes
        for near in one_mistake_away(folded)
        for code in gazetteer.named(near)
        if code not in codes
    )


def _understand_fragment(gazetteer: Gazetteer, words: tuple[str, ...]) -> Understood | None:
    """Ask about a place of which only a part of the name was typed."""
    if len(words) > _MOST_WORDS_MISSPELT or not SPOKEN_WORDS.isdisjoint(words):
        return None
    found = set(shortened_to(gazetteer, words))
    if ADDRESS_WORDS.isdisjoint(words) and BREAK not in words:
        folded = fold("".join(words))
        found |= begun_by(gazetteer, folded) | with_consonants_of(gazetteer, folded)
        if len(folded) >= _SHORTEST_MISSPELT_VILLAGE:
            found |= {code for near in one_mistake_away(folded) for code in gazetteer.named(near)}
    for context, named in _with_context(gazetteer, words):
        inside = [area for code in context for area in _related(gazetteer, code)]
        part = shortened_to(gazetteer, named) | (holding if len(named) == 1 else held_by)(named, inside)
        found |= {code for code in part if areas_around(code) & set(context)}
    if not found:
        return None
    return _answer(
        gazetteer, {code: (Name(frozenset(found), kind_said=False, folded=""),) for code in found}, sure=False
    )


def _understand_part(gazetteer: Gazetteer, words: tuple[str, ...]) -> Understood | None:
    """Ask about the place that only some of the words name: the others may name a corner of it."""
    meant = read_part(gazetteer, words)
    return _answer(gazetteer, meant, sure=False) if meant else None


def _without_breaks(words: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(word for word in words if word != BREAK)
