"""Notes of the deliveries being handled, on disk but not synced: they outlive a process that is killed by one of them.

A note is a keyed hash and the name of a channel.  Written without a sync it costs two microseconds and survives
everything but a loss of power, in which no delivery is to blame.
"""

import contextlib
import fcntl
import os
import secrets
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_INDEX_BYTES, _CHANNEL_BYTES = 16, 16
_SLOT_BYTES = _INDEX_BYTES + _CHANNEL_BYTES
_FOLDER = "under-way"
_PRIVATE = 0o600


class UnderWay:
    """The notes of one process, in a file of its own that is locked as long as the process lives."""

    def __init__(self, data_dir: Path) -> None:
        """Begin without notes.  Raises OSError when the folder cannot be written to."""
        folder = data_dir / _FOLDER
        folder.mkdir(mode=0o700, exist_ok=True)
        self._file = os.open(folder / secrets.token_hex(8), os.O_RDWR | os.O_CREAT | os.O_EXCL, _PRIVATE)
        fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        weakref.finalize(self, os.close, self._file)
        self._free: list[int] = []
        self._slots = 0

    @contextmanager
    def noting(self, index: bytes, channel: str) -> Iterator[None]:
        """Note a delivery while it is handled."""
        if self._free:
            slot = self._free.pop()
        else:
            slot, self._slots = self._slots, self._slots + 1
        os.pwrite(self._file, index + channel.encode().ljust(_CHANNEL_BYTES, b"\0"), slot * _SLOT_BYTES)
        try:
            yield
        finally:
            os.pwrite(self._file, bytes(_SLOT_BYTES), slot * _SLOT_BYTES)
            self._free.append(slot)


def take_left(data_dir: Path) -> list[tuple[bytes, str]]:
    """Take what processes that are gone were handling when they ended: index and channel of each delivery."""
    left: list[tuple[bytes, str]] = []
    for path in (data_dir / _FOLDER).glob("*"):
        with contextlib.suppress(OSError):  # its process lives, or another one was faster
            left += _take_file(path)
    return left


def _take_file(path: Path) -> list[tuple[bytes, str]]:
    with path.open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        notes = file.read()
        path.unlink()
    slots = (notes[at : at + _SLOT_BYTES] for at in range(0, len(notes), _SLOT_BYTES))
    return [(slot[:_INDEX_BYTES], slot[_INDEX_BYTES:].rstrip(b"\0").decode()) for slot in slots if any(slot)]
