"""Webhook in, HTTP out: `python -m bench.end_to_end` drives the installed service and two peers through one Bot API."""

import argparse
import asyncio
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from bench.driving import Figures, Load
from bench.stage import AIOGRAM, OURS, PTB, judge, middle, open_stage, print_speed
from bench.syncs import SyncCounter
from bench.turns import ratio

#: Aims of issue 5: updates a second relative to each peer.
AIMS = {PTB: 2.0, AIOGRAM: 1.5}
#: At a Bot API that takes this long: most p99 and least share of people / latency.
LATENCY_S, MOST_P99, LEAST_SHARE = 0.05, 1.2, 0.95
#: What a sync is made to cost, and most syncs a step with so many in flight.
SYNC_US = 1_000
MOST_SYNCS = {64: 0.1, 1: 2.0}


def print_ratios(measured: Mapping[str, Sequence[Figures]]) -> None:
    """Print ours relative to each peer, beside its aim."""
    for peer, aim in AIMS.items():
        found = ratio(measured[OURS], measured[peer], lambda one: one.rate)
        spent = ratio(measured[OURS], measured[peer], lambda one: one.cpu)
        print(f"  ours / {peer}: {found:.2f} x updates/s ({judge(reached=found >= aim)} {aim:g}), {spent:.2f} x CPU")


def print_waiting(load: Load, rounds: Sequence[Figures]) -> None:
    """Print how close we come to the best there can be where the Bot API is what takes long."""
    p99 = middle(rounds, lambda one: one.p99) / 1e3 / LATENCY_S
    share = middle(rounds, lambda one: one.rate) * LATENCY_S / load.at_once
    print(f"  ours: p99 {p99:.2f} x latency ({judge(reached=p99 <= MOST_P99)} {MOST_P99:g})", end=", ")
    print(f"{share:.2f} of people / latency ({judge(reached=share >= LEAST_SHARE)} {LEAST_SHARE:g})")


async def count_syncs(people: int, at_once: int) -> float:
    """Return the syncs of a step with so many people at once, when every sync costs a millisecond more."""
    with tempfile.TemporaryDirectory() as folder:
        counter = SyncCounter(Path(folder), SYNC_US)
        async with open_stage([OURS], surroundings=counter.surroundings) as stage:
            before = counter.read()
            figures = await stage.drivers[OURS].drive(Load(people, at_once))
            return (counter.read() - before) / figures.updates


async def _compare(people: int, rounds: int) -> None:
    async with open_stage([OURS, PTB, AIOGRAM]) as stage:
        for title, load in {
            f"{people} people at once": Load(people, people),
            "One person alone": Load(max(1, people // 20), 1),
        }.items():
            measured = await stage.measure(load, rounds)
            print_speed(title, measured)
            print_ratios(measured)
        stage.api.delay_s = LATENCY_S
        for at_once in sorted({max(1, people // 20), max(1, people // 5), people}):
            load = Load(at_once, at_once)
            measured = await stage.measure(load, 1)
            print_speed(f"{at_once} people at once, a Bot API that takes {LATENCY_S * 1e3:.0f} ms", measured)
            print_waiting(load, measured[OURS])


async def _print_syncs() -> None:
    print(f"\nEvery sync costs {SYNC_US / 1e3:g} ms more")
    for at_once, most in MOST_SYNCS.items():
        syncs = await count_syncs(max(10, at_once), at_once)
        print(f"  {at_once:>3} in flight: {syncs:.2f} syncs a step ({judge(reached=syncs <= most)} {most:g})")


def main() -> None:
    """Print everything."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=100, help="active at the same time (default 100)")
    parser.add_argument("--rounds", type=int, default=3, help="measured rounds of each load (default 3)")
    parser.add_argument("--only-syncs", action="store_true", help="count syncs alone")
    arguments = parser.parse_args()
    if not arguments.only_syncs:
        asyncio.run(_compare(arguments.people, arguments.rounds))
    asyncio.run(_print_syncs())


if __name__ == "__main__":
    main()
