"""One process at a time serves from an SQLite file; the system lets go of it when that process ends or is killed."""

import fcntl
import os
from pathlib import Path

from sqlalchemy import make_url

from storage.errors import StorageError


class Occupied(StorageError):
    """Another process serves from this file."""


class Occupancy:
    """A database file taken for as long as this process serves from it."""

    def __init__(self, descriptor: int) -> None:
        """Use `occupy` instead."""
        self._descriptor = descriptor

    def close(self) -> None:
        """Let another process in."""
        os.close(self._descriptor)


def is_for_many(url: str) -> bool:
    """Tell whether several processes may serve from a database at once."""
    return make_url(url).get_backend_name() != "sqlite"


def is_occupied(url: str) -> bool:
    """Tell whether a process serves from an SQLite file; nothing is made or changed."""
    if is_for_many(url) or not _lock_file(url).exists():
        return False
    try:
        occupy(url).close()
    except Occupied:
        return True
    return False


def occupy(url: str) -> Occupancy:
    """Take an SQLite file, which need not be there yet; its folder must.  Raises Occupied."""
    lock = _lock_file(url)
    descriptor = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        raise Occupied(f"another Singgah uses {lock.parent}; end it first") from None
    return Occupancy(descriptor)


def _lock_file(url: str) -> Path:
    return Path(make_url(url).database or "").with_suffix(".lock")
