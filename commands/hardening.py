"""Keep what the process has in memory out of files and away from other processes of the same account."""

import ctypes
import resource
import sys

_PR_SET_DUMPABLE = 4


def protect_memory() -> None:
    """Leave no core file after a crash, and on Linux let no process of the same account read this one's memory.

    The superuser can, and memory that was swapped out lies on the disk: see docs/threat-model.md.
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
