"""Copies to carry away: data, key store and the list of erasures, each in a file and a folder of its own."""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import msgspec

from storage.backup.archives import Kind, Manifest, Progress, write_archive
from storage.backup.copies import copy_out, describe, measure
from storage.engine.engines import open_reader
from storage.errors import StorageError
from storage.keeping.erasures import list_erasures
from storage.migrate import Store
from storage.sealing.encryption import FolderId

#: How long a copy is kept.  An older key store undoes erasures; the list of them must outlive both.
KEPT_DAYS = {Kind.DATA: 35, Kind.KEYS: 7, Kind.LEDGER: 40}

#: Younger copies are all kept; of an older day the first one.
_EVERY_ONE_DAYS = 2
_STAGING = ".staging"
_STAMP = "%Y%m%dT%H%M%SZ"
# Beside the copy lies its encrypted form until the copy is removed.
_TIMES_THE_STORE = 2
_SPARE_BYTES = 16 * 1_048_576


class NoRoom(StorageError):
    """The disk is too full for a copy."""


class BackupRunning(StorageError):
    """Another copy is being made in the same folder."""


@dataclass(frozen=True, slots=True)
class Sources:
    """Where the two stores are.  `beside`: small text files that go with the data, where they exist."""

    url: str
    keystore_url: str
    beside: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True)
class Made:
    """What was made, and which files had served their time.  `files`: with what their first line says."""

    files: tuple[tuple[Path, Manifest], ...]
    pruned: tuple[Path, ...]


def create(sources: Sources, folder: Path, recipient: object, now: datetime, progress: Progress) -> Made:
    """Write a copy of everything into `folder`, all of it or nothing, then remove what has served its time.

    Raises NoRoom, BackupRunning, StoreMissing or StoreNotUpToDate.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _alone(folder) as staging:
        _refuse_full_disk(sources, folder)
        # The data first: a key is stored before the data that need it, so that the later key store has them all.
        parts = [
            (Kind.DATA, _copy(Store.DATA, sources.url, staging)),
            (Kind.KEYS, _copy(Store.KEYS, sources.keystore_url, staging)),
            (Kind.LEDGER, _write_ledger(sources.url, staging)),
        ]
        texts = {path.name: path.read_text(encoding="utf-8") for path in sources.beside if path.exists()}
        described = [(_describe(kind, payload, now, texts), payload) for kind, payload in parts]
        sealed = [(_seal(manifest, payload, recipient, progress), manifest) for manifest, payload in described]
        files = tuple((_place(part, folder, manifest.kind, now), manifest) for part, manifest in sealed)
    return Made(files, tuple(_prune(folder, now)))


def measure_all(sources: Sources) -> int:
    """Measure how many bytes are going to be encrypted, about."""
    return measure(sources.url) + measure(sources.keystore_url)


def list_erased(url: str) -> list[FolderId]:
    """List the folders whose erasure a data store still remembers."""
    engine = open_reader(url, 1)
    try:
        with engine.connect() as connection:
            return list_erasures(connection)
    finally:
        engine.dispose()


def read_ledger(path: Path) -> list[FolderId]:
    """Read the folders that a list of erasures names."""
    return [FolderId(bytes.fromhex(name)) for name in msgspec.json.decode(path.read_bytes(), type=list[str])]


def made_on(path: Path) -> datetime | None:
    """Read off a file's name when it was made; None for a file of another kind."""
    try:
        return datetime.strptime(path.stem.rpartition("-")[2], _STAMP).replace(tzinfo=UTC)
    except ValueError:
        return None


@contextmanager
def _alone(folder: Path) -> Iterator[Path]:
    """Keep others out, and give a place for halves that is empty before and after, a crash or none."""
    descriptor = os.open(folder / ".lock", os.O_RDWR | os.O_CREAT, 0o600)
    staging = folder / _STAGING
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise BackupRunning(f"another copy is being made in {folder}; wait until it is done") from None
        shutil.rmtree(staging, ignore_errors=True)
        staging.mkdir(mode=0o700)
        try:
            yield staging
        finally:
            shutil.rmtree(staging, ignore_errors=True)
    finally:
        os.close(descriptor)


def _refuse_full_disk(sources: Sources, folder: Path) -> None:
    needed = measure_all(sources) * _TIMES_THE_STORE + _SPARE_BYTES
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise NoRoom(f"{folder}: {free >> 20:,} MiB free, a copy needs {needed >> 20:,}; make room or choose another")


def _copy(store: Store, url: str, staging: Path) -> Path:
    payload = staging / f"{store}.db"
    copy_out(store, url, payload)
    return payload


def _write_ledger(url: str, staging: Path) -> Path:
    payload = staging / "erasures.json"
    payload.write_bytes(msgspec.json.encode(sorted(folder.hex() for folder in list_erased(url))))
    return payload


def _describe(kind: Kind, payload: Path, now: datetime, texts: dict[str, str]) -> Manifest:
    revision, rows = ("", {}) if kind is Kind.LEDGER else describe(payload)
    files = texts if kind is Kind.DATA else {}
    return Manifest(kind, f"{now:%Y-%m-%dT%H:%MZ}", revision, rows, payload.stat().st_size, files=files)


def _seal(manifest: Manifest, payload: Path, recipient: object, progress: Progress) -> Path:
    part = payload.with_name(f"{manifest.kind}.age")
    write_archive(part, manifest, payload, recipient, progress)
    payload.unlink()
    return part


def _place(part: Path, folder: Path, kind: Kind, now: datetime) -> Path:
    home = folder / kind
    home.mkdir(mode=0o700, exist_ok=True)
    target = home / f"singgah-{kind}-{now:{_STAMP}}.age"
    part.rename(target)
    for changed in (home, folder):
        _sync(changed)
    return target


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _prune(folder: Path, now: datetime) -> Iterator[Path]:
    """Remove what is past its time, and of days long gone all but the first copy."""
    for kind, days in KEPT_DAYS.items():
        seen: set[date] = set()
        for path in sorted((folder / kind).glob(f"singgah-{kind}-*.age")):
            made = made_on(path)
            if made is None:
                continue
            is_spare = made < now - timedelta(days=_EVERY_ONE_DAYS) and made.date() in seen
            if is_spare or made < now - timedelta(days=days):
                path.unlink()
                yield path
            else:
                seen.add(made.date())
