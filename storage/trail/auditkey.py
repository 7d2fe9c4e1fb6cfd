"""The key that signs the checkpoints of the audit chain; whoever holds its public half can check them elsewhere."""

from dataclasses import dataclass, field

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey


@dataclass(frozen=True, slots=True, eq=False)
class AuditKey:
    """An Ed25519 key, kept as the 32 bytes it grows from."""

    seed: bytes = field(repr=False)

    @property
    def public(self) -> bytes:
        """Return the public half, 32 bytes; it may be given to anybody."""
        return self._private().public_key().public_bytes_raw()

    def sign(self, message: bytes) -> bytes:
        """Sign a message; the signature is 64 bytes and the same each time."""
        return self._private().sign(message)

    def _private(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self.seed)


def is_signed(public: bytes, message: bytes, signature: bytes) -> bool:
    """Tell whether the holder of the private half signed exactly this message."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True
