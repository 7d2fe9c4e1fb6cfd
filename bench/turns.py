"""Whole turns against two peers: `python -m bench.turns`; every contender is a process of its own, rounds alternate."""

import argparse
import asyncio
import importlib
import json
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from statistics import median
from typing import IO

from bench.driving import Contender, Figures, Load, answer
from bench.intake import TYPED

ROOT = Path(__file__).parent.parent
#: Name -> where it is opened; imported only in the process that runs it, so that memory is its own.
CONTENDERS = {
    "Singgah, received to committed": "bench.turns_of_singgah:open_to_commit",
    "Singgah, received to sent": "bench.turns_of_singgah:open_to_sent",
    "python-telegram-bot, file once a round": "bench.turns_of_ptb:open_as_it_comes",
    "python-telegram-bot, file at each update": "bench.turns_of_ptb:open_flushing",
    "aiogram, memory": "bench.turns_of_aiogram:open_in_memory",
}
OURS = tuple(name for name in CONTENDERS if name.startswith("Singgah"))
PEERS = tuple(name for name in CONTENDERS if name not in OURS)

#: Figures of every round, by contender.
Rounds = Mapping[str, list[Figures]]


@dataclass(frozen=True, slots=True)
class Process:
    """A contender that measures a round whenever it is asked."""

    orders: IO[str]
    figures: IO[str]

    def measure(self, load: Load) -> Figures:
        """Have one round driven."""
        print(load.people, load.at_once, file=self.orders, flush=True)
        line = self.figures.readline()
        if not line:
            raise SystemExit("a contender ended early; what it said stands above")
        return Figures(**json.loads(line))


def compare(loads: Mapping[str, Load], rounds: int) -> dict[str, Rounds]:
    """Drive every load in alternating rounds, after one round that warms up."""
    with ExitStack() as stack:
        processes = {name: stack.enter_context(_process(name)) for name in CONTENDERS}
        for process in processes.values():
            process.measure(Load(2, 1))
        return {title: _alternate(processes, load, rounds) for title, load in loads.items()}


def print_comparison(title: str, measured: Rounds) -> None:
    """Print one load: medians, then what each peer does relative to us."""
    print(f"\n{title}")
    columns = f"{'updates/s':>10}{'CPU ms':>9}{'p50 ms':>9}{'p99 ms':>9}{'kept':>7}{'settling ms':>13}{'peak MiB':>10}"
    print(f"{'':<42}{columns}")
    for name, figures in measured.items():
        middle = _middle(figures)
        print(
            f"{name:<42}{middle(lambda one: one.rate):>10,.0f}{middle(lambda one: one.cpu):>9.2f}"
            f"{middle(lambda one: one.p50):>9.2f}{middle(lambda one: one.p99):>9.2f}"
            f"{middle(lambda one: one.kept):>7.0%}{middle(lambda one: one.settling):>13.1f}"
            f"{max(one.peak_mib for one in figures):>10.0f}"
        )
    print(f"\n{'ratio, median over the rounds':<74}{'updates/s':>10}{'CPU':>7}{'p99':>7}{'memory':>8}")
    for ours, peer in product(OURS, PEERS):
        rate, cpu, p99, memory = (ratio(measured[ours], measured[peer], figure) for figure in _COMPARED)
        print(f"{ours + ' / ' + peer:<74}{rate:>10.2f}{cpu:>7.2f}{p99:>7.2f}{memory:>8.2f}")


def ratio(ours: Sequence[Figures], theirs: Sequence[Figures], figure: Callable[[Figures], float]) -> float:
    """Return the median over the rounds of ours divided by theirs in the same round."""
    return median(figure(our) / max(figure(their), 1e-9) for our, their in zip(ours, theirs, strict=True))


_COMPARED: tuple[Callable[[Figures], float], ...] = (
    lambda one: one.rate,
    lambda one: one.cpu,
    lambda one: one.p99,
    lambda one: one.peak_mib,
)


def _alternate(processes: Mapping[str, Process], load: Load, rounds: int) -> Rounds:
    measured: dict[str, list[Figures]] = {name: [] for name in processes}
    for _ in range(rounds):
        for name, process in processes.items():
            measured[name].append(process.measure(load))
    return measured


def _middle(figures: list[Figures]) -> Callable[[Callable[[Figures], float]], float]:
    return lambda figure: median(map(figure, figures))


@contextmanager
def _process(name: str) -> Iterator[Process]:
    command = [sys.executable, "-m", "bench.turns", "--contender", name]
    with subprocess.Popen(  # noqa: S603 - ourselves
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT
    ) as child:
        if child.stdin is None or child.stdout is None:
            raise AssertionError("both were asked for")
        yield Process(child.stdin, child.stdout)
        child.stdin.close()


async def _run(name: str) -> None:
    module, _, function = CONTENDERS[name].partition(":")
    opening: Callable[[], AbstractAsyncContextManager[Contender]] = getattr(importlib.import_module(module), function)
    async with opening() as contender:
        await answer(contender)


def main() -> None:
    """Compare, or be one contender."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--contender", choices=CONTENDERS, help=argparse.SUPPRESS)
    parser.add_argument("--people", type=int, default=100, help="active at the same time (default 100)")
    parser.add_argument("--rounds", type=int, default=5, help="measured rounds of each load (default 5)")
    arguments = parser.parse_args()
    if arguments.contender:
        asyncio.run(_run(arguments.contender))
        return
    crowd = Load(arguments.people, arguments.people)
    loads = {
        f"{crowd.people} people at once, {len(TYPED)} updates each": crowd,
        f"One person alone, {len(TYPED)} updates": Load(min(10, arguments.people), 1),
    }
    for title, measured in compare(loads, arguments.rounds).items():
        print_comparison(title, measured)


if __name__ == "__main__":
    main()
