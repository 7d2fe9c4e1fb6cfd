"""The way in minutes against the straight line: `python -m bench.nearest` ranks units both ways and loads places.

All times are processor time of this program: what others do on the machine meanwhile does not count.
"""

import argparse
import json
import random
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median, quantiles
from time import process_time
from typing import TypeVar

import numpy as np

from bench.driving import resident_memory
from bot.care.geography.gazetteer import AreaCode, Gazetteer
from bot.care.geography.places import understand_text
from bot.care.geography.travel import Travel
from bot.care.units.matching import rank
from bot.care.units.unit import Unit, UnitId, UnitKind
from bot.care.units.unitmap import UnitMap
from storage.shipped.areas import load_gazetteer, load_travel, load_units
from tests.bot.care.geography import place_cases as cases

#: Limits of issue 3: times the straight line at 2,000 units; milliseconds; MiB and seconds of loading.
LIMIT_RATIO, LIMIT_RANK_MS, LIMIT_TYPED_MS = 3.0, 1.0, 15.0
LIMIT_MIB, LIMIT_SECONDS = 60.0, 0.5
JUDGED_SIZE = 2_000
SIZES = (200, JUDGED_SIZE, 100_000)
ROOT = Path(__file__).parent.parent

_Given = TypeVar("_Given")

_OFFERED = 3
_EARTH_RADIUS_KM = 6371.0
_KINDS: tuple[UnitKind, ...] = ("bnnk", "puskesmas", "ibm")


@dataclass(frozen=True, slots=True)
class Compared:
    """One size of directory.  Times in milliseconds; `ratio`: median over the rounds of ours to the straight line."""

    units: int
    ratio: float
    straight: float
    ours: float
    p99: float
    lay_out: float


class StraightLine:
    """What would do if nobody had to cross the sea: haversine over columns, then the smallest three."""

    def __init__(self, units: Sequence[Unit]) -> None:
        self._lat = np.radians([unit.point.lat for unit in units])
        self._lon = np.radians([unit.point.lon for unit in units])
        self._cos = np.cos(self._lat)

    def find(self, gazetteer: Gazetteer, home: AreaCode) -> list[tuple[int, float]]:
        """Find the nearest units by their numbers, with kilometres."""
        point = gazetteer.point(home)
        if point is None:
            return []
        lat, lon = np.radians(point.lat), np.radians(point.lon)
        chord = np.sin((self._lat - lat) / 2) ** 2 + np.cos(lat) * self._cos * np.sin((self._lon - lon) / 2) ** 2
        nearest = np.argpartition(chord, _OFFERED)[:_OFFERED]
        kilometres = 2 * _EARTH_RADIUS_KM * np.arcsin(np.sqrt(chord[nearest]))
        return sorted(zip(nearest.tolist(), kilometres.tolist(), strict=True), key=lambda found: found[1])


def compare(gazetteer: Gazetteer, travel: Travel, size: int, rounds: int, homes_a_round: int) -> Compared:
    """Let both find the nearest units for the same homes, round about."""
    chance = random.Random(size)
    villages = list_villages(gazetteer)
    units = invent_units(gazetteer, villages, size, chance)
    began = process_time()
    laid_out = UnitMap(units)
    lay_out = 1_000 * (process_time() - began)
    straight = StraightLine(units)
    spent: tuple[list[float], list[float]] = ([], [])
    ratios: list[float] = []
    for _ in range(rounds):
        homes = chance.sample(villages, homes_a_round)
        by_line = [_time(lambda home: straight.find(gazetteer, home), home) for home in homes]
        by_way = [_time(lambda home: rank(laid_out, gazetteer, travel, home, _OFFERED), home) for home in homes]
        ratios.append(median(by_way) / median(by_line))
        spent[0].extend(by_line)
        spent[1].extend(by_way)
    return Compared(size, median(ratios), median(spent[0]), median(spent[1]), find_p99(spent[1]), lay_out)


def invent_units(gazetteer: Gazetteer, villages: Sequence[AreaCode], size: int, chance: random.Random) -> list[Unit]:
    """Invent units where people live, a third of them staffed by neighbours, each charged with its regency."""
    pattern = load_units(gazetteer)[0]
    return [
        replace(
            pattern,
            id=UnitId(f"invented-{number}"),
            kind=_KINDS[number % len(_KINDS)],
            area=village,
            province=AreaCode(village[:2]),
            point=point,
            serves=(AreaCode(village[:5]),),
            roads_from=(),
        )
        for number, village in enumerate(chance.choices(villages, k=size))
        if (point := gazetteer.point(village)) is not None
    ]


def list_villages(gazetteer: Gazetteer) -> list[AreaCode]:
    """List all desa and kelurahan: the homes are as spread as the people are."""
    areas = gazetteer.children(None)
    for _ in range(3):
        areas = tuple(child for area in areas for child in gazetteer.children(area.code))
    return [area.code for area in areas]


def time_typed(gazetteer: Gazetteer, times: int) -> list[float]:
    """Time the understanding of typed places and of sentences that are none, in milliseconds."""
    texts = [text for text, _ in (*cases.TYPED, *cases.TYPED_HELD_OUT)] + [*cases.AMBIGUOUS, *cases.NO_PLACES]
    understand_text(gazetteer, "kendri")
    return [_time(lambda text: understand_text(gazetteer, text), text) for text in texts * times]


def measure_loading() -> tuple[float, float]:
    """Load everything about places in a process of its own; return MiB and seconds."""
    command = [sys.executable, "-P", "-m", "bench.nearest", "--load-only"]
    done = subprocess.run(command, cwd=ROOT, env={"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=True)  # noqa: S603 - ourselves
    mib, seconds = json.loads(done.stdout)
    return mib, seconds


def find_p99(spent: Sequence[float]) -> float:
    """Return what one in a hundred exceeds."""
    return quantiles(spent, n=100)[98]


def _load_here() -> tuple[float, float]:
    before, began = resident_memory("self"), process_time()
    gazetteer = load_gazetteer()
    travel, units = load_travel(gazetteer), UnitMap(load_units(gazetteer))
    seconds, grown = process_time() - began, resident_memory("self") - before
    # Ranking once proves that all of it is still held when memory is read.
    if not rank(units, gazetteer, travel, AreaCode("74.71.01")):
        raise AssertionError("nobody is near Mandonga; is the directory empty?")
    return grown, seconds


def _time(call: Callable[[_Given], object], given: _Given) -> float:
    began = process_time()
    call(given)
    return 1_000 * (process_time() - began)


def _judge(figure: float, limit: float, unit: str) -> str:
    return f"{'within' if figure <= limit else 'OVER'} {limit:g} {unit}".rstrip()


def _print_sizes(gazetteer: Gazetteer, rounds: int) -> None:
    travel = load_travel(gazetteer)
    print(f"{'units':>8}{'straight ms':>13}{'way ms':>9}{'ratio':>8}{'p99 ms':>9}{'laying out ms':>15}")
    for size in SIZES:
        found = compare(gazetteer, travel, size, rounds, homes_a_round=200)
        times = f"{found.straight:>13.3f}{found.ours:>9.3f}{found.ratio:>8.2f}{found.p99:>9.3f}{found.lay_out:>15.1f}"
        judged = f"{_judge(found.ratio, LIMIT_RATIO, 'times')}, p99 {_judge(found.p99, LIMIT_RANK_MS, 'ms')}"
        print(f"{size:>8}{times}   {judged if size == JUDGED_SIZE else ''}".rstrip())


def main() -> None:
    """Print the ranking at three sizes, typed places and loading."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=9, help="rounds of 200 homes for each size (default 9)")
    parser.add_argument("--load-only", action="store_true", help="load places, print MiB and seconds as JSON")
    asked = parser.parse_args()
    if asked.load_only:
        print(json.dumps(_load_here()))
        return
    gazetteer = load_gazetteer()
    _print_sizes(gazetteer, asked.rounds)
    typed = time_typed(gazetteer, times=10)
    p99 = find_p99(typed)
    print(f"typed place: median {median(typed):.2f} ms, p99 {p99:.2f} ms   {_judge(p99, LIMIT_TYPED_MS, 'ms')}")
    loads = [measure_loading() for _ in range(5)]
    mib, seconds = median(load[0] for load in loads), median(load[1] for load in loads)
    judged = f"{_judge(mib, LIMIT_MIB, 'MiB')}, {_judge(seconds, LIMIT_SECONDS, 's')}"
    print(f"loading: {mib:.0f} MiB, {seconds:.2f} s   {judged}")


if __name__ == "__main__":
    main()
