"""Deciding alone: `python -m bench.advance` times `advance()` on the real intake and on a flow of thirty questions."""

import argparse
from collections.abc import Callable, Sequence
from statistics import median, quantiles
from time import perf_counter

from bench.intake import TYPED
from bot.config import parse
from bot.content import read_content
from bot.dialogue.effects import LookUp
from bot.dialogue.engine import advance, begin
from bot.dialogue.events import Event, Found, Opened, Typed
from bot.dialogue.script import Script
from bot.dialogue.state import State
from handlers.house.opening import read_house
from storage.shipped.library import read_library

#: Most that one event may take at the median, in microseconds (issue 2).
LIMIT_US = 100
QUESTIONS = 30

_SETTLED = {"area": "74.71.09", "unit": "bnnk-kendari"}


def time_intake(walks: int) -> list[list[float]]:
    """Time every event of the real intake, in microseconds, walk by walk; look-ups are answered beforehand."""
    script = read_house(parse("", "config.toml")).content.script
    events: list[Event] = [Opened(), *map(Typed, TYPED[1:])]
    return _time(lambda: _walk(script, begin(script), events), walks)


def time_long_flow(walks: int) -> list[list[float]]:
    """Time every event of a generated flow in which every third question depends on the one before, walk by walk."""
    script = _long_script()
    events: list[Event] = [Opened(), Typed("1"), *(Typed("jawaban b") for _ in range(QUESTIONS))]
    return _time(lambda: _walk(script, begin(script), events), walks)


def find_median(walks: Sequence[Sequence[float]]) -> float:
    """Return the median event of the calmest fifth of the walks: other programs on the machine only ever add."""
    calmest = sorted(walks, key=median)[: max(1, len(walks) // 5)]
    return median(spent for walk in calmest for spent in walk)


def _time(walk: Callable[[], list[float]], walks: int) -> list[list[float]]:
    walk()
    return [walk() for _ in range(walks)]


def _walk(script: Script, state: State, events: Sequence[Event]) -> list[float]:
    spent: list[float] = []
    waiting = list(reversed(events))
    while waiting:
        event = waiting.pop()
        start = perf_counter()
        state, effects = advance(script, state, event)
        spent.append((perf_counter() - start) * 1e6)
        waiting += [_answer(effect) for effect in effects if isinstance(effect, LookUp)]
    return spent


def _answer(asked: LookUp) -> Found:
    return Found(asked.key, settled=_SETTLED[asked.key]) if asked.text else Found(asked.key, text="?")


def _long_script() -> Script:
    choices = "\n".join(f'choices.answer_{letter} = "Jawaban {letter}"' for letter in "abcdef")
    steps = "\n".join(
        f'[[step]]\nchoose = "question_{place}"\ntext = "Soal {place}?"\nshort = "Baris {place}"\noptional = true\n'
        f"{choices}\n{_depends(place)}"
        for place in range(QUESTIONS)
    )
    flow = f'completes = true\nthen = "waiting"\n{steps}\n[[step]]\nreview = "card"\ntext = "Kartu."\n'
    indonesian = {name: text for name, text in read_library().items() if name != "texts/en.toml"}
    return read_content({**indonesian, "flows/intake.toml": flow}, "id", lambda _source, answer: answer).script


def _depends(place: int) -> str:
    return f"when = {{ question_{place - 1} = {{ in = ['answer_a', 'answer_b'] }} }}\n" if place % 3 == 2 else ""


def _print_row(title: str, walks: Sequence[Sequence[float]]) -> None:
    spent = sorted(spent for walk in walks for spent in walk)
    middle = find_median(walks)
    verdict = "within" if middle <= LIMIT_US else "OVER"
    rest = f"{median(spent):>13.0f}{quantiles(spent, n=100)[98]:>10.0f}"
    print(f"{title:<28}{len(spent):>8}{middle:>10.0f}{rest}   {verdict} {LIMIT_US} microseconds")


def main() -> None:
    """Print both flows."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--walks", type=int, default=200, help="times each flow is walked (default 200)")
    walks = parser.parse_args().walks
    print(f"{'':<28}{'events':>8}{'calmest':>10}{'all: median':>13}{'p99':>10}")
    _print_row("the real intake", time_intake(walks))
    _print_row(f"a flow of {QUESTIONS} questions", time_long_flow(walks))


if __name__ == "__main__":
    main()
