"""What the script of the web chat works out for somebody new, done in Python."""

import hashlib
import itertools
import struct

from channels.webchat_entrance import PIECES


def work(seed: str, bits: int) -> str:
    """Find a number for each piece, as the form carries them."""
    return ",".join(str(_find(seed.encode(), piece, bits)) for piece in range(PIECES))


def _find(seed: bytes, piece: int, bits: int) -> int:
    begun = hashlib.sha256(seed + struct.pack(">I", piece))
    for number in itertools.count():
        whole = begun.copy()
        whole.update(struct.pack(">I", number))
        if int.from_bytes(whole.digest()[:4]) < 1 << (32 - bits):
            return number
    raise AssertionError
