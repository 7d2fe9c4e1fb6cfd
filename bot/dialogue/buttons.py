"""Sign what stands on a button, so that a tap can only be what we offered to this person."""

import base64
import hmac
from collections.abc import Sequence
from typing import NewType

from bot.dialogue.effects import Button
from bot.dialogue.events import Picked

#: What a platform carries for us and gives back, at most 64 bytes of ASCII.
Token = NewType("Token", str)

MAX_TOKEN_BYTES = 64
#: 80 bits: what a guess would have to hit, per person, with a platform in between.
_SIGNATURE_BYTES = 10
_SIGNATURE_CHARS = 14
_BETWEEN = ":"


def sign(secret: bytes, person: bytes, button: Button) -> Token:
    """Make the token of a button, bound to the person it is shown to."""
    what = _BETWEEN.join((button.flow, button.key, button.choice))
    return Token(_signature(secret, person, what) + what)


def read_token(secret: bytes, person: bytes, token: str) -> Picked | None:
    """Read a token back; None if it was not made by us for this person."""
    signature, what = token[:_SIGNATURE_CHARS], token[_SIGNATURE_CHARS:]
    if not hmac.compare_digest(_encode(signature), _encode(_signature(secret, person, what))):
        return None
    parts = what.split(_BETWEEN)
    return Picked(*parts) if len(parts) == 3 else None  # noqa: PLR2004 - flow, key, choice


def read_any_token(secrets: Sequence[bytes], person: bytes, token: str) -> Picked | None:
    """Read a token back that was made with one of several secrets."""
    return next((picked for secret in secrets if (picked := read_token(secret, person, token)) is not None), None)


def question_of(token: str) -> str:
    """Name the question a token belongs to, the same for every choice of it; nothing is verified."""
    return token[_SIGNATURE_CHARS:].rpartition(_BETWEEN)[0]


def fits_token(flow: str, key: str, choice: str) -> bool:
    """Tell whether a button with these ids can be carried by every platform."""
    return len(f"{flow}:{key}:{choice}".encode()) + _SIGNATURE_CHARS <= MAX_TOKEN_BYTES


def _signature(secret: bytes, person: bytes, what: str) -> str:
    # The length keeps apart whose bytes are whose: no end of a person's id can stand in for the start of a flow's.
    digest = hmac.digest(secret, len(person).to_bytes(4) + person + _encode(what), "sha256")
    return base64.urlsafe_b64encode(digest[:_SIGNATURE_BYTES]).decode().rstrip("=")


def _encode(text: str) -> bytes:
    """Encode whatever came back from a platform, half characters too."""
    return text.encode("utf-8", "surrogatepass")
