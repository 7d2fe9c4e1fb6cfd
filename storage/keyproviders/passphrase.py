"""The sealing key behind a passphrase, by Argon2id."""

import unicodedata
from collections.abc import Callable
from typing import Annotated

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from msgspec import Meta

from storage.keyproviders.locked import Locked
from storage.sealing.encryption import KEY_BYTES, new_nonce

SHORTEST = 16

# RFC 9106, section 4, the second recommended choice: what a small server can spare at a start.
_PASSES, _LANES, _MEMORY_KIB = 3, 4, 65_536
_SALT_BYTES = 16
_NONCE_BYTES = 12
_PURPOSE = b"singgah sealing key"

_Some = Annotated[int, Meta(ge=1, le=64)]
_Memory = Annotated[int, Meta(ge=8_192, le=1_048_576)]


class WrongPassphrase(Locked):
    """What was typed is not the passphrase."""


class PassphraseSeal(msgspec.Struct, frozen=True, tag="passphrase", tag_field="provider", forbid_unknown_fields=True):
    """What the sealed file says about its passphrase: how to turn it into the key that wraps the sealing key."""

    salt: bytes
    passes: _Some
    lanes: _Some
    memory_kib: _Memory
    wrapped: bytes


class Passphrase:
    """Wraps the sealing key with what somebody knows.

    `ask`: gives the passphrase; None when nobody is there to be asked.
    """

    name = "passphrase"

    def __init__(self, ask: Callable[[], str | None]) -> None:
        """Ask this way."""
        self._ask = ask

    def seal(self, sealing_key: bytes, random: Callable[[int], bytes]) -> PassphraseSeal:
        """Wrap the sealing key; raises Locked when nobody gives a passphrase."""
        seal = PassphraseSeal(random(_SALT_BYTES), _PASSES, _LANES, _MEMORY_KIB, b"")
        nonce = new_nonce(random)
        wrapped = nonce + AESGCM(_harden(seal, self._answer())).encrypt(nonce, sealing_key, _PURPOSE)
        return msgspec.structs.replace(seal, wrapped=wrapped)

    def unseal(self, seal: object) -> bytes:
        """Return the sealing key; raises Locked when nobody answers and WrongPassphrase."""
        if not isinstance(seal, PassphraseSeal):
            raise Locked('the keys are not sealed by a passphrase; set keys.provider = "transit"')
        nonce, sealed = seal.wrapped[:_NONCE_BYTES], seal.wrapped[_NONCE_BYTES:]
        try:
            return AESGCM(_harden(seal, self._answer())).decrypt(nonce, sealed, _PURPOSE)
        except InvalidTag:
            raise WrongPassphrase("that is not the passphrase of these keys; try again") from None

    def _answer(self) -> str:
        answer = self._ask()
        if answer is None:
            raise Locked("the keys are sealed; open them with: singgah unseal")
        return answer


def _harden(seal: PassphraseSeal, passphrase: str) -> bytes:
    slow = Argon2id(
        salt=seal.salt, length=KEY_BYTES, iterations=seal.passes, lanes=seal.lanes, memory_cost=seal.memory_kib
    )
    # The same letters typed on another keyboard may come as other bytes.
    return slow.derive(unicodedata.normalize("NFKC", passphrase.strip()).encode())
