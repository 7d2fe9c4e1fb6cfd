"""Fit a message into what a channel can carry: texts split at paragraphs, keys paged, numbers where labels are long."""

import re
from dataclasses import replace

from bot.ports import Key, Limits, Outgoing

#: Marks that turn or hide what stands beside them, line and paragraph separators, half characters, letters without a
#: shape.  The joiner of emoji stays where it joins two of them.
_MARKS = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200c\u200e\u200f\u2028-\u202e"
    "\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb\ud800-\udfff\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
    "|(?<![\u2190-\u2bff\ufe0f\U0001f000-\U0001faff])\u200d|\u200d(?![\u2190-\u2bff\U0001f000-\U0001faff])"
)
#: More signs above and below one letter than any language writes: they would cover the lines around it.
_PILE = re.compile(
    "([\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]{3})"
    "[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]+"
)
#: What nearly everything we say is made of: nothing of it is a mark, a pile or half a line's end.
_ORDINARY = re.compile(
    "[\t\n -~\u00a0-\u00ac\u00ae-\u02ff\u2010-\u2027\u2030-\u205e\u20a0-\u20bf"
    "\u2190-\u2bff\ufe0f\U0001f300-\U0001faff]*"
)
_SCALE_KEYS = 6
_TINY_CHARS = 2


def fit(message: Outgoing, limits: Limits) -> tuple[Outgoing, ...]:
    """Split a message into pieces the channel can carry, in order; the keys stand under the last one.

    Keys beyond the channel's number stand under further pieces that carry only "…".  If a label is too long to be
    shown whole, all of them are written out in the text, under the numbers that can be typed.  A picture stands above
    the words, or before them where they are too long for that; a channel that shows none says what it shows.
    """
    if limits.caption_units is None:
        message = without_picture(message)
    text, keys = _number(message.text, message.keys, limits)
    pieces = split(plain(text), limits.text_units)
    pages = [keys[start : start + limits.keys] for start in range(0, len(keys), limits.keys)] or [()]
    *earlier, last = pieces
    whole = len(pieces) == 1 and len(pages) == 1 and limits.can_replace and message.picture is None
    above = message.picture if not earlier and count_units(last) <= (limits.caption_units or 0) else None
    before = message.picture if above is None else None
    return (
        *(Outgoing("", picture=picture) for picture in (before,) if picture is not None),
        *(Outgoing(piece) for piece in earlier),
        replace(message, text=last, keys=pages[0], replaces=message.replaces if whole else None, picture=above),
        *(Outgoing("…", page, message.ask) for page in pages[1:]),
    )


def without_picture(message: Outgoing) -> Outgoing:
    """Say what a picture shows in place of showing it."""
    if message.picture is None:
        return message
    said = f"🖼 {message.picture.description}"
    return replace(message, text=f"{said}\n\n{message.text}" if message.text else said, picture=None)


def split(text: str, units: int) -> list[str]:
    """Cut a text into pieces of at most `units` UTF-16 code units, at a paragraph, line or word where possible.

    `units`: at least 2, so that every character fits.  Spaces and empty lines at a cut are dropped.
    """
    pieces = []
    text = text.strip()
    while count_units(text) > units:
        longest = _prefix(text, units)
        cuts = (longest.rfind(gap) for gap in ("\n\n", "\n", " "))
        cut = next((cut for cut in cuts if cut > 0 and cut >= len(longest) // 2), len(longest))
        pieces.append(text[:cut].rstrip())
        text = text[cut:].lstrip()
    return [*pieces, text] if text or not pieces else pieces


def count_units(text: str) -> int:
    """Count UTF-16 code units, as the platforms do."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def plain(text: str) -> str:
    """Show characters that could turn, hide or cover other people's words as a visible mark."""
    if _ORDINARY.fullmatch(text):
        return text
    marked = _MARKS.sub("\ufffd", text.replace("\r\n", "\n").replace("\r", "\n"))
    return marked if marked.isascii() else _PILE.sub("\\1\ufffd", marked)


def rows(keys: tuple[Key, ...], *, short_chars: int = 14) -> tuple[tuple[Key, ...], ...]:
    """Lay keys out in rows: the numbers of a scale six to a row, short labels two to a row, others alone."""
    laid: list[tuple[Key, ...]] = []
    for key in keys:
        if laid and len(laid[-1]) < _room(laid[-1], key, short_chars):
            laid[-1] = (*laid[-1], key)
        else:
            laid.append((key,))
    return tuple(laid)


def _room(row: tuple[Key, ...], key: Key, short_chars: int) -> int:
    """Return how many keys the row may have so that this one can still join it."""
    longest = max(len(one.label) for one in (*row, key))
    if longest <= _TINY_CHARS:
        return _SCALE_KEYS
    mixed = len(key.label) > _TINY_CHARS >= len(row[0].label) and row[0].label.isdecimal()
    return 2 if longest <= short_chars and not mixed else 1


def _number(text: str, keys: tuple[Key, ...], limits: Limits) -> tuple[str, tuple[Key, ...]]:
    """Number the keys if they cannot show their labels whole; write the labels out unless the text has them."""
    plainly = tuple(_relabel(key, plain(key.label).replace("\n", " ")) for key in keys)
    long = [key.label for key in plainly if len(key.label) > limits.label_chars]
    if not long:
        return text, plainly
    numbered = tuple(_relabel(key, f"{place}. {key.label}") for place, key in enumerate(plainly, start=1))
    lines = "" if all(label in text for label in long) else "\n\n" + "\n".join(key.label for key in numbered)
    return text + lines, tuple(_relabel(key, _shorten(key.label, limits.label_chars)) for key in numbered)


def _relabel(key: Key, label: str) -> Key:
    return key if key.label == label else replace(key, label=label)


def _shorten(label: str, chars: int) -> str:
    return label if len(label) <= chars else label[: chars - 1].rstrip() + "…"


def _prefix(text: str, units: int) -> str:
    used = 0
    for place, char in enumerate(text):
        used += 2 if ord(char) > 0xFFFF else 1  # noqa: PLR2004 - beyond the basic plane takes two units
        if used > units:
            return text[:place]
    return text
