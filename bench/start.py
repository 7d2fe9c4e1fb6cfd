"""The real process: `python -m bench.start` starts `singgah run`, times its first reply and lets people come."""

import argparse
import asyncio
import os
import re
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from bench.driving import Driver, Load, cpu_seconds, peak_memory, resident_memory
from bench.intake import deliveries
from bench.service import ROOT, free_port, hide_tools, run_service, wait_until_listening, write_settings
from bench.stage import Answered, judge
from bench.telegram_side import BotApi, serve

#: Aims of issue 5: seconds to the first reply from the second start on, and memory after a thousand people.
LIMIT_SECONDS, LIMIT_MIB = 1.0, 120

#: Who writes first; nobody of the driver has this number.
_FIRST_TO_WRITE = 999
_AT_ONCE = 50


@dataclass(frozen=True, slots=True)
class Start:
    """One start of the service, over Telegram.  Memory in MiB: after the first reply, after the people, at most."""

    seconds: float
    cpu_seconds: float
    at_rest: float
    after_people: float
    peak: float


async def measure_starts(folder: Path, starts: int, people: int) -> list[Start]:
    """Start the service again and again over the same data; in the last start so many people take the intake."""
    port, api = free_port(), BotApi()
    async with serve(api) as api_port:
        settings = write_settings(folder, port, api_port)
        coming = [0] * (starts - 1) + [people]
        return [await _measure(settings, port, api, number, some) for number, some in enumerate(coming)]


def list_slowest_imports(most: int) -> list[tuple[float, str]]:
    """List what takes longest to import for `singgah run`: milliseconds without what it imports itself."""
    command = [sys.executable, "-P", "-X", "importtime", "-c", "import commands.run, commands.telegram"]
    with tempfile.TemporaryDirectory() as folder:
        search = {"PYTHONPATH": os.pathsep.join((str(ROOT), hide_tools(Path(folder))))}
        report = subprocess.run(  # noqa: S603 - ourselves
            command, cwd=ROOT, env=search, capture_output=True, text=True, check=True
        ).stderr
    rows = re.findall(r"import time: +(\d+) \| +\d+ \| +(\S+)", report)
    own: dict[str, float] = {}
    for spent, module in rows:
        package = module.partition(".")[0]
        own[package] = own.get(package, 0.0) + int(spent) / 1000
    return sorted(((spent, package) for package, spent in own.items()), reverse=True)[:most]


async def _measure(settings: Path, port: int, api: BotApi, number: int, people: int) -> Start:
    began = time.perf_counter()
    with run_service(settings, port) as running:
        await asyncio.to_thread(wait_until_listening, running)
        answered = Answered(api, running)
        await answered.take(next(iter(deliveries(_FIRST_TO_WRITE - number))))
        seconds, cpu = time.perf_counter() - began, cpu_seconds(running.pid)
        at_rest = resident_memory(running.pid)
        if people:
            await Driver(answered, running.pid).drive(Load(people, min(people, _AT_ONCE)))
        after_people, peak = resident_memory(running.pid), peak_memory(running.pid)
        answered.close()
        return Start(seconds, cpu, at_rest, after_people, peak)


def main() -> None:
    """Print every start, the medians from the second on, and where the time of importing goes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--starts", type=int, default=5, help="starts over the same data (default 5)")
    parser.add_argument("--people", type=int, default=1_000, help="who take the intake in the last (default 1,000)")
    arguments = parser.parse_args()
    print(f"{'':<10}{'first reply s':>14}{'CPU s':>8}{'MiB at rest':>13}{'MiB after people':>18}{'peak MiB':>10}")
    with tempfile.TemporaryDirectory() as folder:
        measured = asyncio.run(measure_starts(Path(folder), max(2, arguments.starts), arguments.people))
    for number, start in enumerate(measured, start=1):
        figures = f"{start.at_rest:>13.0f}{start.after_people:>18.0f}{start.peak:>10.0f}"
        print(f"start {number:<4}{start.seconds:>14.2f}{start.cpu_seconds:>8.2f}{figures}")
    seconds, memory = median(start.seconds for start in measured[1:]), measured[-1].after_people
    print(f"\nfirst reply from the second start on: {seconds:.2f} s ({judge(reached=seconds < LIMIT_SECONDS)} ", end="")
    print(f"{LIMIT_SECONDS:g}), {median(start.cpu_seconds for start in measured[1:]):.2f} s of them computed")
    print(f"resident after {arguments.people} people: {memory:.0f} MiB ", end="")
    print(f"({judge(reached=memory < LIMIT_MIB)} {LIMIT_MIB})")
    print("\nimports of `singgah run` with Telegram, milliseconds by package (measuring them slows them):")
    print(", ".join(f"{package} {spent:.0f}" for spent, package in list_slowest_imports(16)))


if __name__ == "__main__":
    main()
