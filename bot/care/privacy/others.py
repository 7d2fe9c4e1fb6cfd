"""Find what a person says against somebody else: who supplies, who else uses, where it is sold."""

import re
from itertools import pairwise

from bot.care.privacy.naming import holds_name, is_name

_DRUGS = (
    r"(?:barang(?:nya)?|sabu(?:-sabu)?|shabu|ss|ganja|cimeng|gele|sinte|gorila|inex|ekstasi|putau?w?|heroin|kokain|tramadol|"
    r"tramal|trihex\w*|riklona|xanax|dextro|koplo|pcc|pil|obat(?:nya)?|narkoba|narkotika|tembakau|stuff|drugs?|meth|weed|pills)"
)
_SUPPLIER = re.compile(
    r"\b(?:bandar|bd|pengedar|kurir|penjual|pemasok|penyuplai|supplier|dealer|pushers?)(?:nya|ku)?\b", re.IGNORECASE
)
_SELLS = re.compile(
    r"\b(?:jual(?:an|in|nya)?|menjual|ngedar(?:in)?|mengedarkan|edar(?:in|kan)?|transaksi|nyuplai|suplai|ngecer|"
    r"sells?|selling|deals|dealing)\b",
    re.IGNORECASE,
)
_BUYS = re.compile(
    r"\b(?:beli|membeli|ambil|ngambil|dapat|dapet|dpt|pesan|order|cod|nyetok|transaksi|dikasih|dibeli|dijual|buy|bought|"
    rf"get|got)\b(?:\s+(?:biasa(?:nya)?|selalu|sering|lagi|nya|saya|aku|it|my|the|{_DRUGS}))*"
    r"\s+(?:dari|sama|ke|lewat|from|off|through)\s+(?P<whom>(?:si|bang|mas|mbak|pak|om|kak|koh|abang)?\s*[^\W\d_]\w*)",
    re.IGNORECASE,
)
_GIVES = re.compile(
    rf"\b(?:kasih|ngasih|nawarin|nyodorin|bawain|bawa|sedia(?:in|kan)?)\b.*\b{_DRUGS}\b|\b{_DRUGS}\b.*\bdari\b",
    re.IGNORECASE,
)
_USES = re.compile(
    rf"\b(?:nyabu|nyimeng|ngganja|ngeganja|nyinte|pemakai|mabok|mabuk|ngobat|(?:pakai|pake|make|makai|ngisap|nyuntik|use|"
    rf"uses|using|smokes?)(?=\s*(?:\Z|lagi\b|juga\b|bareng\b|terus\b|tiap\b|sejak\b|too\b|also\b|{_DRUGS}\b)))",
    re.IGNORECASE,
)
_PLACE = re.compile(
    r"\b(?:di|dekat|deket|belakang|depan|samping|near|behind|at)\s+(?:the\s+)?(?:belakang\s+|depan\s+|dekat\s+)?"
    r"(?:gang|gg|jalan|jln|jl|kampung|kos|kost|kontrakan|warung|rumah|toko|pasar|terminal|pelabuhan|lorong|blok|komplek|"
    r"desa|market|street)\b\.?\s+(?!saya\b|aku\b|gue\b|gw\b|ini\b|itu\b|orang\b|sakit\b)\w+",
    re.IGNORECASE,
)
_DRUG = re.compile(rf"\b{_DRUGS}\b", re.IGNORECASE)
_CLAUSE_END = re.compile(r"[.!?;,\n]+\s*|\s+(?=(?:tapi|tetapi|tp|sedangkan|padahal|but)\b)", re.IGNORECASE)
#: From whom somebody buys without anybody being named.
_NOBODY = frozenset(
    """
    teman temen tmn kawan orang apotek apotik warung toko online internet situ sana sini mana dia mereka kenalan
    tetangga bandar bd penjual kurir pacar suami istri kakak abang adik saudara sepupu dokter puskesmas klinik
    rumah rs rsud pasar siapa hp wa telegram ig instagram facebook fb line aplikasi medsos sosmed awal dulu
    kecil sekolah kantor luar dalam satu beberapa banyak bos teman-teman a the my someone people friends friend
    online
    """.split()  # noqa: SIM905 - read as prose
)


def find_statements(text: str) -> tuple[tuple[int, int], ...]:
    """List (start, end) of clauses that say who or where somebody else supplies or uses.  Never raises.

    A clause in which nobody and no place can be recognised is the person's own story, and stays.
    """
    ends = [0, *(found.end() for found in _CLAUSE_END.finditer(text)), len(text)]
    clauses = ((start, end) for start, end in pairwise(ends) if text[start:end].strip())
    return tuple((start, start + len(text[start:end].rstrip())) for start, end in clauses if _accuses(text[start:end]))


def leave_out(text: str, statements: tuple[tuple[int, int], ...], words: str) -> str:
    """Put `words` in the place of each run of statements."""
    parts, at = [], 0
    for start, end in statements:
        between = text[at:start]
        parts += [] if at and not between.strip(" ,.;!?\n") else [between, words]
        at = end
    return "".join((*parts, text[at:]))


def _accuses(clause: str) -> bool:
    """Tell whether a clause names somebody, or a place, together with supplying or using."""
    clause = clause.strip(" ,.;!?\n")
    named = holds_name(clause)
    placed = _PLACE.search(clause) is not None
    if _SUPPLIER.search(clause) or _SELLS.search(clause):
        sells = _SUPPLIER.search(clause) is not None or _DRUG.search(clause) is not None
        return (named and sells) or (placed and (sells or "yang jual" in clause.casefold())) or _sells_somebody(clause)
    if _buys_from_somebody(clause, placed=placed):
        return True
    return named and (_USES.search(clause) is not None or _GIVES.search(clause) is not None)


def _sells_somebody(clause: str) -> bool:
    """Tell whether somebody without further words is named as who sells: "Toni ngedar"."""
    found = _SELLS.search(clause)
    before = clause[: found.start()].split() if found else []
    return bool(before) and any(is_name(word) for word in before[-2:]) and "jual" not in clause.casefold()


def _buys_from_somebody(clause: str, *, placed: bool) -> bool:
    found = _BUYS.search(clause)
    if found is None:
        return _DRUG.search(clause) is not None and "dari" in clause.casefold() and _from_somebody(clause)
    whom = found["whom"].split()
    is_somebody = len(whom) > 1 or is_name(whom[-1])
    other_goods = _DRUG.search(clause) is None and found[0].casefold().split()[0] not in _BARE
    return not other_goods and whom[-1].casefold() not in _NOBODY and (is_somebody or placed)


def _from_somebody(clause: str) -> bool:
    found = re.search(r"\bdari\s+([^\W\d_]\w*)", clause)
    return found is not None and found[1].casefold() not in _NOBODY and (found[1][0].isupper() or is_name(found[1]))


#: Buying without saying what: in this service it is not rice.
_BARE = frozenset({"beli", "membeli", "cod", "nyetok", "transaksi", "buy", "bought"})
