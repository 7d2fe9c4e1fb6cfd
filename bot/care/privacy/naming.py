"""Find names of people in typed words, where the words around them say that one is coming."""

import re
from collections.abc import Iterator

from bot.care.geography.ordinary import ORDINARY_WORDS
from bot.care.privacy.given_names import GIVEN_NAMES

_WORD = r"[^\W\d_][\w'’\-]*"
_OWNER = r"(?:ku|nya|\s+(?:saya|aku|gue|gw|gua|kami|dia|ane|beta|sa))"
_KIN = (
    r"suami|istri|isteri|bini|laki|pacar|mantan|teman|temen|tmn|kawan|sahabat|bestie|kakak|kaka|abang|adik|adek|ade|ayah|"
    r"bapak|bapa|papa|ibu|mama|mamak|paman|om|tante|bibi|bulek|budhe|pakde|tetangga|sepupu|anak|keponakan|ponakan|mertua|"
    r"ipar|bos|majikan|husband|wife|boyfriend|girlfriend|friend|brother|sister|mother|father|neighbou?r|boss"
)
_TITLE = r"pak|bapak|mas|mbak|bang|om|tante|pakde|bude|haji|mr|mrs|koh|ci|daeng|opu"
_CALLED = re.compile(
    rf"\b(?:nama(?:ku|nya|\s+(?:saya|aku|gue|gw|gua|dia|asli|lengkap|panggilan)|"
    rf"(?:\s+(?:{_KIN}){_OWNER}?))?(?:\s+(?:saya|aku|dia))?(?:\s*[:=]|\s+(?:adalah|itu|ialah|yaitu))?|bernama|"
    rf"dipanggil|panggil(?:\s+(?:saja|aja))?(?:\s+(?:saya|aku))?|my\s+name\s+is|(?:his|her)\s+name\s+is|named|called)\s+"
    rf"(?P<name>{_WORD}(?:\s+{_WORD}){{0,3}})",
    re.IGNORECASE,
)
_INTRODUCED = re.compile(rf"\bsi\s+(?P<name>{_WORD}(?:\s+{_WORD}){{0,2}})", re.IGNORECASE)
_RELATED = re.compile(
    rf"\b(?:(?:{_KIN}){_OWNER}?(?:\s+(?:yang|yg|{_TITLE}))?|my\s+(?:{_KIN})|(?:{_TITLE}))\s*[,:(]?\s*"
    rf"(?P<name>{_WORD}(?:\s+{_WORD}){{0,2}})",
    re.IGNORECASE,
)
_SUPPLIED = re.compile(
    rf"\b(?:bandar|bd|pengedar|kurir|penjual|dealer|supplier)(?:nya|ku|\s+saya)?(?:\s+(?:itu|adalah|ya))?\s+"
    rf"(?P<name>{_WORD}(?:\s+{_WORD}){{0,2}})",
    re.IGNORECASE,
)
_GREETED = re.compile(
    r"(?:halo|hallo|hai|hi|hello|makasih|mksh|kasih|thanks|thank you|pagi|siang|sore|malam|maaf|iya|baik|oke|ok|ya|"
    r"assalamualaikum|selamat|dear|siap|tolong|permisi)[\s,.!]*\Z",
    re.IGNORECASE,
)
#: Words that follow a capital or "si" without naming a person.
_NO_NAMES = frozenset(
    """
    dia doi kecil bungsu sulung sakit anak adik kakak bayi ibu bapak ayah mama papa pacar suami istri mantan penjual
    bandar pembeli orang dokter konselor perawat petugas polisi guru ustad ustadz ustadzah pendeta pastor haji lurah
    camat bupati rt rw kos kost sulit paling mereka kamu beliau sabu ganja inex ekstasi sinte gorila tramadol riklona
    xanax alprazolam dextro heroin putau kokain metadon subutex lem miras ciu tuak arak alkohol koplo pcc obat pil
    bnn bnnp bnnk puskesmas rsud rs rsj igd klinik telegram whatsapp wa instagram facebook tiktok google indonesia
    jakarta kendari makassar surabaya bandung medan kolaka baubau bali jawa sulawesi sumatera kalimantan papua islam
    kristen hindu buddha senin selasa rabu kamis jumat sabtu minggu januari februari maret april mei juni juli agustus
    september oktober november desember tuhan allah alhamdulillah insyaallah covid hiv tbc lapas polsek polres polda
    polri tni sma smp sd smk kampus kuliah kantor pabrik grab gojek ojol hp ktp nik sim skck bpjs ini itu juga yang yg
    tidak gak nggak ga udah sdh blm belum jg aja saja punya kerja dan atau tapi kalo kalau pun malah sekarang gitu
    kayak seperti barang asli lengkap rahasia anonim samaran saya aku gue gw kami kita dulu tetap cuma hanya sering
    komplek gang jalan desa kampung rumah toko apotek warung ipar tiri kandung angkat sepupu tetangga paman om tante
    keponakan mertua bos pak bu mas mbak kak abang bang adek ade ketua bidan perempuan
    """.split()  # noqa: SIM905 - read as prose
)


def find_names(text: str) -> Iterator[tuple[int, int]]:
    """List (start, end) of names: of whoever is introduced, related or called so in the text.

    A name in small letters counts where it is a common one, or where "si" stands before it.
    """
    for pattern, trusts_small in ((_INTRODUCED, True), (_CALLED, False), (_SUPPLIED, False), (_RELATED, False)):
        for found in pattern.finditer(text):
            if pattern is _RELATED and _is_addressed(text, found):
                continue
            length = _measure_name(found["name"], trusts_small=trusts_small)
            if length:
                yield found.start("name"), found.start("name") + length


def holds_name(text: str) -> bool:
    """Tell whether somebody is named in the text."""
    return any(True for _ in find_names(text))


def is_name(word: str) -> bool:
    """Tell whether a word alone is a name: a common one, or one with a capital letter that is no ordinary word."""
    plain = word.casefold()
    return plain in GIVEN_NAMES or (_is_capital(word) and not _is_ordinary(plain))


def _is_addressed(text: str, found: re.Match[str]) -> bool:
    """Tell whether somebody is greeted or thanked by that name: the counsellor, most of the time."""
    return _GREETED.search(text[max(0, found.start() - 20) : found.start()]) is not None


def _measure_name(words: str, *, trusts_small: bool) -> int:
    """Return how many letters of these words are a name, 0 for none."""
    length = 0
    for place, found in enumerate(re.finditer(_WORD, words)):
        word = found[0].rstrip("'’-")
        if not (is_name(word) or (place == 0 and trusts_small and not _is_ordinary(word.casefold()))):
            break
        length = found.start() + len(word)
    return length


def _is_capital(word: str) -> bool:
    return word[:1].isupper() and (len(word) == 1 or not word.isupper())


def _is_ordinary(plain: str) -> bool:
    stem = plain.removesuffix("nya").removesuffix("ku")
    return plain in _NO_NAMES or plain in ORDINARY_WORDS or stem in ORDINARY_WORDS or stem in _NO_NAMES
