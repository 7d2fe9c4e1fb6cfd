"""The key folder: one file of 32 bytes per key, made once, refused when anybody else could have read it."""

import fcntl
import os
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from storage.errors import StorageError
from storage.sealing.encryption import KEY_BYTES

INDEX, SIGNING, AUDIT = "index.key", "signing.key", "audit.key"
#: The next audit key, while the old one introduces it.
NEXT_AUDIT = "audit-next.key"

_OTHERS, _STRANGERS = 0o077, 0o027
#: By anybody; a group of administrators may be let in on purpose.
_WRITABLE = 0o002
_CREDENTIALS = "CREDENTIALS_DIRECTORY"


class KeyFileExposed(StorageError):
    """A key file or the key folder can be read by others."""


class KeyFileMissing(StorageError):
    """A key was there and is gone."""


class KeyFileWrongLength(StorageError):
    """A key file does not hold exactly 32 bytes, or is no file at all."""


class KeyFileThere(StorageError):
    """A key of this name was made by somebody else in the same moment."""


class KeysInsideData(StorageError):
    """A key or the key folder lies in the data folder, so one copy takes both."""


class DataExposed(StorageError):
    """Other accounts can change what lies in the data folder."""


class KeyFiles:
    """Keeps each key in a file of its own."""

    def __init__(self, folder: Path) -> None:
        """Work in a key folder."""
        self._folder = folder

    def read(self) -> Mapping[str, bytes]:
        """Read every key by the name of its file.

        Raises KeyFileMissing, KeyFileExposed or KeyFileWrongLength.
        """
        return {name: self._read(self._folder / name) for name in (*self.list_changing(), INDEX, SIGNING, AUDIT)}

    def make_missing(self, random: Callable[[int], bytes]) -> None:
        """Make the keys of a new installation; a key that was there before and is gone stays gone."""
        if self.list_root_keys():
            return
        # The root key comes last: as long as it is absent nothing has been sealed, so an interrupted first start
        # may go on, and any other key that is missing later was lost.
        for name in (INDEX, SIGNING, AUDIT, name_root_key(1)):
            write_once(self._folder / name, random(KEY_BYTES))
        sync_folder(self._folder)

    def add(self, name: str, key: bytes) -> None:
        """Keep one more key; raises KeyFileThere when the name is taken."""
        if not write_once(self._folder / name, key):
            raise KeyFileThere(f"{self._folder / name} was made in this moment; run the command again")
        sync_folder(self._folder)

    def put(self, name: str, key: bytes) -> None:
        """Keep a key in the place of the one of this name, durably: a reader finds the old one or the new one."""
        write_over(self._folder / name, key)

    def remove(self, name: str) -> None:
        """Remove a key for good, and what a process that was killed left of it; harmless when repeated."""
        for path in (self._folder / name, *self._folder.glob(f".{name}.*")):
            path.unlink(missing_ok=True)
        sync_folder(self._folder)

    def list_root_keys(self) -> list[str]:
        """List the files of root keys, without opening any."""
        return [path.name for path in self._folder.iterdir() if version_of(path.name) is not None]

    def list_changing(self) -> list[str]:
        """List the files of root keys, and of keys that stand beside their successor or predecessor for a while."""
        beside = [path.name for path in self._folder.iterdir() if is_beside(path.name)]
        return [*self.list_root_keys(), *beside]

    def _read(self, path: Path) -> bytes:
        if not path.exists():
            raise KeyFileMissing(f"{path} is missing; restore it from the backup of the keys")
        refuse_exposed(path, "600")
        if not path.is_file():  # reading a pipe would never end
            raise KeyFileWrongLength(f"{path} is no ordinary file; restore it from the backup of the keys")
        key = path.read_bytes()
        if len(key) != KEY_BYTES:
            raise KeyFileWrongLength(
                f"{path} holds {len(key)} bytes instead of {KEY_BYTES}; restore it from the backup"
            )
        return key


def prepare_folder(folder: Path, data_folder: Path) -> None:
    """Make the key folder if need be; raises KeysInsideData, KeyFileExposed or DataExposed."""
    _refuse_inside(folder, data_folder)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    refuse_exposed(folder, "700")
    for path in folder.iterdir():
        _refuse_inside(path, data_folder)
    _refuse_copies(folder, data_folder)
    refuse_writable(data_folder)


def prepare_store_folder(folder: Path, data_folder: Path) -> None:
    """Make the folder of the key store if need be; raises KeysInsideData or DataExposed."""
    _refuse_inside(folder, data_folder)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    refuse_writable(folder)


def refuse_writable(folder: Path) -> None:
    """Raise DataExposed when other accounts may change what lies in a folder; harmless where there is none yet."""
    if folder.exists() and folder.stat().st_mode & _WRITABLE:
        raise DataExposed(f"{folder} can be changed by other accounts of this machine; run: chmod 700 {folder}")


def refuse_exposed(path: Path, mode: str) -> None:
    """Raise KeyFileExposed when other accounts may read a file or folder; `mode` is the remedy to name."""
    if path.stat().st_mode & (_STRANGERS if _is_credential(path) else _OTHERS):
        raise KeyFileExposed(f"{path} is open to other accounts of this machine; run: chmod {mode} {path}")


def name_root_key(version: int) -> str:
    """Name the file of a root key."""
    return f"kek-{version}.key"


def version_of(name: str) -> int | None:
    """Read the version off the name of a root key's file; None for every other file."""
    match = re.fullmatch(r"kek-([1-9]\d*)\.key", name)
    return int(match[1]) if match else None


def name_earlier_signing(until: date) -> str:
    """Name the file of a signing key that has a successor and is accepted up to a day."""
    return f"signing-until-{until}.key"


def accepted_until(name: str) -> date | None:
    """Read the day off the name of an earlier signing key's file; None for every other file."""
    match = re.fullmatch(r"signing-until-(\d{4}-\d\d-\d\d)\.key", name)
    try:
        return date.fromisoformat(match[1]) if match else None
    except ValueError:
        return None


def is_beside(name: str) -> bool:
    """Tell whether a file holds an earlier signing key or the next audit key."""
    return name == NEXT_AUDIT or accepted_until(name) is not None


def write_once(path: Path, content: bytes) -> bool:
    """Write a private file, durably; returns False and changes nothing when there is one."""
    with _written_beside(path, content) as part:
        try:
            path.hardlink_to(part)
        except FileExistsError:
            return False
        return True


def write_over(path: Path, content: bytes) -> None:
    """Put a private file in the place of another, durably; a reader sees the old one or the new one, whole."""
    with _written_beside(path, content) as part:
        part.replace(path)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make what was made or removed in a folder survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Let no other process change the keys of a folder meanwhile; a process that dies lets go."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _refuse_inside(path: Path, data_folder: Path) -> None:
    """Raise KeysInsideData when a key, or the folder of them, is or points into the data folder."""
    if path.resolve().is_relative_to(data_folder.resolve()):
        raise KeysInsideData(f"{path} lies in the data folder {data_folder}; move the keys to a folder of their own")


def _refuse_copies(folder: Path, data_folder: Path) -> None:
    """Raise KeysInsideData when the data folder holds a key as well: under a second name, or as a copy."""
    keys = {key for path in folder.glob("*.key") if (key := _read_short(path)) is not None}
    for path in data_folder.rglob("*") if keys else ():
        if _read_short(path) in keys:
            raise KeysInsideData(f"{path} holds a key, so that one copy of the data takes both; remove it there")


def _read_short(path: Path) -> bytes | None:
    """Read what could be a key; None for everything else, and for what is gone by now."""
    try:
        is_short = path.is_file() and path.stat().st_size == KEY_BYTES
        return path.read_bytes() if is_short else None
    except OSError:
        return None


def _is_credential(path: Path) -> bool:
    # systemd gives a service its credentials by an access list, whose mask shows as the rights of the group.
    folder = os.environ.get(_CREDENTIALS)
    return bool(folder) and path.resolve().is_relative_to(Path(folder or "/").resolve())


@contextmanager
def _written_beside(path: Path, content: bytes) -> Iterator[Path]:
    # Written beside and then linked or renamed: never half a key.
    part = path.with_name(f".{path.name}.{os.getpid()}")
    part.unlink(missing_ok=True)
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(descriptor)
    try:
        yield part
    finally:
        part.unlink(missing_ok=True)
