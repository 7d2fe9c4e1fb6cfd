"""Reminders at growing sizes against two peers: `python -m bench.reminders` (`--long`: up to ten million)."""

import argparse
import asyncio
import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from statistics import median
from uuid import uuid4

import psycopg

from bench.handling import measure_handling
from bench.reminders_of_apscheduler import open_job_store
from bench.reminders_of_singgah import Cost, Pending, open_pending
from tests.surroundings.postgres import announce_folder, run_statement, running_server, stop_server

#: From the first size to the last, a look and a claimed row may cost so many times as much.
LIMIT = 1.5
#: Claims in a second, at every size.
FASTEST = 20_000
SIZES, LONG_SIZES = (100_000, 1_000_000), (100_000, 1_000_000, 10_000_000)

_PEER = "procrastinate==3.10.0"
_LOOKS = 30
_TELLING = ("server_version", "shared_buffers", "fsync", "full_page_writes", "synchronous_commit")


@dataclass(frozen=True, slots=True)
class Figures:
    """One contender at one size, medians.  In microseconds: a look when nothing is due; a row claimed, and settled.

    `busy`: processor time of a claim, ours and the server's; None where it is not known.
    """

    pending: int
    idle: float
    claimed: float
    settled: float
    busy: float | None = None


@dataclass(frozen=True, slots=True)
class _Measured:
    size: int
    pending: Pending
    looks: list[float]
    rows: list[Cost]

    async def measure(self, due: int) -> None:
        self.looks.extend([await self.pending.look() for _ in range(_LOOKS)])
        self.pending.pass_time(due)
        self.rows.append(await self.pending.take())

    def figures(self) -> Figures:
        claimed, settled = median(row.claimed for row in self.rows), median(row.settled for row in self.rows)
        busy = median(row.busy for row in self.rows)
        return Figures(self.size, median(self.looks) * 1e6, claimed * 1e6, settled * 1e6, busy * 1e6)


async def measure_ours(engine: str, sizes: Sequence[int], due: int, rounds: int) -> list[Figures]:
    """Measure our store, on SQLite in new files or on PostgreSQL in new databases, the sizes by turns."""
    folder = Path(tempfile.mkdtemp())
    measured: list[_Measured] = []
    async with contextlib.AsyncExitStack() as stack:
        for size in sizes:
            urls = (_new_url(engine, folder), _new_url(engine, folder))
            pending = await stack.enter_async_context(open_pending(*urls, folder / str(size), size))
            measured.append(_Measured(size, pending, [], []))
        for _, each in product(range(rounds), measured):
            await each.measure(due)
    shutil.rmtree(folder)
    return [each.figures() for each in measured]


def measure_apscheduler(engine: str, sizes: Sequence[int], due: int, rounds: int) -> list[Figures]:
    """Measure APScheduler's job store, which takes a job when it removes it."""
    folder = Path(tempfile.mkdtemp())
    found, filled = list[Figures](), 0
    with open_job_store(_new_url(engine, folder)) as store:
        for size in sizes:
            store.fill(size - filled)
            filled = size
            looks = [store.idle() for _ in range(_LOOKS)]
            rows = []
            for _ in range(rounds):
                store.make_due(due)
                rows.append(store.take())
            found.append(Figures(size, median(looks) * 1e6, median(rows) * 1e6, median(rows) * 1e6))
    shutil.rmtree(folder)
    return found


def measure_procrastinate(sizes: Sequence[int], due: int) -> list[Figures]:
    """Measure procrastinate in a process of its own, where alone its packages are found."""
    packages = _install()
    url = _new_url("postgresql", packages).replace("postgresql+psycopg", "postgresql")
    path = os.pathsep.join((str(Path(__file__).parent.parent), str(packages)))
    command = [sys.executable, "-m", "bench.reminders_of_procrastinate", url, str(due), *map(str, sizes)]
    said = subprocess.run(  # noqa: S603 - ourselves
        command, env={**os.environ, "PYTHONPATH": path}, stdout=subprocess.PIPE, text=True, check=True
    ).stdout
    rows = [json.loads(line) for line in said.splitlines()]
    return [Figures(size, idle * 1e6, row * 1e6, row * 1e6) for size, (idle, row) in zip(sizes, rows, strict=True)]


def growth(figures: Sequence[Figures]) -> tuple[float, float, float | None]:
    """Return how many times as much a look, a claim and its processor time cost at the last size as at the first."""
    first, last = figures[0], figures[-1]
    busy = last.busy / first.busy if last.busy and first.busy else None
    return last.idle / first.idle, last.claimed / first.claimed, busy


def print_figures(name: str, figures: Sequence[Figures]) -> None:
    """Print one contender, a line for each size."""
    for each in figures:
        print(
            f"{name:<27}{each.pending:>11,}{each.idle / 1e3:>9.2f}{each.claimed:>12.1f}{1e6 / each.claimed:>10,.0f}"
            f"{_say(each.busy, 1):>14}{each.settled:>12.1f}"
        )
    idle, claimed, busy = growth(figures)
    print(f"{'':<27}{'growth':>11}{idle:>9.2f}{claimed:>12.2f}{'':>10}{_say(busy, 2):>14}\n", flush=True)


def _say(figure: float | None, places: int) -> str:
    return "" if figure is None else f"{figure:.{places}f}"


def _describe_server() -> str:
    """Say with which settings PostgreSQL is measured."""
    address = running_server().set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(address) as server:
        settings = [server.execute("SELECT current_setting(%s)", (name,)).fetchone() for name in _TELLING]
    said = ", ".join(f"{name} {setting[0]}" for name, setting in zip(_TELLING, settings, strict=True) if setting)
    return f"PostgreSQL: {said}"


def _new_url(engine: str, folder: Path) -> str:
    name = f"bench_{uuid4().hex}"
    if engine == "sqlite":
        return f"sqlite:///{folder / name}.db"
    server = running_server()
    run_statement(server, "CREATE DATABASE {}", name)
    return server.set(database=name).render_as_string(hide_password=False)


def _install() -> Path:
    folder = Path(sys.prefix) / "bench-procrastinate"
    marker = folder / "installed.txt"
    if not marker.exists() or marker.read_text(encoding="ascii") != _PEER:
        command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-input", "--upgrade", "--target"]
        subprocess.run([*command, str(folder), _PEER], check=True)  # noqa: S603 - a pinned package, by the installer
        marker.write_text(_PEER, encoding="ascii")
    return folder


def main() -> None:
    """Measure everybody at every size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--long", action="store_true", help="up to ten million; takes tens of minutes")
    parser.add_argument("--rounds", type=int, default=3, help="measured rounds at each size (default 3)")
    arguments = parser.parse_args()
    sizes = LONG_SIZES if arguments.long else SIZES
    announce_folder()
    try:
        print(_describe_server())
        print(f"{'':<27}{'pending':>11}{'idle ms':>9}{'µs a claim':>12}{'claims/s':>10}", end="")
        print(f"{'µs processor':>14}{'µs settled':>12}")
        for engine in ("sqlite", "postgresql"):
            ours = asyncio.run(measure_ours(engine, sizes, 10_000, arguments.rounds))
            print_figures(f"Singgah, {engine}", ours)
            theirs = measure_apscheduler(engine, sizes[:2], 200, arguments.rounds)
            print_figures(f"APScheduler, {engine}", theirs)
        print_figures("procrastinate, postgresql", measure_procrastinate(sizes[:2], 100))
    finally:
        stop_server()
    print(f"Really handled, SQLite: {asyncio.run(measure_handling(1_000)):,.0f} reminders a second")


if __name__ == "__main__":
    main()
