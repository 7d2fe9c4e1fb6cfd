"""Places for copies that are opened aside: gone afterwards, or when the next one is made where a process was killed."""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import gettempdir, mkdtemp

_PREFIX = "singgah-aside-"


@contextmanager
def aside() -> Iterator[Path]:
    """Give an empty folder that only this account can open; an old copy of a key store must not lie about in it."""
    _remove_abandoned(Path(gettempdir()))
    folder, held = _make()
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(held)


def _make() -> tuple[Path, int]:
    while True:
        folder = Path(mkdtemp(prefix=_PREFIX))
        held = _hold(folder)
        if held is not None and folder.exists():
            return folder, held
        if held is not None:  # somebody took it for abandoned before it was held
            os.close(held)


def _remove_abandoned(home: Path) -> None:
    for folder in home.glob(f"{_PREFIX}*"):
        held = None if folder.is_symlink() or folder.stat().st_uid != os.geteuid() else _hold(folder)
        if held is not None:
            shutil.rmtree(folder, ignore_errors=True)
            os.close(held)


def _hold(folder: Path) -> int | None:
    """Hold a folder as long as this process lives; None when another one does, or it is gone."""
    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except OSError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        return None
    return descriptor
