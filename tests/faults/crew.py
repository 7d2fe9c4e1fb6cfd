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

from tests.end_to_end.telegram_process import ROOT, TelegramProcess, find_free_port

_UP_SECONDS = 60.0
_LOOK_SECONDS = 0.02


@dataclass(slots=True)
class Quickstart:
    """The process that has read the program and forks it."""

    _process: asyncio.subprocess.Process
    _asking: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def run(self, arguments: list[str], output: Path, errors: Path) -> int:
        """Start the program; return its process id."""
        return await self._ask({"run": {"arguments": arguments, "output": str(output), "errors": str(errors)}})

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
async def quickstart(lease_seconds: float | None = None) -> AsyncIterator[Quickstart]:
    """Keep the program read, as long as it is needed.  `lease_seconds`: of the duties, None for the product's own."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-P", "-m", "tests.faults.quickstart"),
        *(() if lease_seconds is None else (str(lease_seconds),)),
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
        self.process_id = await self.starter.run(arguments, self.installed.output_file, self.installed.errors_file)

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
