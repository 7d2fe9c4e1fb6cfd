"""Undress written letters: one alphabet, one case, no hidden characters, emoji as words, scattered letters together."""

import re
import unicodedata
from collections.abc import Mapping

#: Letters of other alphabets that look like ours, and long dashes and quotes.
_LOOKALIKES = str.maketrans(
    "асеорхуіѕԁᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢ‘’ʼ`´",  # the second half are small capitals
    "aceopxyisdabcdefghijklmnoprstuvwyz'''''",
)
_HIDDEN = re.compile(
    r"[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]"
)
#: b.u.n.u.h and o.d, but not 1.000 and not a.n
_DOTTED = re.compile(r"(?<![^\W_])[^\W\d_](?:[.\-_*·~/]{1,3}[^\W\d_]){1,30}(?![^\W_])")
#: b u n u h: at least four letters that stand alone.
_SPACED = re.compile(r"(?<![^\W_])[^\W\d_](?: {1,3}[^\W\d_]){3,30}(?![^\W_])")
#: Nothing is said by more than three of the same.
_DRAWN_OUT = re.compile(r"(.)\1{3,}", re.DOTALL)
_BETWEEN = re.compile(r"[\s.\-_*·~/]+")


def undress(text: str, emoji: Mapping[str, str]) -> str:
    """Return the text in plain lower-case letters; `emoji`: picture -> word."""
    text = _DRAWN_OUT.sub(r"\1\1\1", text)
    plain = text.casefold() if text.isascii() else _undress_letters(text, emoji)
    return _SPACED.sub(_close_up, _DOTTED.sub(_close_up, plain))


def _undress_letters(text: str, emoji: Mapping[str, str]) -> str:
    spelled = "".join(f" {emoji[one]} " if one in emoji else one for one in _HIDDEN.sub("", text))
    decomposed = unicodedata.normalize("NFKD", spelled)
    letters = "".join(one for one in decomposed if not unicodedata.combining(one))
    return letters.casefold().translate(_LOOKALIKES)


def _close_up(scattered: re.Match[str]) -> str:
    return _BETWEEN.sub("", scattered[0])
