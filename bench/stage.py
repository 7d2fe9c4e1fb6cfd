"""Contenders on a stage: each a process of its own, all around one Bot API, driven in alternating rounds."""

import asyncio
import contextlib
import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from bench.driving import Driver, Figures, Load
from bench.intake import Delivery
from bench.peers import install_peers
from bench.peers_over_http import PATH
from bench.service import (
    Running,
    free_port,
    run_process,
    run_service,
    wait_until_listening,
    wait_until_ready,
    write_settings,
)
from bench.telegram_side import BotApi, Line, serve

OURS = "Singgah, durable and encrypted"
PTB = "python-telegram-bot, memory"
PTB_SERVER = "python-telegram-bot, its server alone"
AIOGRAM = "aiogram, memory"

_OK = 200
_WARM_UP = Load(4, 2)
_PEERS = {PTB: "ptb", PTB_SERVER: "ptb-server", AIOGRAM: "aiogram"}


class Posted:
    """A bot that is reached as Telegram reaches it; a step ends when it has taken the update."""

    def __init__(self, api: BotApi, running: Running) -> None:
        """Post to a process that listens."""
        self._api = api
        self._running = running
        self._free: list[Line] = []

    async def take(self, delivery: Delivery) -> None:
        """Post one update on a connection nobody else is waiting on."""
        line = await self._pick_up()
        try:
            status = await line.post(self._running.path, delivery.raw)
        except ConnectionError:  # hung up on for having been silent, just when there was something to post
            line = await self._connect()
            status = await line.post(self._running.path, delivery.raw)
        self._free.append(line)
        if status != _OK:
            raise SystemExit(f"an update was answered with {status}")

    async def kept(self) -> int:
        """Count nothing: what survives a kill is measured by `python -m bench.turns`."""
        return 0

    async def settle(self) -> None:
        """Let what comes beside an answer leave as well, before the next contender begins."""
        calls = -1
        while calls != self._api.calls:
            calls = self._api.calls
            await asyncio.sleep(self._api.delay_s + 0.05)

    def close(self) -> None:
        """Hang up."""
        for line in self._free:
            line.close()

    async def _pick_up(self) -> Line:
        while self._free:
            if (line := self._free.pop()).is_open:
                return line
        return await self._connect()

    async def _connect(self) -> Line:
        _, line = await asyncio.get_running_loop().create_connection(Line, "127.0.0.1", self._running.port)
        return line


class Answered(Posted):
    """The same; a step ends when its answer stands in the chat."""

    async def take(self, delivery: Delivery) -> None:
        """Post one update and wait for the answer."""
        self._api.expect(delivery.chat)
        await super().take(delivery)
        await self._api.wait_for(delivery.chat)


@dataclass(frozen=True, slots=True)
class Stage:
    """All contenders, running."""

    api: BotApi
    drivers: Mapping[str, Driver]

    async def measure(self, load: Load, rounds: int) -> dict[str, list[Figures]]:
        """Drive a load in alternating rounds."""
        measured: dict[str, list[Figures]] = {name: [] for name in self.drivers}
        for _ in range(rounds):
            for name, driver in self.drivers.items():
                measured[name].append(await driver.drive(load))
        return measured


@contextlib.asynccontextmanager
async def open_stage(
    names: Sequence[str],
    reach: Callable[[BotApi, Running], Posted] = Answered,
    *,
    surroundings: Mapping[str, str] | None = None,
    rate: float = 10_000,
) -> AsyncIterator[Stage]:
    """Start contenders and warm each up; `surroundings`: more environment, `rate`: of our sender."""
    api = BotApi()
    async with serve(api) as api_port:
        with contextlib.ExitStack() as stack:
            drivers = {}
            for name in names:
                running = stack.enter_context(_start(name, api_port, surroundings, rate))
                await asyncio.to_thread(_wait, name, running)
                posted = reach(api, running)
                stack.callback(posted.close)
                drivers[name] = Driver(posted, running.pid)
                await drivers[name].drive(_WARM_UP)
            yield Stage(api, drivers)


def print_speed(title: str, measured: Mapping[str, Sequence[Figures]]) -> None:
    """Print one load: medians."""
    print(f"\n{title}\n{'':<40}{'updates/s':>10}{'CPU ms':>9}{'p50 ms':>9}{'p99 ms':>9}{'peak MiB':>10}")
    for name, rounds in measured.items():
        rate, cpu = middle(rounds, lambda one: one.rate), middle(rounds, lambda one: one.cpu)
        p50, p99 = middle(rounds, lambda one: one.p50), middle(rounds, lambda one: one.p99)
        peak = max(one.peak_mib for one in rounds)
        print(f"{name:<40}{rate:>10,.0f}{cpu:>9.2f}{p50:>9.1f}{p99:>9.1f}{peak:>10.0f}")


def middle(rounds: Sequence[Figures], figure: Callable[[Figures], float]) -> float:
    """Return the median of a figure over the rounds."""
    return median(map(figure, rounds))


def judge(*, reached: bool) -> str:
    """Say whether an aim was reached, in front of the aim."""
    return "aim reached:" if reached else "AIM MISSED:"


def _wait(name: str, running: Running) -> None:
    if name == OURS:
        wait_until_ready(running, "receiving")
    else:
        wait_until_listening(running)


@contextlib.contextmanager
def _start(name: str, api: int, surroundings: Mapping[str, str] | None, rate: float) -> Iterator[Running]:
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        if name == OURS:
            with run_service(write_settings(Path(folder), port, api, rate), port, surroundings) as running:
                yield running
            return
        command = [sys.executable, "-m", "bench.peers_over_http", _PEERS[name], str(port), f"http://127.0.0.1:{api}"]
        with run_process(command, Path(folder), install_peers() if name != AIOGRAM else {}) as process:
            yield Running(process, port, PATH)
