"""The service's own addresses, signed, so that a link somebody was sent can be checked against them."""

from datetime import date
from pathlib import Path
from typing import Final

import msgspec

from storage.errors import StorageError
from storage.keys.keyfiles import write_over
from storage.sealing.encryption import join_with_lengths
from storage.trail.auditkey import AuditKey, is_signed

_FORM: Final = b"singgah links 1"
_NAME: Final = "links.json"


class LinksUnreadable(StorageError):
    """A file that should hold signed addresses holds something else."""


class SignedLinks(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is signed.

    `web`: address of the web chat.  `telegram`: name of the bot, "" without one.  `made_on`: as 2026-11-22.  `key`:
    public half of the key that signed, in hexadecimal; it proves nothing unless it is known from elsewhere.
    """

    web: str
    telegram: str
    made_on: str
    key: str
    signature: str = ""

    @property
    def message(self) -> bytes:
        """Return what the signature is over."""
        return join_with_lengths(_FORM, *(field.encode() for field in (self.web, self.telegram, self.made_on)))


def links_file(data_folder: Path) -> Path:
    """Name the file the service gives to whoever asks."""
    return data_folder / _NAME


def sign_links(path: Path, key: AuditKey, web: str, telegram: str, today: date) -> SignedLinks:
    """Sign the addresses of the service and keep them in a file."""
    unsigned = SignedLinks(web, telegram, f"{today}", key.public.hex())
    signed = msgspec.structs.replace(unsigned, signature=key.sign(unsigned.message).hex())
    write_over(path, msgspec.json.encode(signed))
    return signed


def read_links(path: Path) -> SignedLinks | None:
    """Read signed addresses without judging them; None if there is no file.  Raises LinksUnreadable."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=SignedLinks)
    except FileNotFoundError:
        return None
    except (OSError, msgspec.MsgspecError):
        raise LinksUnreadable(f"{path} holds no signed addresses; run singgah links sign") from None


def are_genuine(links: SignedLinks, public: bytes) -> bool:
    """Tell whether the holder of this key signed exactly these addresses."""
    try:
        signature = bytes.fromhex(links.signature)
    except ValueError:
        return False
    return is_signed(public, links.message, signature)
