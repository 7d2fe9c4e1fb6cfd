"""Look for words in files, in every form in which a programme may have written them."""

import base64
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, quote_plus

from storage.shipped.areatable import FILE

_WIDTHS = (4, 5, 6, 7, 8)
_LONGEST_SHOWN = 24


@dataclass(frozen=True, slots=True)
class Hit:
    """A canary that was found.  `form`: how it was written."""

    canary: str
    form: str
    file: str


def scan(folders: Iterable[Path], words: Iterable[str], numbers: Iterable[int] = ()) -> list[Hit]:
    """Find words in every form, and numbers also as the bytes of an integer, in every file below the folders.

    Left out is the table of all areas, which has the same bytes wherever nobody has written a word yet.
    """
    forms = [form for word in (*words, *map(str, numbers)) for form in spell(word)]
    forms += [form for number in numbers for form in spell_number(number)]
    files = [file for folder in folders for file in sorted(folder.rglob("*"))]
    return [hit for file in files if file.name != FILE for hit in _scan_file(file, forms)]


def spell(word: str) -> Iterator[tuple[str, str, bytes]]:
    """List (word, form, bytes) of every way a word may stand in a file; letters without case where case can change."""
    raw = word.encode()
    yield word, "raw", raw
    yield word, "lower", raw.lower()
    yield word, "UTF-16", word.encode("utf-16-le")
    yield word, "hex", raw.hex().encode()
    yield word, "URL", quote(word, safe="").encode()
    yield word, "form", quote_plus(word).encode()
    yield word, "JSON", json.dumps(word)[1:-1].encode()
    yield word, "JSON twice", json.dumps(json.dumps(word))[3:-3].encode()
    for offset in range(3):
        yield word, f"base64+{offset}", _spell_base64(raw, offset)
        yield word, f"base64url+{offset}", _spell_base64(raw, offset).translate(_URL_SAFE)


def spell_number(number: int) -> Iterator[tuple[str, str, bytes]]:
    """List every way an id may stand in a file as an integer of four to eight bytes."""
    for width in _WIDTHS:
        for order in ("little", "big"):
            try:
                yield str(number), f"{width} bytes {order}", number.to_bytes(width, order, signed=True)
            except OverflowError:
                continue


_URL_SAFE = bytes.maketrans(b"+/", b"-_")


def _spell_base64(raw: bytes, offset: int) -> bytes:
    """Encode what does not depend on the neighbours, as it stands `offset` bytes after a multiple of three."""
    encoded = base64.b64encode(b"\0" * offset + raw)
    first = (0, 2, 3)[offset]
    last = len(raw) + offset
    return encoded[first : last // 3 * 4 + (0, 1, 2)[last % 3]]


def _scan_file(file: Path, forms: list[tuple[str, str, bytes]]) -> Iterator[Hit]:
    if not file.is_file():
        return
    content = file.read_bytes()
    lowered = content.lower()
    # Most words look the same in several forms, and are looked for once.
    found: dict[tuple[bytes, bool], bool] = {}
    for word, form, spelt in forms:
        is_caseless = form in {"lower", "hex", "URL", "form", "JSON", "JSON twice"}
        sought = spelt.lower() if is_caseless else spelt, is_caseless
        if sought not in found:
            found[sought] = sought[0] in (lowered if is_caseless else content)
        if found[sought]:
            yield Hit(word[:_LONGEST_SHOWN], form, file.name)
