"""Reminders at growing sizes against two peers: `python -m bench.reminders` (`--long`: up to ten million)."""

import argparse
import asyncio
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from uuid import uuid4

from bench.handling import measure_handling
from bench.reminders_of_apscheduler import open_job_store
from bench.reminders_of_singgah import open_pending
from tests.surroundings.postgres import announce_folder, run_statement, running_server, stop_server

#: From the first size to the last, a look and a claimed row may cost so many times as much.
LIMIT = 1.5
#: Claims in a second, at every size.
FASTEST = 20_000
SIZES, LONG_SIZES = (100_000, 1_000_000), (100_000, 1_000_000, 10_000_000)

_PEER = "procrastinate==3.10.0"
_LOOKS = 30


@dataclass(frozen=True, slots=True)
class Figures:
    """One contender at one size, medians.  In microseconds: a look when nothing is due; a row claimed, and settled."""

    pending: int
    idle: float
    claimed: float
    settled: float


async def measure_ours(engine: str, sizes: Sequence[int], due: int, rounds: int) -> list[Figures]:
    """Measure our store, on SQLite in a new file or on PostgreSQL in a new database."""
    folder = Path(tempfile.mkdtemp())
    urls = (_new_url(engine, folder), _new_url(engine, folder))
    found, filled = list[Figures](), 0
    async with open_pending(*urls, folder) as pending:
        for size in sizes:
            pending.fill(size - filled)
            filled = size
            looks = [await pending.idle() for _ in range(_LOOKS)]
            rows = []
            for _ in range(rounds):
                pending.make_due(due)
                rows.append(await pending.take())
            claimed, settled = (median(row[part] for row in rows) for part in (0, 1))
            found.append(Figures(size, median(looks) * 1e6, claimed * 1e6, settled * 1e6))
    shutil.rmtree(folder)
    return found


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


def growth(figures: Sequence[Figures]) -> tuple[float, float]:
    """Return how many times a look and a claimed row cost at the last size what they cost at the first."""
    first, last = figures[0], figures[-1]
    return last.idle / first.idle, last.claimed / first.claimed


def print_figures(name: str, figures: Sequence[Figures]) -> None:
    """Print one contender, a line for each size."""
    for each in figures:
        print(
            f"{name:<34}{each.pending:>12,}{each.idle / 1e3:>11.2f}{each.claimed:>14.1f}{1e6 / each.claimed:>12,.0f}"
            f"{each.settled:>14.1f}"
        )
    idle, claimed = growth(figures)
    print(f"{'':<34}{'growth':>12}{idle:>11.2f}{claimed:>14.2f}\n")


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
        print(f"{'':<34}{'pending':>12}{'idle ms':>11}{'µs a claim':>14}{'claims/s':>12}{'µs settled':>14}")
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
