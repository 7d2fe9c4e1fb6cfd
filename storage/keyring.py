"""The root keys: made once, kept in files of their own, refused when anybody else could have read them."""

import hmac
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from storage.encryption import KEY_BYTES, FolderId, Unreadable, join_with_lengths, new_nonce
from storage.errors import StorageError

_INDEX, _SIGNING, _AUDIT, _FIRST_KEK = "index.key", "signing.key", "audit.key", "kek-1.key"
_INDEX_BYTES = 16
_WRAP_NONCE_BYTES = 12
_OTHERS = 0o077


class KeyFileExposed(StorageError):
    """A key file or the key folder can be read by others."""


class KeyFileMissing(StorageError):
    """A key was there and is gone."""


class KeyFileWrongLength(StorageError):
    """A key file does not hold exactly 32 bytes."""


class KeysEqual(StorageError):
    """Two keys are the same, so whoever holds one holds both."""


class KeysInsideData(StorageError):
    """The key folder lies in the data folder, so one copy takes both."""


class KeyRetired(StorageError):
    """A folder's key is wrapped with a root key that is no longer there."""


@dataclass(frozen=True, slots=True, eq=False)
class Keyring:
    """The root keys of one installation; none of them can be computed from another."""

    keks: Mapping[int, bytes] = field(repr=False)  #: version -> key that wraps folder keys; the highest one wraps
    index_key: bytes = field(repr=False)
    signing_key: bytes = field(repr=False)  #: for links, buttons and forms
    audit_key: bytes = field(repr=False)  #: seed of the key that signs audit checkpoints
    _purposes: dict[str, bytes] = field(default_factory=dict, init=False, repr=False)

    @classmethod
    def open(cls, folder: Path, data_folder: Path, random: Callable[[int], bytes] = os.urandom) -> "Keyring":
        """Read the keys, making them at the first start.

        Raises KeyFileExposed, KeyFileMissing, KeyFileWrongLength, KeysEqual or KeysInsideData.
        """
        if folder.resolve().is_relative_to(data_folder.resolve()):
            raise KeysInsideData(
                f"{folder} lies in the data folder {data_folder}; move the keys to a folder of their own"
            )
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _refuse_exposed(folder, "700")
        if not _kek_files(folder):
            _make_missing(folder, random)
        keys = {name: _read(folder / name) for name in (*_kek_files(folder).values(), _INDEX, _SIGNING, _AUDIT)}
        _refuse_equal(keys)
        keks = {version: keys[name] for version, name in _kek_files(folder).items()}
        return cls(keks, keys[_INDEX], keys[_SIGNING], keys[_AUDIT])

    @property
    def kek_version(self) -> int:
        """Version of the key that wraps new folder keys."""
        return max(self.keks)

    def index(self, purpose: str, canonical: str) -> bytes:
        """Compute the 16-byte blind index by which a value is found again without being stored.

        `purpose` keeps tables from being joined; `canonical` is the one spelling of the value.
        """
        key = self._purposes.get(purpose)
        if key is None:
            key = self._purposes[purpose] = _derive(self.index_key, f"singgah index {purpose}")
        return hmac.digest(key, join_with_lengths(purpose.encode(), canonical.encode()), "sha256")[:_INDEX_BYTES]

    def wrap(self, folder: FolderId, key_id: bytes, key: bytes, random: Callable[[int], bytes]) -> bytes:
        """Wrap a folder's key with the newest root key."""
        nonce = new_nonce(random)
        version = self.kek_version
        return nonce + AESGCM(self.keks[version]).encrypt(nonce, key, _wrapping(version, folder, key_id))

    def unwrap(self, version: int, folder: FolderId, key_id: bytes, wrapped: bytes) -> bytes:
        """Unwrap a folder's key.

        Raises KeyRetired when that version is gone and Unreadable when the keys do not belong together.
        """
        if version not in self.keks:
            raise KeyRetired(f"kek-{version}.key is not in the key folder; restore it from the backup of the keys")
        nonce, sealed = wrapped[:_WRAP_NONCE_BYTES], wrapped[_WRAP_NONCE_BYTES:]
        try:
            return AESGCM(self.keks[version]).decrypt(nonce, sealed, _wrapping(version, folder, key_id))
        except InvalidTag:
            raise Unreadable(
                f"kek-{version}.key does not open the key store; restore the key folder that belongs to it"
            ) from None


def _wrapping(version: int, folder: FolderId, key_id: bytes) -> bytes:
    return join_with_lengths(b"dek", str(version).encode(), folder, key_id)


def _derive(key: bytes, purpose: str) -> bytes:
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=purpose.encode()).derive(key)


def _kek_files(folder: Path) -> dict[int, str]:
    found = (re.fullmatch(r"kek-([1-9]\d*)\.key", path.name) for path in folder.iterdir())
    return {int(match[1]): match[0] for match in found if match}


def _make_missing(folder: Path, random: Callable[[int], bytes]) -> None:
    # The wrapping key comes last: as long as it is absent nothing has been sealed, so an interrupted
    # first start may go on, and any other key that is missing later was lost.
    for name in (_INDEX, _SIGNING, _AUDIT, _FIRST_KEK):
        if not (folder / name).exists():
            _make(folder / name, random(KEY_BYTES))
    _sync_folder(folder)


def _make(path: Path, key: bytes) -> None:
    # Written beside and then linked: never half a key, and of two processes that start at once the first one's stays.
    part = path.with_name(f".{path.name}.{os.getpid()}")
    part.unlink(missing_ok=True)
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(key)
        file.flush()
        os.fsync(descriptor)
    try:
        path.hardlink_to(part)
    except FileExistsError:
        pass
    finally:
        part.unlink()


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _read(path: Path) -> bytes:
    if not path.exists():
        raise KeyFileMissing(f"{path} is missing; restore it from the backup of the keys")
    _refuse_exposed(path, "600")
    key = path.read_bytes()
    if len(key) != KEY_BYTES:
        raise KeyFileWrongLength(f"{path} holds {len(key)} bytes instead of {KEY_BYTES}; restore it from the backup")
    return key


def _refuse_exposed(path: Path, mode: str) -> None:
    if path.stat().st_mode & _OTHERS:
        raise KeyFileExposed(f"{path} is open to other accounts of this machine; run: chmod {mode} {path}")


def _refuse_equal(keys: Mapping[str, bytes]) -> None:
    for (one, key), (other, same) in combinations(keys.items(), 2):
        if hmac.compare_digest(key, same):
            raise KeysEqual(f"{one} and {other} hold the same key; restore both from the backup of the keys")
