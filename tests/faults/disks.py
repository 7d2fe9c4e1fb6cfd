"""Disks that fail when a test wants it: one by a shim under the program, one that is really full."""

import contextlib
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Failure = Literal["No space", "I/O error"]

_SOURCE = Path(__file__).with_name("failing_disk.c")
_SMALL_DISK = "size=24m,mode=0700"


@dataclass(frozen=True, slots=True)
class FailingDisk:
    """A shim between a program and its disk."""

    library: Path
    switch: Path

    @property
    def environment(self) -> dict[str, str]:
        """What a program is started with, so that its disk can fail."""
        return {"LD_PRELOAD": str(self.library), "SINGGAH_FAILING_DISK": str(self.switch)}

    @contextlib.contextmanager
    def failing(self, how: Failure) -> Iterator[None]:
        """Let every write fail for a while."""
        self.switch.write_text(how)
        try:
            yield
        finally:
            self.switch.unlink()


def make_failing_disk(folder: Path) -> FailingDisk | None:
    """Compile the shim; None where there is no compiler."""
    compiler = shutil.which("cc")
    if compiler is None:
        return None
    library = folder / "failing_disk.so"
    subprocess.run([compiler, "-shared", "-fPIC", "-o", str(library), str(_SOURCE), "-ldl"], check=True)  # noqa: S603 - found above
    return FailingDisk(library, folder / "disk-fails")


@contextlib.contextmanager
def small_disk(folder: Path) -> Iterator[bool]:
    """Put a small disk of its own under a folder; gives False where this account may not."""
    mount, unmount = shutil.which("mount"), shutil.which("umount")
    if mount is None or unmount is None:
        yield False
        return
    folder.mkdir(parents=True, exist_ok=True)
    made = subprocess.run(  # noqa: S603 - found above
        [mount, "-t", "tmpfs", "-o", _SMALL_DISK, "tmpfs", str(folder)], check=False, capture_output=True
    )
    try:
        yield made.returncode == 0
    finally:
        if made.returncode == 0:
            subprocess.run([unmount, "--lazy", str(folder)], check=True)  # noqa: S603 - found above


@contextlib.contextmanager
def filled(folder: Path) -> Iterator[None]:
    """Leave no room on the disk of a folder for a while."""
    ballast = folder / "ballast"
    with contextlib.suppress(OSError), ballast.open("wb", buffering=0) as file:
        while True:
            file.write(bytes(4_096))
    try:
        yield
    finally:
        ballast.unlink()
