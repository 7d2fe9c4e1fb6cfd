"""The root keys of one installation, and what is made with them: wrapped folder keys and blind indexes."""

import hmac
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import combinations
from pathlib import Path
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from storage.errors import StorageError
from storage.keys.keyfiles import (
    AUDIT,
    INDEX,
    SIGNING,
    KeyFileMissing,
    KeyFiles,
    accepted_until,
    is_beside,
    name_root_key,
    prepare_folder,
    version_of,
)
from storage.sealing.encryption import KEY_BYTES, FolderId, Unreadable, join_with_lengths
from storage.trail.auditkey import AuditKey

_INDEX_BYTES = 16
_WRAP_NONCE_BYTES = 12


class KeysEqual(StorageError):
    """Two keys are the same, so whoever holds one holds both."""


class KeyRetired(StorageError):
    """A folder's key is wrapped with a root key that is no longer there."""


class KeySource(Protocol):
    """Where the keys are kept, each under the name of its file."""

    def read(self) -> Mapping[str, bytes]:
        """Read every key."""
        ...

    def add(self, name: str, key: bytes) -> None:
        """Keep one more key, durably."""
        ...

    def put(self, name: str, key: bytes) -> None:
        """Keep a key in the place of the one of this name, durably and without a moment in which there is none."""
        ...

    def remove(self, name: str) -> None:
        """Remove a key for good; harmless when repeated."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class Keyring:
    """The root keys of one installation; none of them can be computed from another."""

    keks: dict[int, bytes] = field(repr=False)  #: version -> key that wraps folder keys; the highest one wraps
    index_key: bytes = field(repr=False)
    signing_key: bytes = field(repr=False)  #: for links, buttons and forms
    audit_key: AuditKey = field(repr=False)  #: signs audit checkpoints
    source: KeySource | None = field(default=None, repr=False)  #: where keys come from and go; None for fixed ones
    #: day up to which it is accepted -> signing key that has a successor
    earlier_signing: Mapping[date, bytes] = field(default_factory=dict, repr=False)
    _purposes: dict[str, bytes] = field(default_factory=dict, init=False, repr=False)

    @classmethod
    def open(cls, folder: Path, data_folder: Path, random: Callable[[int], bytes] = os.urandom) -> "Keyring":
        """Read the keys from plain files, making them at the first start.

        Raises KeyFileExposed, KeyFileMissing, KeyFileWrongLength, KeysEqual or KeysInsideData.
        """
        prepare_folder(folder, data_folder)
        files = KeyFiles(folder)
        files.make_missing(random)
        return cls.read(files)

    @classmethod
    def read(cls, source: KeySource) -> "Keyring":
        """Read the keys from where they are kept; raises KeysEqual and what the source raises."""
        keys = source.read()
        refuse_equal(keys)
        return cls(_root_keys(keys), keys[INDEX], keys[SIGNING], AuditKey(keys[AUDIT]), source, _earlier(keys))

    def signing_keys(self, today: date) -> tuple[bytes, ...]:
        """List the keys whose signatures are accepted today, the one that signs first."""
        return (self.signing_key, *(key for until, key in self.earlier_signing.items() if today <= until))

    def newest_audit_key(self) -> AuditKey:
        """Read the audit key anew, for another process may have put the next one in its place."""
        return self.audit_key if self.source is None else AuditKey(self.source.read()[AUDIT])

    @property
    def kek_version(self) -> int:
        """Version of the key that wraps new folder keys."""
        return max(self.keks)

    def reload(self) -> None:
        """Read the root keys anew, for another process may have made or retired one."""
        if self.source is None:
            return
        keys = self.source.read()
        refuse_equal(keys)
        fresh = _root_keys(keys)
        self.keks.update(fresh)
        for version in self.keks.keys() - fresh.keys():
            del self.keks[version]

    def add_root_key(self, random: Callable[[int], bytes] = os.urandom) -> int:
        """Make the next root key, which wraps from now on, and return its version."""
        version = self.kek_version + 1
        self.kept().add(name_root_key(version), random(KEY_BYTES))
        self.reload()
        return version

    def remove_root_key(self, version: int) -> None:
        """Destroy a root key: what it wraps can never be opened again."""
        self.kept().remove(name_root_key(version))
        self.reload()

    def kept(self) -> KeySource:
        """Return where these keys are kept; raises KeyRetired for keys that are kept nowhere."""
        if self.source is None:
            raise KeyRetired("these keys are kept nowhere, so none can be added or removed; open a key folder")
        return self.source

    def index(self, purpose: str, canonical: str) -> bytes:
        """Compute the 16-byte blind index by which a value is found again without being stored.

        `purpose` keeps tables from being joined; `canonical` is the one spelling of the value.
        """
        key = self._purposes.get(purpose)
        if key is None:
            key = self._purposes[purpose] = _derive(self.index_key, f"singgah index {purpose}")
        return hmac.digest(key, join_with_lengths(purpose.encode(), canonical.encode()), "sha256")[:_INDEX_BYTES]

    def wrap(self, version: int, folder: FolderId, key_id: bytes, key: bytes, nonce: bytes) -> bytes:
        """Wrap a folder's key with a root key; `nonce`: see `new_nonce`."""
        return nonce + AESGCM(self.keks[version]).encrypt(nonce, key, _wrapping(version, folder, key_id))

    def unwrap(self, version: int, folder: FolderId, key_id: bytes, wrapped: bytes) -> bytes:
        """Unwrap a folder's key.

        Raises KeyRetired when that version is gone and Unreadable when the keys do not belong together.
        """
        nonce, sealed = wrapped[:_WRAP_NONCE_BYTES], wrapped[_WRAP_NONCE_BYTES:]
        try:
            return AESGCM(self._find(version)).decrypt(nonce, sealed, _wrapping(version, folder, key_id))
        except InvalidTag:
            raise Unreadable(
                f"kek-{version}.key does not open the key store; restore the key folder that belongs to it"
            ) from None

    def _find(self, version: int) -> bytes:
        if version not in self.keks:
            self.reload()
        key = self.keks.get(version)
        if key is None:
            raise KeyRetired(f"kek-{version}.key is not in the key folder; restore it from the backup of the keys")
        return key


def refuse_equal(keys: Mapping[str, bytes]) -> None:
    """Raise KeysEqual when two keys are the same."""
    for (one, key), (other, same) in combinations(keys.items(), 2):
        # While one takes the place of the other a key stands under both names for a moment.
        if _is_handed_over(one, other):
            continue
        if hmac.compare_digest(key, same):
            raise KeysEqual(f"{one} and {other} hold the same key; restore both from the backup of the keys")


def _is_handed_over(one: str, other: str) -> bool:
    kinds = {re.split(r"[-.]", name)[0] for name in (one, other)}
    return len(kinds) == 1 and (is_beside(one) or is_beside(other))


def _root_keys(keys: Mapping[str, bytes]) -> dict[int, bytes]:
    found = {version: key for name, key in keys.items() if (version := version_of(name)) is not None}
    if not found:
        raise KeyFileMissing("no root key is in the key folder; restore kek-*.key from the backup of the keys")
    return found


def _earlier(keys: Mapping[str, bytes]) -> dict[date, bytes]:
    return {until: key for name, key in keys.items() if (until := accepted_until(name)) is not None}


def _wrapping(version: int, folder: FolderId, key_id: bytes) -> bytes:
    return join_with_lengths(b"dek", str(version).encode(), folder, key_id)


def _derive(key: bytes, purpose: str) -> bytes:
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=purpose.encode()).derive(key)
