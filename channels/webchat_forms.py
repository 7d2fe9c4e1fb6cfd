"""Read what a form of the web chat carries, and tell our own forms from forged ones."""

import hashlib
import hmac
import re
import secrets
from typing import Final

from bot.ports import ChannelName, Content, Entry, Incoming, Place, Start, Tap, Text
from browser.forms import Form

WEBCHAT: Final = ChannelName("webchat")

_ADDRESS_BYTES = 32
_NONCE_BYTES = 16
_POSITION = re.compile(r"(-?\d{1,2}(?:\.\d{1,9})?),(-?\d{1,3}(?:\.\d{1,9})?)", re.ASCII)


class Stamp:
    """Marks addresses that this service made, so that nobody can bring one of their own or post for somebody else."""

    def __init__(self, secret: bytes, *earlier: bytes, purpose: bytes = b"webchat.form") -> None:
        """Stamp with a secret of at least 32 bytes.  `earlier`: secrets whose marks still hold.

        `purpose`: marks made for another one do not hold.
        """
        self._secret, *self._earlier = (hashlib.sha256(purpose + b"\0" + one).digest() for one in (secret, *earlier))

    def make(self, marked: str) -> str:
        """Return the mark that goes with an address, or with what is said about one."""
        return _mark(self._secret, marked)

    def holds(self, marked: str, mark: str) -> bool:
        """Tell whether the mark belongs to it, in constant time."""
        marks = [_mark(secret, marked) for secret in (self._secret, *self._earlier)]
        return any([hmac.compare_digest(one.encode(), mark.encode()) for one in marks])  # noqa: C419 - each is compared


def _mark(secret: bytes, marked: str) -> str:
    return hmac.new(secret, marked.encode(), hashlib.sha256).hexdigest()


def make_address() -> str:
    """Make the address of a new conversation: 256 random bits, which are all it takes to read it."""
    return secrets.token_urlsafe(_ADDRESS_BYTES)


def make_nonce() -> str:
    """Make the number of a form, so that the same form sent twice is answered once."""
    return secrets.token_hex(_NONCE_BYTES)


def read_deliveries(address: str, form: Form, entry: Entry = Entry.NOTHING) -> tuple[Incoming, ...]:
    """Return what the person sent, in order; nothing for an empty form.

    The first form of a conversation opens it as well, unless it brings a return phrase.  `entry`: see `Entrance`.
    """
    content = _read_content(form)
    if content is None:
        return ()
    opens = "start" in form and not form.get("phrase")
    contents: tuple[Content, ...] = (Start(), content) if opens else (content,)
    nonce = form.get("nonce") or make_nonce()
    return tuple(Incoming(WEBCHAT, address, _name(address, nonce, one), one, entry=entry) for one in contents)


def _read_content(form: Form) -> Content | None:
    if form.get("token"):
        return Tap(form["token"])
    if position := _POSITION.fullmatch(form.get("place", "")):
        return Place(float(position[1]), float(position[2]))
    text = form.get("choice") or form.get("phrase") or form.get("text", "")
    text = text.replace("\r\n", "\n").strip()
    return Text(text) if text else None


def _name(address: str, nonce: str, content: Content) -> str:
    """Name a delivery after its form and what it says: a second tap on another button is something new."""
    return hashlib.sha256("\0".join((address, nonce, repr(content))).encode("utf-8", "replace")).hexdigest()
