"""A process that makes copies without end, to be killed: its arguments are both addresses, the folder and the key."""

import sys
from datetime import timedelta
from pathlib import Path

from storage.backup.archives import read_recipient
from storage.backup.backups import Sources, create
from tests.storage.backup.keeping import NOW

MOST = 10_000


def make_copies(url: str, keystore_url: str, folder: str, public: str) -> None:
    """Say that it begins, then make one copy after the other."""
    print("ready", flush=True)  # noqa: T201 - the parent waits for it
    for number in range(MOST):
        create(
            Sources(url, keystore_url),
            Path(folder),
            read_recipient(public),
            NOW + timedelta(seconds=number),
            lambda _size: None,
        )


if __name__ == "__main__":
    make_copies(*sys.argv[1:])
