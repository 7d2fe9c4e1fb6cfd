"""How a document is sealed: AES-256-GCM, padded, and bound to the place where it is stored."""

import os
import struct
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import NewType

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from storage.errors import StorageError

FolderId = NewType("FolderId", bytes)
"""16 random bytes: one client, one staff member or one unit's group; destroying its key erases all of it."""

ID_BYTES = 16
KEY_BYTES = 32
KEY_ID_BYTES = 4
LONGEST_DOCUMENT_BYTES = 2**24 - 4

_VERSION = b"\x01"
_NONCE_BYTES = 12
_TAG_BYTES = 16
_SMALLEST_BUCKET = 32
_LENGTH = struct.Struct(">I")
_HEAD_BYTES = 1 + KEY_ID_BYTES + _NONCE_BYTES
_PRODUCT = b"singgah"
_SCHEMA = b"1"


class FolderGone(StorageError):
    """The folder's key was destroyed (or never made): what it held is erased for good."""


class Unreadable(StorageError):
    """The blob was damaged, or moved from the place it was sealed for; restore the row from a backup."""


class DocumentTooLong(StorageError):
    """A document exceeds 16 MiB; split it before it is sealed."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a blob is stored; it opens nowhere else."""

    folder: FolderId
    table: str
    column: str
    row: bytes


@dataclass(frozen=True, slots=True)
class Cipher:
    """The key of one folder, ready for use."""

    key_id: bytes
    aead: AESGCM = field(repr=False)

    def seal(self, place: Place, plaintext: bytes, nonce: bytes) -> bytes:
        """Seal a document for its place.

        `nonce`: 12 bytes that this key has never seen before. Raises DocumentTooLong.
        """
        sealed = self.aead.encrypt(nonce, _pad(plaintext), _describe(place, self.key_id))
        return b"".join((_VERSION, self.key_id, nonce, sealed))

    def open(self, place: Place, blob: bytes) -> bytes:
        """Open a blob at its place.

        Raises Unreadable when one bit of blob or place differs from what was sealed.
        """
        if not looks_sealed(blob) or blob[1 : 1 + KEY_ID_BYTES] != self.key_id:
            raise _unreadable(place)
        nonce = blob[1 + KEY_ID_BYTES : _HEAD_BYTES]
        try:
            return _unpad(self.aead.decrypt(nonce, blob[_HEAD_BYTES:], _describe(place, self.key_id)))
        except InvalidTag:
            raise _unreadable(place) from None


def new_id(random: Callable[[int], bytes] = os.urandom) -> bytes:
    """Make a random 16-byte id, which tells nothing about order or volume."""
    return random(ID_BYTES)


def new_nonce(random: Callable[[int], bytes] = os.urandom) -> bytes:
    """Make the random 12 bytes that one sealing uses once."""
    return random(_NONCE_BYTES)


def looks_sealed(blob: bytes) -> bool:
    """Tell whether bytes have the outer form of a blob: version, length and a padded body."""
    body = len(blob) - _HEAD_BYTES - _TAG_BYTES
    return body >= _SMALLEST_BUCKET and body & (body - 1) == 0 and blob[0:1] == _VERSION


def join_with_lengths(*parts: bytes) -> bytes:
    """Join byte strings so that no two different lists give the same result."""
    return b"".join(piece for part in parts for piece in (_LENGTH.pack(len(part)), part))


def _describe(place: Place, key_id: bytes) -> bytes:
    return _describe_column(place.table, place.column) + join_with_lengths(place.folder, place.row, key_id)


@cache
def _describe_column(table: str, column: str) -> bytes:
    return join_with_lengths(_PRODUCT, _SCHEMA, table.encode(), column.encode())


def _pad(plaintext: bytes) -> bytes:
    if len(plaintext) > LONGEST_DOCUMENT_BYTES:
        raise DocumentTooLong(f"a document of {len(plaintext)} bytes is longer than 16 MiB; split it")
    framed = _LENGTH.pack(len(plaintext)) + plaintext
    bucket = max(_SMALLEST_BUCKET, 1 << (len(framed) - 1).bit_length())
    return framed.ljust(bucket, b"\0")


def _unpad(padded: bytes) -> bytes:
    (length,) = _LENGTH.unpack_from(padded)
    return padded[_LENGTH.size : _LENGTH.size + length]


def _unreadable(place: Place) -> Unreadable:
    return Unreadable(f"{place.table}.{place.column}: a blob does not open at its row; restore it from a backup")
