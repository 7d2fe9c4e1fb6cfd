"""Processes of one installation that are killed, stopped and started again, and what they have done in the end."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from handlers.running.duties import LEASE_SECONDS
from tests.end_to_end.telegram_process import TelegramProcess, find_free_port
from tests.surroundings.starting import ROOT

#: Of the duties in place of fifteen, so that a short run sees them change hands again and again.
SHORT_LEASE_S = 3.0
_UP_SECONDS = 60.0
_LOOK_SECONDS = 0.02


@dataclass(slots=True)
class Quickstart:
    """The process that has read programs and forks them."""

    _process: asyncio.subprocess.Process
    _asking: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def run(self, module: str, arguments: list[str], output: Path, errors: Path) -> int:
        """Start the `main` of a module with arguments; return its process id."""
        files = {"output": str(output), "errors": str(errors)}
        return await self._ask({"run": {"module": module, "arguments": arguments, **files}})

    async def end(self, process_id: int) -> int:
        """Wait until a process is gone; return its exit code, or the signal below zero."""
        return await self._ask({"end": process_id})

    async def _ask(self, question: dict[str, object]) -> int:
        async with self._asking:
            assert self._process.stdin is not None
            assert self._process.stdout is not None
            self._process.stdin.write(json.dumps(question).encode() + b"\n")
            return int(await self._process.stdout.readline())


@asynccontextmanager
async def quickstart(*modules: str, lease_seconds: float = LEASE_SECONDS) -> AsyncIterator[Quickstart]:
    """Keep the program read as long as it is needed.  `modules`: read beside it.  `lease_seconds`: of its duties."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-P", "-m", "tests.faults.quickstart", str(lease_seconds), *modules),
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT), "PATH": ""},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        yield Quickstart(process)
    finally:
        assert process.stdin is not None
        process.stdin.close()
        await process.wait()


@dataclass(slots=True)
class Member:
    """One process of the installation, which comes and goes under the same port."""

    installed: TelegramProcess
    starter: Quickstart
    roles: tuple[str, ...] = ()
    port: int = field(default_factory=find_free_port)
    process_id: int | None = None

    async def launch(self) -> None:
        """Start it without waiting for it."""
        assert self.process_id is None
        arguments = ["run", "--config", str(self.installed.config_file), "--listen", f"127.0.0.1:{self.port}"]
        arguments += [f"--role={role}" for role in self.roles]
        files = self.installed.output_file, self.installed.errors_file
        self.process_id = await self.starter.run("bot.__main__", arguments, *files)

    async def wait_until_ready(self) -> None:
        """Wait until it serves; fail with its errors if it takes too long."""
        try:
            async with asyncio.timeout(_UP_SECONDS):
                while not (await self.ask()).get("ready"):  # noqa: ASYNC110 - nobody announces it
                    await asyncio.sleep(_LOOK_SECONDS)
        except TimeoutError:
            raise AssertionError(self.installed.errors_file.read_text()) from None

    async def ask(self) -> dict[str, object]:
        """Ask it how it is; nothing while it does not answer."""
        async with httpx.AsyncClient(trust_env=False, timeout=2, verify=False) as client:  # noqa: S501 - plain HTTP; makes it light
            try:
                found: dict[str, object] = (await client.get(f"http://127.0.0.1:{self.port}/readyz")).json()
            except httpx.TransportError:
                return {}
        return found

    async def has(self, duty: str) -> bool:
        """Tell whether it says that it holds a duty."""
        duties = (await self.ask()).get("duties")
        return isinstance(duties, dict) and duties.get(duty) == "held"

    async def kill(self) -> None:
        """End it without a word, as a power cut does."""
        assert await self._end(signal.SIGKILL) == -signal.SIGKILL

    async def stop(self) -> None:
        """Ask it to end, as a service manager does; it must end well."""
        if self.process_id is not None:
            assert await self._end(signal.SIGTERM) == 0, self.installed.errors_file.read_text()

    def freeze(self) -> None:
        """Let it stand still."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on as if nothing had happened."""
        self._signal(signal.SIGCONT)

    def _signal(self, what: signal.Signals) -> None:
        assert self.process_id is not None
        os.kill(self.process_id, what)

    async def _end(self, how: signal.Signals) -> int:
        assert self.process_id is not None
        ended, self.process_id = self.process_id, None
        os.kill(ended, how)
        async with asyncio.timeout(_UP_SECONDS):
            return await self.starter.end(ended)


def two_of(installed: TelegramProcess, starter: Quickstart) -> list[Member]:
    """Make two processes that can stand in for each other, one of them without the pages."""
    return [Member(installed, starter), Member(installed, starter, ("receive", "send", "tick"))]


def settings_of_stores(database_url: str, keystore_url: str) -> str:
    """Write the settings of two stores."""
    return f'[storage]\ndatabase_url = "{database_url}"\n[keys]\nstore_url = "{keystore_url}"\n'
