"""Files that only somebody elsewhere can open: a line of JSON and a store, encrypted to an age X25519 recipient."""

import os
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import IO, Any

import msgspec
import pyrage

from storage.errors import StorageError

_FORMAT = 1
_LONGEST_MANIFEST = 32 * 1_048_576
_OTHERS = 0o077
_IDENTITY = "AGE-SECRET-KEY-1"
# Whoever has the public half can write a file, so nothing in it may lead out of a folder.
_SMALL_FILE = re.compile(r"[a-z][a-z-]{0,40}\.(toml|json)", re.ASCII)

Progress = Callable[[int], object]
"""Is told how many bytes went by since the last time."""


class RecipientUnusable(StorageError):
    """What copies are to be encrypted to is missing or no public half of a backup key."""


class IdentityUnusable(StorageError):
    """The private half of the backup key cannot be read, or others could read it too."""


class WrongIdentity(StorageError):
    """The file was encrypted to another backup key."""


class ArchiveDamaged(StorageError):
    """The file is cut short, was changed, or is no backup of this program."""


class Kind(StrEnum):
    """What a file holds; each kind has its own place and its own life."""

    DATA = "data"
    KEYS = "keystore"
    LEDGER = "erasures"


@dataclass(frozen=True, slots=True)
class Manifest:
    """What the first line says.

    `made_at`: UTC, by the minute.  `rows`: per table.  `size`: bytes that follow.  `files`: small texts that belong to
    the store, by name.
    """

    kind: Kind
    made_at: str
    revision: str
    rows: dict[str, int]
    size: int
    format: int = _FORMAT
    files: dict[str, str] = field(default_factory=dict, repr=False)


def make_identity(path: Path) -> str:
    """Write a new private half to a file that only its owner can read, and return the public half.

    Raises IdentityUnusable when the file exists already or cannot be made.
    """
    identity = pyrage.x25519.Identity.generate()
    public = str(identity.to_public())
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise IdentityUnusable(f"{path} cannot be made ({error.strerror}); name a file that does not exist") from None
    with os.fdopen(descriptor, "w") as file:
        file.write(f"# public half: {public}\n{identity}\n")
        file.flush()
        os.fsync(descriptor)
    return public


def read_identity(path: Path) -> object:
    """Read the private half.  Raises IdentityUnusable."""
    try:
        mode, lines = path.stat().st_mode, path.read_text(encoding="ascii").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise IdentityUnusable(f"{path} cannot be read ({type(error).__name__}); name the private half") from None
    if mode & _OTHERS:
        raise IdentityUnusable(f"{path} is open to other accounts of this machine; run: chmod 600 {path}")
    for line in lines:
        if line.startswith(_IDENTITY):
            try:
                return pyrage.x25519.Identity.from_str(line.strip())
            except pyrage.IdentityError:
                break
    raise IdentityUnusable(f"{path} holds no private half; name the file that `singgah backup keygen` wrote")


def read_recipient(text: str | None) -> object:
    """Read the public half.  Raises RecipientUnusable."""
    if text is None:
        raise RecipientUnusable("no backup key is set; run `singgah backup keygen FILE` and set [backup] recipient")
    try:
        return pyrage.x25519.Recipient.from_str(text.strip())
    except pyrage.RecipientError:
        raise RecipientUnusable(
            "[backup] recipient is no public half of a backup key; copy it from `singgah backup keygen`"
        ) from None


def write_archive(path: Path, manifest: Manifest, payload: Path, recipient: object, progress: Progress) -> None:
    """Encrypt a store to a new file and wait until it is on the disk."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as target, payload.open("rb") as source:
        stream, sink = _Source(msgspec.json.encode(manifest) + b"\n", source, progress), _Sink(target)
        try:
            pyrage.encrypt_io(stream, sink, [recipient])
        except (pyrage.EncryptError, OSError) as error:
            raise stream.trouble or sink.trouble or error from None
        target.flush()
        os.fsync(descriptor)


def open_archive(path: Path, identity: object, payload: Path) -> Manifest:
    """Decrypt a file into a new one and return what its first line says; what is damaged leaves no file.

    Raises WrongIdentity or ArchiveDamaged.
    """
    try:
        descriptor = os.open(payload, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as target, path.open("rb") as source:
            return _decrypt(path, source, identity, target)
    except BaseException:
        payload.unlink(missing_ok=True)
        raise


def _decrypt(path: Path, source: IO[bytes], identity: object, target: IO[bytes]) -> Manifest:
    sink = _Sink(target, has_line=True)
    try:
        pyrage.decrypt_io(source, sink, [identity])
    except pyrage.DecryptError as error:
        if "No matching keys" in str(error):
            raise WrongIdentity(f"{path} was encrypted to another backup key; name its private half") from None
        raise ArchiveDamaged(f"{path}: its beginning is damaged or it is no backup; take another copy") from None
    except OSError:
        if sink.trouble is not None:
            raise sink.trouble from None
        raise ArchiveDamaged(
            f"{path}: damaged or cut short after {sink.size:,} readable bytes; take another copy"
        ) from None
    return _read_manifest(path, sink.line, sink.size)


def _read_manifest(path: Path, line: bytes, size: int) -> Manifest:
    try:
        manifest = msgspec.json.decode(line, type=Manifest)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise ArchiveDamaged(f"{path} is no backup of this program; take another file") from None
    if not all(map(_SMALL_FILE.fullmatch, manifest.files)):
        raise ArchiveDamaged(f"{path} names files that no backup of this program has; take another file")
    if manifest.format != _FORMAT:
        raise ArchiveDamaged(f"{path} was made by a newer release; open it with that one")
    if manifest.size != size:
        raise ArchiveDamaged(f"{path}: {size} bytes instead of {manifest.size}; take another copy")
    return manifest


class _Source:
    """A line and a file as one stream; keeps its own trouble, which the library would rename."""

    def __init__(self, line: bytes, file: IO[bytes], progress: Progress) -> None:
        self._line, self._file, self._progress = line, file, progress
        self.trouble: BaseException | None = None

    def read(self, most: int = -1) -> bytes:
        if self._line:
            some, self._line = self._line[:most], self._line[most:]
            return some
        try:
            some = self._file.read(most)
            self._progress(len(some))
        except BaseException as trouble:
            self.trouble = trouble
            raise
        return some


class _Sink:
    """Takes the first line aside and counts the rest; keeps its own trouble as well."""

    def __init__(self, file: IO[bytes], *, has_line: bool = False) -> None:
        self._file, self._waits = file, has_line
        self.line = b""
        self.size = 0
        self.trouble: OSError | ArchiveDamaged | None = None

    def write(self, some: bytes) -> int:
        rest: Any = self._take_line(some) if self._waits else some
        try:
            self._file.write(rest)
        except OSError as error:
            self.trouble = error
            raise
        self.size += len(rest)
        return len(some)

    def flush(self) -> None:
        """Do nothing: the file is flushed once, at its end."""

    def _take_line(self, some: bytes) -> bytes:
        head, newline, rest = some.partition(b"\n")
        self.line += head
        self._waits = not newline
        if len(self.line) > _LONGEST_MANIFEST:
            self.trouble = ArchiveDamaged("the file is no backup of this program; take another one")
            raise self.trouble
        return rest
