"""Start `singgah` out of a process that has read its modules and its content: reading them is most of a start.

Whoever asks about the start itself, the environment or the arguments of a process starts one of its own instead.
"""

import asyncio
import atexit
import json
import os
import select
import signal
import subprocess
import sys
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import IO

from handlers.running.duties import LEASE_SECONDS

ROOT = Path(__file__).parents[2]
_PROGRAM = "tests.surroundings.program"
_COMMANDS = ("audit", "backup", "dead", "doctor", "erase", "keys", "staff", "stats")


@dataclass(slots=True)
class Running:
    """A process that was started here.  `handle`: readable once it is gone."""

    pid: int
    _starter: "_Starter"
    _handle: int
    _code: int | None = None

    @property
    def returncode(self) -> int | None:
        """Its exit code, or the signal that ended it below zero; None while it runs."""
        if self._code is None and select.select([self._handle], [], [], 0)[0]:
            os.close(self._handle)
            self._code = self._starter.ask({"end": self.pid})
        return self._code

    async def wait(self) -> int:
        """Wait until it is gone and return how it ended."""
        if self.returncode is None:
            loop, gone = asyncio.get_running_loop(), asyncio.Event()
            loop.add_reader(self._handle, gone.set)
            try:
                await gone.wait()
            finally:
                loop.remove_reader(self._handle)
        code = self.returncode
        assert code is not None
        return code

    def send_signal(self, which: signal.Signals) -> None:
        """Send it a signal, unless it is gone."""
        if self.returncode is None:
            os.kill(self.pid, which)


def start(arguments: list[str], folder: Path, output: Path, errors: Path, given: Path = Path(os.devnull)) -> Running:
    """Start `singgah` in a folder; what it says is added to two files, what it reads comes out of one."""
    files = {"output": str(output), "errors": str(errors), "given": str(given)}
    starter = _starter()
    process_id = starter.ask({"run": {"module": _PROGRAM, "arguments": arguments, "folder": str(folder), **files}})
    return Running(process_id, starter, os.pidfd_open(process_id))


@dataclass(slots=True)
class _Starter:
    """The process that has read the program and forks it."""

    _process: subprocess.Popen[bytes] = field(repr=False)

    def ask(self, question: dict[str, object]) -> int:
        """Ask for a process or for its end; both are answered at once."""
        self._pipe(self._process.stdin).write(json.dumps(question).encode() + b"\n")
        self._pipe(self._process.stdin).flush()
        return int(self._pipe(self._process.stdout).readline())

    def close(self) -> None:
        """End it, and whatever it has started that still runs."""
        self._pipe(self._process.stdin).close()
        self._process.wait()
        self._pipe(self._process.stdout).close()

    @staticmethod
    def _pipe(end: IO[bytes] | None) -> IO[bytes]:
        assert end is not None
        return end


@lru_cache(maxsize=1)
def _starter() -> _Starter:
    """Read the program once for all tests of this process."""
    modules = (_PROGRAM, *(f"commands.{name}" for name in _COMMANDS))
    process = subprocess.Popen(  # noqa: S603 - our own program
        (sys.executable, "-P", "-m", "tests.faults.quickstart", str(LEASE_SECONDS), *modules),
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT), "PATH": ""},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    starter = _Starter(process)
    atexit.register(starter.close)
    return starter
