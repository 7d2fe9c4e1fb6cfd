"""Drive one contender as people would: everybody waits for the answer before writing again."""

import asyncio
import json
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter
from typing import Protocol

from bench.intake import Delivery, deliveries

_FIRST_CHAT = 1_000


class Contender(Protocol):
    """A bot that takes the intake in this process."""

    async def take(self, delivery: Delivery) -> None:
        """Take one update; returns when the person has, or is sure to get, the answer."""
        ...

    async def kept(self) -> int:
        """Count the updates so far that a new process would know of if this one were killed now."""
        ...

    async def settle(self) -> None:
        """Finish what is put off: send what waits, write what is only in memory."""
        ...


@dataclass(frozen=True, slots=True)
class Load:
    """How many people take the intake, and how many of them are active at the same time."""

    people: int
    at_once: int


@dataclass(frozen=True, slots=True)
class Figures:
    """One round.  Times in milliseconds; `kept`: share of its updates that survive a kill before settling."""

    updates: int
    seconds: float
    cpu: float
    p50: float
    p99: float
    kept: float
    settling: float
    peak_mib: float

    @property
    def rate(self) -> float:
        """Return updates per second."""
        return self.updates / self.seconds


class Driver:
    """Sends people through one contender, new ones in every round."""

    def __init__(self, contender: Contender, process: str = "self") -> None:
        """Drive a contender that is open; `process`: where it runs, as named under /proc."""
        self._contender = contender
        self._process = process
        self._next_chat = _FIRST_CHAT

    async def drive(self, load: Load) -> Figures:
        """Measure one round."""
        chats = range(self._next_chat, self._next_chat + load.people)
        self._next_chat = chats.stop
        delays: list[float] = []
        turnstile = asyncio.Semaphore(load.at_once)

        async def visit(chat: int) -> None:
            async with turnstile:
                for delivery in deliveries(chat):
                    began = perf_counter()
                    await asyncio.sleep(0)  # what others wrote at the same moment has arrived as well
                    await self._contender.take(delivery)
                    delays.append((perf_counter() - began) * 1e3)

        kept_before = await self._contender.kept()
        start, start_cpu = perf_counter(), cpu_seconds(self._process)
        await asyncio.gather(*map(visit, chats))
        seconds, cpu = perf_counter() - start, cpu_seconds(self._process) - start_cpu
        kept = (await self._contender.kept() - kept_before) / len(delays)
        start = perf_counter()
        await self._contender.settle()
        settling = (perf_counter() - start) * 1e3
        p99 = quantiles(delays, n=100, method="inclusive")[98]
        peak, each = peak_memory(self._process), cpu / len(delays) * 1e3
        return Figures(len(delays), seconds, each, median(delays), p99, kept, settling, peak)


async def answer(contender: Contender) -> None:
    """Measure a round for every line on standard input (people, people at once) until it ends."""
    driver = Driver(contender)
    while line := await asyncio.to_thread(sys.stdin.readline):
        people, at_once = map(int, line.split())
        print(json.dumps(asdict(await driver.drive(Load(people, at_once)))), flush=True)


def cpu_seconds(process: str = "self") -> float:
    """Return the time a process has computed so far, to a hundredth of a second."""
    fields = Path(f"/proc/{process}/stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / 100


def peak_memory(process: str = "self") -> float:
    """Return the most memory a process has had resident, in MiB."""
    return _read_memory(process, "VmHWM")


def resident_memory(process: str) -> float:
    """Return the memory a process has resident now, in MiB."""
    return _read_memory(process, "VmRSS")


def _read_memory(process: str, name: str) -> float:
    status = Path(f"/proc/{process}/status").read_text(encoding="ascii", errors="replace")
    line = next(line for line in status.splitlines() if line.startswith(name))
    return int(line.split()[1]) / 1024
