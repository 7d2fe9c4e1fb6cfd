"""Take the words of a typed place apart: what names it, what is short for something, what only surrounds it."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

BREAK = ","

_MOST_CHARACTERS = 160
_MOST_WORDS = 14
_WORD = re.compile(r"[a-z0-9]+(?:['\u2019-][a-z0-9]+)*|[,;/\n]")
_DOUBLED = re.compile(r"([a-z]{2,})2([a-z]*)")
_DIGITS = re.compile(r"\d+")

# fmt: off
#: Words before which a new part of an address begins.
KIND_WORDS = frozenset({
    "provinsi", "prov", "propinsi", "kabupaten", "kab", "kota", "kotamadya", "kodya", "kecamatan", "kec", "kcmtn",
    "distrik", "kelurahan", "kel", "desa", "ds",
})
_AROUND = frozenset({
    "aja", "ak", "aku", "alamat", "alamatku", "am", "area", "asal", "asli", "asalnya", "bang", "bro", "city",
    "d", "daerah", "dari", "dr",
    "di", "dlm", "dok", "domisili", "from", "gan", "gue", "gw", "halo", "hai", "i", "im", "in", "indonesia",
    "kak", "ke", "kk", "live", "lokasi", "lokasiku", "mas", "mbak", "min", "my", "nih", "of", "orang", "pak", "posisi",
    "rumah", "rumahku", "saat", "saja", "sama", "sana", "saya", "sekarang", "sih", "sini", "skrg", "skrng", "sy",
    "tempat", "tggl", "tgl", "the", "tinggal",
    "tinggalku", "warga", "wilayah", "ya", "yg", "yang", "kami", "ini", "itu", "menetap", "berada", "ada",
})
_NEAR = frozenset({
    "belakang", "dekat", "deket", "depan", "dkt", "near", "samping", "sebelah", "seberang", "sekitar", "antara",
})
_LANDMARKS = frozenset({
    "alun", "apotek", "balai", "bandara", "bundaran", "gedung", "gereja", "halte", "hotel", "jembatan", "kampus",
    "kantor", "kuburan", "lampu", "lapangan", "mal", "mall", "masjid", "merah", "mesjid", "musala", "musholla",
    "pabrik", "pantai", "pasar", "pelabuhan", "perempatan", "pertigaan", "polres", "polsek", "pom", "puskesmas", "rs",
    "rsud", "sakit", "sd", "sekolah", "sma", "smk", "smp", "spbu", "stasiun", "taman", "terminal", "toko", "tugu",
    "universitas", "warung",
})
#: Raha is a town but no kota: there "kota Raha" and "Raha kota" only say that.
_TOWN = frozenset({"kota"})
_STREETS = frozenset({
    "blok", "btn", "gang", "gg", "jalan", "jl", "jln", "komp", "komplek", "kompleks", "kos", "kost", "lorong",
    "lr", "lrg", "no", "nomor", "perum", "perumahan", "rt", "rw", "dusun", "dsn", "lingkungan", "pondokan",
})
# fmt: on
#: Words that stand around the names in an address, and are none themselves.
ADDRESS_WORDS = KIND_WORDS | _AROUND | _NEAR | _LANDMARKS | _STREETS

_SHORT = {
    "tj": "tanjung", "tjg": "tanjung", "tg": "tanjung", "tgj": "tanjung", "tanj": "tanjung", "tnj": "tanjung",
    "tjng": "tanjung", "tanjong": "tanjung", "kep": "kepulauan", "gn": "gunung", "gng": "gunung", "sei": "sungai",
    "sungei": "sungai", "s": "sungai", "pd": "pondok", "pdk": "pondok", "kp": "kampung", "kmp": "kampung",
    "kpg": "kampung", "kb": "kebon", "kbn": "kebon", "kebun": "kebon", "psr": "pasar", "ps": "pasar", "mr": "muara",
    "ma": "muara", "klp": "kelapa", "klapa": "kelapa", "cemp": "cempaka", "rw": "rawa", "bt": "batu", "ujg": "ujung",
    "jkt": "jakarta", "jak": "jakarta", "dki": "jakarta", "kdi": "kendari", "kndari": "kendari", "bdg": "bandung",
    "bjm": "banjarmasin", "bpp": "balikpapan", "sby": "surabaya", "smg": "semarang", "mks": "makassar",
    "tng": "tangerang", "tgr": "tangerang", "sul": "sulawesi", "kal": "kalimantan", "sum": "sumatera",
    "tn": "tanah", "tnh": "tanah",
    "wawoni": "wawonii", "p": "pulau", "pl": "pulau", "pul": "pulau", "kpl": "kepulauan", "sm": "semper",
}  # fmt: skip
#: Short only behind a name: "bar", "sel" and "tim" are also words of their own.
_DIRECTIONS = {
    "ut": "utara", "utr": "utara", "utra": "utara", "u": "utara", "sel": "selatan", "slt": "selatan",
    "sltn": "selatan", "bar": "barat", "brt": "barat", "b": "barat", "tim": "timur", "tmr": "timur", "tmur": "timur",
    "t": "timur", "teng": "tengah", "tgh": "tengah", "tngh": "tengah", "tengg": "tenggara", "tggr": "tenggara",
    "tgra": "tenggara", "pus": "pusat", "pst": "pusat", "psat": "pusat", "north": "utara", "south": "selatan",
    "west": "barat", "east": "timur", "central": "tengah", "southeast": "tenggara",
}  # fmt: skip


#: No Indonesian word begins with two such letters: what does is short for two words written as one, like tjpriok.
_JOINED = re.compile(r"(tjg|tj|klp|pdk|pd|psr|kbn|kb|kp|bt|gn|tn)([a-z]{4,})")


@dataclass(frozen=True, slots=True)
class Wording:
    """One way to take a typed text: the words that name a place, with breaks between its parts.

    `sure`: False when the words only say what the place is near to.
    """

    words: tuple[str, ...]
    sure: bool


def wordings(text: str) -> Iterator[Wording]:
    """Yield the ways to take a text, the most literal first; none for one too long for a place or without any name."""
    words = _split(text)
    if ADDRESS_WORDS.issuperset(_without(words, frozenset({BREAK}))):
        return
    seen: set[tuple[str, ...]] = set()
    for way in (*_sure_ways(words), *_near_ways(words)):
        if way.words and way.words not in seen and len(way.words) <= _MOST_WORDS:
            seen.add(way.words)
            yield way


def _sure_ways(words: tuple[str, ...]) -> Iterator[Wording]:
    """Yield the text as it stands, then without what surrounds the name, then with short forms written out."""
    near = not _NEAR.isdisjoint(words)
    yield Wording(_trim(words, frozenset()), sure=True)
    yield Wording(_trim(words, _AROUND), sure=True)
    for way in _ways(words):
        yield Wording(_trim(way, _AROUND | _NEAR), sure=not near)


def _near_ways(words: tuple[str, ...]) -> Iterator[Wording]:
    yield Wording(_name_before_landmark(words), sure=True)
    if not _NEAR.isdisjoint(words) or not _STREETS.isdisjoint(words):
        expanded = _expand(_without(words, _NEAR | _LANDMARKS | _STREETS))
        for start in range(len(expanded)):
            yield Wording(_trim(expanded[start:], _AROUND), sure=False)


def _name_before_landmark(words: tuple[str, ...]) -> tuple[str, ...]:
    """Return what comes before `near the market`; empty when something else is there or nothing."""
    place = next((place for place, word in enumerate(words) if word in _NEAR), 0)
    beside_a_landmark = words[place + 1 : place + 2] and words[place + 1] in _LANDMARKS
    return _trim(_without(_expand(words[:place]), _AROUND), frozenset()) if beside_a_landmark else ()


def _split(text: str) -> tuple[str, ...]:
    if len(text) > _MOST_CHARACTERS:
        return ()
    found = _WORD.findall(unicodedata.normalize("NFKD", text).casefold())
    return tuple(word if word[0].isalnum() else BREAK for word in found)


def _ways(words: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    yield words
    yield _without(words, _AROUND | _NEAR)
    expanded = _expand(words)
    yield expanded
    yield _without(expanded, _AROUND | _NEAR)
    without_streets = _expand(_drop_streets(words))
    yield without_streets
    yield _without(without_streets, _AROUND | _NEAR)
    yield _without(without_streets, _AROUND | _NEAR | {"pulau", "island"})
    yield tuple("kepulauan" if word == "pulau" else word for word in _without(without_streets, _AROUND | _NEAR))
    yield _without(_expand(tuple(_part_joined(words))), _AROUND | _NEAR)
    yield _without(without_streets, _AROUND | _NEAR | _TOWN)


def _trim(words: tuple[str, ...], leading: frozenset[str]) -> tuple[str, ...]:
    start = next((place for place, word in enumerate(words) if word not in leading and word != BREAK), len(words))
    end = next((place for place in range(len(words), start, -1) if words[place - 1] != BREAK), start)
    return words[start:end]


def _without(words: tuple[str, ...], unwanted: frozenset[str]) -> tuple[str, ...]:
    return tuple(word for word in words if word not in unwanted)


def _expand(words: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(_expanded(word, first=place == 0 or words[place - 1] == BREAK) for place, word in enumerate(words))


def _expanded(word: str, *, first: bool) -> str:
    if not first and word in _DIRECTIONS:
        return _DIRECTIONS[word]
    if doubled := _DOUBLED.fullmatch(word):
        return doubled[1] * 2 + doubled[2]
    return _SHORT.get(word, word)


def _part_joined(words: tuple[str, ...]) -> Iterator[str]:
    for word in words:
        joined = _JOINED.fullmatch(word)
        yield from joined.groups() if joined else (word,)


def _drop_streets(words: tuple[str, ...]) -> tuple[str, ...]:
    """Drop every street, block and number up to where the next part of the address begins."""
    kept: list[str] = []
    dropping = False
    for word in words:
        if word == BREAK or word in KIND_WORDS:
            dropping = False
        elif word in _STREETS or _DIGITS.fullmatch(word):
            dropping = word in _STREETS
            continue
        if not dropping:
            kept.append(word)
    return tuple(kept)
