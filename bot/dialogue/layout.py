"""Fit a message into what a channel can carry: texts split at paragraphs, keys paged, numbers where labels are long."""

from dataclasses import replace

from bot.ports import Key, Limits, Outgoing

_MARKS = {"\u200b", "\u200e", "\u200f", "\u2060", "\ufeff", *map(chr, range(0x202A, 0x202F)), *map(chr, range(0x2066, 0x206A))}


def fit(message: Outgoing, limits: Limits) -> tuple[Outgoing, ...]:
    """Split a message into pieces the channel can carry, in order; the keys stand under the last one.

    Keys beyond the channel's number stand under further pieces that carry only "…".
    """
    pieces = split(plain(message.text), limits.text_units)
    pages = [message.keys[start : start + limits.keys] for start in range(0, len(message.keys), limits.keys)] or [()]
    *earlier, last = pieces
    whole = len(pieces) == 1 and len(pages) == 1
    return (
        *(Outgoing(piece) for piece in earlier),
        replace(message, text=last, keys=_fit_keys(pages[0], limits), replaces=message.replaces if whole else None),
        *(Outgoing("…", _fit_keys(page, limits), message.ask) for page in pages[1:]),
    )


def split(text: str, units: int) -> list[str]:
    """Cut a text into pieces of at most `units` UTF-16 code units, at a paragraph, line or word where possible."""
    pieces = []
    while count_units(text) > units:
        longest = _prefix(text, units)
        cut = max(longest.rfind("\n\n"), 0) or max(longest.rfind("\n"), 0) or max(longest.rfind(" "), 0)
        cut = cut if cut >= len(longest) // 2 else len(longest)
        pieces.append(text[:cut].rstrip() or longest)
        text = text[cut:].lstrip()
    return [*pieces, text] if text or not pieces else pieces


def count_units(text: str) -> int:
    """Count UTF-16 code units, as the platforms do."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def plain(text: str) -> str:
    """Show characters that could turn or hide other people's words as a visible mark."""
    return "".join("\ufffd" if char in _MARKS or "\ud800" <= char <= "\udfff" or (char < " " and char not in "\n\t") else char for char in text)


def rows(keys: tuple[Key, ...], *, short_chars: int = 14) -> tuple[tuple[Key, ...], ...]:
    """Lay keys out in rows: single digits five to a row, short labels two to a row, others alone."""
    if len(keys) > 4 and all(len(key.label) <= 2 for key in keys):  # noqa: PLR2004 - a scale of numbers
        return tuple(keys[start : start + 6] for start in range(0, len(keys), 6))
    laid: list[tuple[Key, ...]] = []
    for key in keys:
        pairs = laid and len(laid[-1]) == 1 and len(laid[-1][0].label) <= short_chars and len(key.label) <= short_chars
        if pairs:
            laid[-1] = (*laid[-1], key)
        else:
            laid.append((key,))
    return tuple(laid)


def _fit_keys(keys: tuple[Key, ...], limits: Limits) -> tuple[Key, ...]:
    return tuple(replace(key, label=_shorten(key.label, limits.label_chars)) for key in keys)


def _shorten(label: str, chars: int) -> str:
    return label if len(label) <= chars else label[: chars - 1].rstrip() + "…"


def _prefix(text: str, units: int) -> str:
    used = 0
    for place, char in enumerate(text):
        used += 2 if ord(char) > 0xFFFF else 1  # noqa: PLR2004 - beyond the basic plane takes two units
        if used > units:
            return text[:place]
    return text
