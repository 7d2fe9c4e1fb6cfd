"""Find in typed words what would tell who somebody is: numbers, addresses, accounts and names."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from bot.care.privacy.naming import find_names


class Private(StrEnum):
    """What was found."""

    IDENTITY = "identity"  #: number of an identity or family card
    PHONE = "phone"
    EMAIL = "email"
    ADDRESS = "address"
    ACCOUNT = "account"  #: of a bank, or any other long number
    PLATE = "plate"
    HANDLE = "handle"
    NAME = "name"


@dataclass(frozen=True, slots=True)
class Span:
    """Where something private stands in a text."""

    start: int
    end: int
    kind: Private


def find_private(text: str) -> tuple[Span, ...]:
    """List what is private in a text, in order and without overlaps.  Never raises."""
    read = _plain_digits(text)
    kept: list[Span] = []
    for span in (*_find_written(read), *_find_numbers(read), *(Span(*name, Private.NAME) for name in find_names(text))):
        if all(span.end <= other.start or other.end <= span.start for other in kept):
            kept.append(span)
    return tuple(sorted(kept, key=lambda span: span.start))


def mask(text: str, spans: tuple[Span, ...], words: Mapping[Private, str]) -> str:
    """Put `words` in the place of everything found."""
    parts, at = [], 0
    for span in spans:
        parts += [text[at : span.start], words[span.kind]]
        at = span.end
    return "".join((*parts, text[at:]))


# A digit of any script reads as 0 to 9 and keeps its place; so do the letters people write for 0 and 1 among digits.
_LETTERS_AMONG_DIGITS = re.compile(r"(?<=[\d.\-])[oOlI](?=[\d\-oOlI]{0,8}\d)|\b[oO](?=[\d8][\dlI\-])")
# What has no width could stand between digits and hide that they belong together.
_UNSEEN = re.compile("[\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_AS_DIGITS = {"o": "0", "O": "0", "l": "1", "I": "1"}


def _plain_digits(text: str) -> str:
    if not text.isascii():
        text = "".join(str(int(letter)) if letter.isdecimal() else letter for letter in _UNSEEN.sub(" ", text))
    return _LETTERS_AMONG_DIGITS.sub(lambda found: _AS_DIGITS[found[0]], text)


_TLD = r"(?:com|co|id|net|org|ac|sch|go|or|web|my|me|info|io|edu|gov)"
_PROVIDER = r"(?:gmail|gmai|gmial|yahoo|ymail|rocketmail|hotmail|outlook|icloud|proton(?:mail)?|live|aol|zoho)"
_AT = r"(?:@|\(at\)|\[at\]|\{at\}|<at>|＠)"
_DOT = r"(?:\s?(?:\.|\(dot\)|\[dot\]|\{dot\}|\(titik\))\s?|\s+(?:dot|titik)\s+)"
#: What stands before the at; bounded and never begun in the middle, so that no text takes long.
_LOCAL = r"(?<![\w.+\-])[\w.+\-]{1,64}"
_EMAILS = (
    rf"{_LOCAL}\s?{_AT}\s?[\w\-]{{1,64}}(?:{_DOT}[\w\-]{{1,64}}){{0,2}}(?:{_DOT}{_TLD}\b){{1,3}}",
    rf"{_LOCAL}@[\w\-]{{1,64}}(?:\.[\w\-]{{1,64}}){{1,4}}",
    rf"{_LOCAL}\s+(?:at|et|ad|keong)\s+{_PROVIDER}(?:{_DOT}{_TLD}\b){{0,3}}",
    rf"(?<![\w.+\-])(?=\w{{0,30}}[\d_.+\-])[\w.+\-]{{1,64}}\s+at\s+[\w\-]{{1,64}}(?:{_DOT}[\w\-]{{1,64}}){{0,2}}{_DOT}{_TLD}\b",
    rf"{_LOCAL}\s?{_AT}\s?{_PROVIDER}(?:\s+{_TLD})?\b",
    rf"(?<![\w.+\-])(?=\w{{0,30}}[\d_.])[\w.+\-]{{2,64}}\s+{_PROVIDER}\s?\.\s?{_TLD}(?:\.{_TLD})?\b",
    rf"\be-?mail(?:ku|nya)?(?: saya| aku| gue| gw| dia)?\s?[:=]?\s+[\w.+\-]{{1,64}}\s+{_PROVIDER}{_DOT}{_TLD}\b",
)
_SITES = r"(?:instagram|facebook|fb|tiktok|twitter|x|linkedin|discord|telegram|wa|t|line|threads|youtube)"
_NETWORKS = r"(?:ig|insta(?:gram)?|tele(?:gram)?|tik\s?tok|line|fb|face\s?book|twitter|discord|michat|snapchat|signal)"
_MINE = r"(?:ku|nya| saya| aku| gue| gw| gua| dia| suami| istri| ortu)"
_HANDLES = (
    rf"(?:https?://)?(?:www\.)?{_SITES}\.(?:com|me|gg|dev|net)/[\w.@/?=+\-]+",
    rf"\b(?:id\s+)?{_NETWORKS}(?:\s+id)?{_MINE}?\s*[:=]\s*@?[\w.]{{3,}}",
    rf"\b(?:id\s+)?{_NETWORKS}(?:\s+id)?{_MINE}?\s+(?=[\w.]{{0,30}}[\d_.]\w)@?[\w.]{{3,64}}",
    rf"\b(?:username|user\s?name|akun){_MINE}?(?:\s+{_NETWORKS})?\s*[:=]?\s+(?=[\w.]{{0,30}}[\d_.]\w)[\w.]{{3,64}}",
    r"(?<![\w.])@[A-Za-z_][\w.]{2,}",
)
_NUMBERED = r"(?:no(?:mor|mer)?|nmr|blok)\s*\.?\s*[a-z]?\d{1,4}(?:\s?[/\-]\s?\d{1,3})?[a-z]?\b"
_UNITS = (
    r"(?!\s*(?:menit|mnt|jam|hari|km|kilo|meter|m\b|minggu|bulan|tahun|thn|kali|x\b|langkah|orang|rb|ribu|juta|an\b|"
    r"kg|malam|pagi|siang|sore|tablet|butir|pil|mg|%|:|\.\d))"
)
_NOT_A_STREET = (
    r"(?!(?:kaki|keluar|ke|terus|lagi|pulang|sendiri|bareng|dari|di|yang|yg|buntu|tengah|saja|aja|sama|dengan|masuk|"
    r"sudah|udah|belum|cuma|hidup|pikiran|pintas|cepat|tol|raya|itu|ini|sekitar|kira|hampir|kurang|lebih|tiap|sampai|"
    r"selama|dulu|nya|pagi|sore|malam|santai|pelan|jauh|bolak|mundur|maju|berjam|satu|dua|tiga)\b)"
)
_ADDRESSES = (
    (
        rf"\b(?:jl|jln|jlan|gg)\b\.?\s*(?:{_NOT_A_STREET}[A-Za-z'.]+\s*){{1,4}}"
        rf"(?:[,\s]*{_NUMBERED}|\s*\d{{1,4}}\b{_UNITS})?"
        rf"(?:[,\s]*rt\s*\.?\s*\d{{1,3}}[\s/,.]*rw\s*\.?\s*\d{{1,3}})?"
    ),
    rf"\b(?:jalan|gang|lorong)\s+(?:raya\s+)?{_NOT_A_STREET}(?:[A-Za-z'.]+\s+){{1,4}}{_NUMBERED}",
    rf"\b(?:jalan|gang|lorong)\s+(?:raya\s+)?{_NOT_A_STREET}(?:[A-Za-z'.]+\s+){{1,3}}\d{{1,4}}\b{_UNITS}",
    r"\brt\s*[.:]?\s*\d{1,3}\s*[/,\-]?\s*(?:dan\s+)?rw\s*[.:]?\s*\d{1,3}",
    r"\brt\s*/\s*rw\s*[.:]?\s*\d{1,3}\s*/\s*\d{1,3}",
    r"\b(?:no(?:mor|mer)?|nmr)\s*\.?\s*rumah(?:ku|nya)?(?: saya| aku| kami)?\s*[:=]?\s*(?:no\.?\s*)?[a-z]?\d{1,4}\w?\b",
    rf"\brumah(?:ku|nya)?(?: saya| aku| kami| gue| gw)?(?: di| yang)?\s+{_NUMBERED}",
    r"\b(?:blok|block)\s+[a-z]{1,2}\s?-?\d{0,3}[\s,/]*(?:(?:no(?:mor|mer)?)\s*\.?\s*)\d{1,3}\b",
    r"\b(?:blok|block)\s+[a-z]{1,2}[\s\-]?\d{1,3}(?:\s?[/\-]\s?\d{1,3})?\b",
    (
        r"\b(?:kos|kost|kosan|kost-kostan|kontrakan|asrama|rusun|apartemen|apartment|perum|perumahan|komplek|kompleks)\b"
        rf"(?:an|ku|nya)?\s+(?:[A-Za-z'.]+[\s,]+){{0,4}}"
        rf"(?:{_NUMBERED}|(?:kamar|unit|lantai)\s*(?:no(?:mor)?\.?\s*)?\d{{1,4}}\b)"
    ),
)
_REGIONS = (
    r"(?:A|B|D|E|F|G|H|K|L|M|N|P|R|S|T|W|Z|AA|AB|AD|AE|AG|BA|BB|BD|BE|BG|BH|BK|BL|BM|BN|BP|DA|DB|DC|DD|DE|DG|DH|DK|DL|"
    r"DM|DN|DP|DR|DT|DW|EA|EB|ED|KB|KH|KT|KU|PA|PB|PG|PS|PT)"
)
_PLATES = (
    rf"\b{_REGIONS}[ \-]?\d{{3,4}}[ \-]?(?!KM\b|KG\b|MG\b|ML\b|RB\b|JT\b|CC\b|GR\b|M\b|K\b|G\b|X\b)[A-Z]{{1,3}}\b",
)
_LABELLED_PLATES = (
    (
        r"\b(?:plat|nopol|no\.?\s?pol|nomor polisi)(?:nya|ku)?(?: nomor| no)?(?: motor| mobil)?"
        r"(?: saya| aku| dia)?\s*[:=]?\s*"
        r"[a-z]{1,2}\s?-?\d{1,4}\s?-?[a-z]{1,3}\b"
    ),
)
_PASSPORT = r"\b(?:paspor|passport)(?:ku|nya)?\b[^\d\n]{0,16}?\b[a-z]{1,2}\s?\d{6,7}\b"
_DIGIT_WORD = (
    r"(?:nol|kosong|satu|dua|tiga|empat|lima|enam|tujuh|delapan|lapan|sembilan|zero|one|two|three|four|five|six|seven|"
    r"eight|nine|\d{1,4})"
)
_BEGUN_IN_DIGITS = (
    r"(?<![\d+])(?:0|\+?62)\d{2,4}[\s,\-]+(?=[\d\s,\-]{0,30}[a-z])"
    rf"(?:{_DIGIT_WORD}[\s,\-]+){{2,9}}(?:{_DIGIT_WORD}|\d{{5,8}})\b"
)
_SPOKEN = rf"\b(?:nol|kosong|zero|enam\s+dua|0)[\s,\-]+(?:{_DIGIT_WORD}[\s,\-]+){{6,13}}{_DIGIT_WORD}\b"


def _compile(patterns: tuple[str, ...]) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(pattern, re.IGNORECASE) for pattern in patterns)


_WRITTEN = (
    *((pattern, Private.EMAIL) for pattern in _compile(_EMAILS)),
    *((pattern, Private.HANDLE) for pattern in _compile(_HANDLES)),
    *((pattern, Private.ADDRESS) for pattern in _compile(_ADDRESSES)),
    *((re.compile(pattern), Private.PLATE) for pattern in _PLATES),
    *((pattern, Private.PLATE) for pattern in _compile(_LABELLED_PLATES)),
    *((pattern, Private.PHONE) for pattern in _compile((_SPOKEN, _BEGUN_IN_DIGITS))),
    *((pattern, Private.IDENTITY) for pattern in _compile((_PASSPORT,))),
)


def _find_written(text: str) -> Iterator[Span]:
    for pattern, kind in _WRITTEN:
        for found in pattern.finditer(text):
            end = found.start() + len(found[0].rstrip(" ,.;:"))
            yield Span(found.start(), end, kind)


_BETWEEN = r"(?:[ \t\r\n.\-_/()·•,–—]|\s?(?:strip|spasi|titik|min|minus|garis)\s?)"
_RUN = re.compile(rf"\(?\+?\d(?:{_BETWEEN}{{0,3}}\d)+", re.IGNORECASE)
_DATE = re.compile(r"(?<!\d)(?:[0-3]?\d([/.\- ])[01]?\d\1(?:19|20)\d\d|(?:19|20)\d\d([/.\- ])[01]\d\2[0-3]\d)(?!\d)")
_HOURS = re.compile(r"(?<!\d)[0-2]?\d[.:][0-5]\d(?!\d)")
_AMOUNT = re.compile(r"\d{1,3}(?:[.,]\d{3})+(?:,\d{1,2})?\Z")
_MONEY_BEFORE = re.compile(
    r"(?:rp|idr|rupiah|seharga|harga(?:nya)?|biaya(?:nya)?|bayar|utang|hutang|gaji)\W*\Z", re.IGNORECASE
)
_MONEY_AFTER = re.compile(r"\W{0,2}(?:rupiah|perak|rb|ribu|juta|jt|mg|mcg|ml|kg|gram)\b", re.IGNORECASE)
_ACCOUNT_BEFORE = re.compile(
    r"\b(?:no\.?\s?rek|norek|rek(?:ening)?|bca|bri|bni|btn|bsi|mandiri|cimb|danamon|permata|jago|seabank|dana|ovo|gopay|"
    r"shopeepay|va|virtual account|kartu|bpjs|npwp|sim|paspor|passport)\b[^\d\n]{0,24}\Z",
    re.IGNORECASE,
)
_IDENTITY_BEFORE = re.compile(
    r"\b(?:nik|ktp|kk|kartu keluarga|kartu tanda penduduk|e-?ktp)\b[^\d\n]{0,30}\Z", re.IGNORECASE
)
_PHONE_BEFORE = re.compile(
    r"\b(?:hp|wa|whats\s?app|wasap|tel(?:p|epon|fon|on)?|tlp|nomor|nomer|no|hub(?:ungi)?|kontak|call|sms|number|phone|nope)"
    r"(?:ku|nya)?\b[^\d\n]{0,20}\Z",
    re.IGNORECASE,
)
_LOOKED_BACK = 48
_NIK_DIGITS, _LEAST_ACCOUNT, _LEAST_BARE = 16, 8, 10
_PHONE = re.compile(r"(?:0|62|0062)(?:8[1-9]\d{6,11}|[2-79]\d{7,10})\Z")
_NAKED_PHONE = re.compile(r"8[1-9]\d{7,10}\Z")
_AREA_OF_IDENTITY = re.compile(r"[1-9][1-9]\d{4}(?:[04][1-9]|[1256]\d|[37][01])(?:0[1-9]|1[0-2])\d{6}\Z")


def _find_numbers(text: str) -> Iterator[Span]:
    """Find long numbers; dates and hours are blanked first, where a number neither leads into them nor out."""
    read = _HOURS.sub(_blank, _DATE.sub(_blank, text)) if len(text) > _LEAST_ACCOUNT else text
    # A date within a longer run of digits is part of a number: `08-12-2024-5555` is no date.
    for found in _RUN.finditer(text):
        kept = read[found.start() : found.end()]
        whole = kept == found[0] or sum(map(str.isdigit, kept)) >= _LEAST_ACCOUNT
        if not whole:
            continue
        kind = _kind_of(found[0], text[max(0, found.start() - _LOOKED_BACK) : found.start()], text[found.end() :][:12])
        if kind is not None:
            yield Span(found.start(), found.end(), kind)


def _blank(found: re.Match[str]) -> str:
    return "#" * len(found[0])


def _kind_of(written: str, before: str, after: str) -> Private | None:  # noqa: PLR0911 - one line per kind of number
    digits = re.sub(r"\D", "", written)
    if _AMOUNT.match(written.strip("(+ ")) or (_MONEY_BEFORE.search(before) or _MONEY_AFTER.match(after)):
        return None
    if len(digits) == _NIK_DIGITS and (_AREA_OF_IDENTITY.match(digits) or _IDENTITY_BEFORE.search(before)):
        return Private.IDENTITY
    if len(digits) >= _LEAST_ACCOUNT and _IDENTITY_BEFORE.search(before):
        return Private.IDENTITY
    if _PHONE.match(digits):
        return Private.PHONE
    if len(digits) >= _LEAST_ACCOUNT and _ACCOUNT_BEFORE.search(before):
        return Private.ACCOUNT
    if _NAKED_PHONE.match(digits) or (len(digits) >= _LEAST_ACCOUNT and _PHONE_BEFORE.search(before)):
        return Private.PHONE
    is_bare = re.search(r"\d{%d}" % _LEAST_BARE, written) is not None  # noqa: UP031 - braces stand for themselves
    return Private.ACCOUNT if is_bare or len(digits) == _NIK_DIGITS else None
