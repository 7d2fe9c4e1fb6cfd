"""Measure how danger is heard: recall, precision and false alarms on the phrase sets, time, memory and start."""

import sys
import time
import tracemalloc
from collections import Counter
from random import Random
from statistics import quantiles

from bench.phrases import Phrase, read_phrases
from bench.questions import SETS as QUESTION_SETS
from bench.questions import read_questions
from bot.care.danger.reading import read_rules
from bot.care.safety import IMMEDIATE, Alarm, Doubt, Rules, Verdict, screen
from storage.shipped.library import read_library

_SETS = ("tuning", "test")
_MUTATIONS = "abcdefghijklmnopqrstuvwxyz0123456789*.!? -_💊😂\u200b"


def main() -> None:
    """Print everything; `python -m bench.language fuzz` instead screens 100,000 mutated phrases."""
    rules = _measure_start()
    if "fuzz" in sys.argv:
        _fuzz(rules, 100_000)
        return
    for which in _SETS:
        _measure(which, list(read_phrases(which)), rules)
    _measure_questions(rules)


def _measure_start() -> Rules:
    files = read_library()
    tracemalloc.start()
    started = time.perf_counter()
    rules = read_rules(files)
    seconds, memory = time.perf_counter() - started, tracemalloc.get_traced_memory()[0] / 2**20
    tracemalloc.stop()
    print(f"start {seconds:.2f} s (while memory is traced), {memory:.1f} MiB")
    return rules


def _measure(which: str, phrases: list[Phrase], rules: Rules) -> None:
    seconds: list[float] = []
    verdicts: list[tuple[Phrase, Verdict]] = []
    for phrase in phrases:
        started = time.process_time()
        verdicts.append((phrase, screen(phrase.text, rules)))
        seconds.append(time.process_time() - started)
    print(f"\n{which}: {len(phrases)} phrases, {_milliseconds(seconds)}")
    for label in rules.order:
        _print_recall(label, [pair for pair in verdicts if pair[0].label == label])
    _print_recall("all", [pair for pair in verdicts if pair[0].label is not None])
    urgent = [pair for pair in verdicts if pair[0].kind == IMMEDIATE]
    _print_recall("immediate", urgent)
    rated = sum(isinstance(verdict, Alarm) and verdict.severity == IMMEDIATE for _, verdict in urgent)
    print(f"  immediate rated immediate {rated / len(urgent):.3f}")
    _print_false(verdicts)


def _measure_questions(rules: Rules) -> None:
    """Print how many questions raise an alarm; a few of them do speak of danger."""
    texts = [text for which in QUESTION_SETS for text, _ in read_questions(which)]
    fired, asked = _count([(Phrase(text, None, "ordinary"), screen(text, rules)) for text in texts])
    print(f"\nquestions never trained on: {len(texts)}, false alarms {fired:.3f}  asked {asked:.3f}")


def _print_recall(name: str, verdicts: list[tuple[Phrase, Verdict]]) -> None:
    fired, asked = _count(verdicts)
    print(f"  {name:<22} {len(verdicts):>4}  fired {fired:.3f}  fired or asked {fired + asked:.3f}")


def _print_false(verdicts: list[tuple[Phrase, Verdict]]) -> None:
    for kind in ("hard", "ordinary"):
        fired, asked = _count([pair for pair in verdicts if pair[0].kind == kind])
        print(f"  not dangerous, {kind:<9} false alarms {fired:.3f}  asked {asked:.3f}")
    recall, _ = _count([pair for pair in verdicts if pair[0].label is not None])
    false, _ = _count([pair for pair in verdicts if pair[0].kind == "hard"])
    print(f"  precision where half is dangerous and half is hard: {recall / (recall + false):.3f}")


def _count(verdicts: list[tuple[Phrase, Verdict]]) -> tuple[float, float]:
    """Return the shares that fired and that asked."""
    kinds = Counter(type(verdict) for _, verdict in verdicts)
    return kinds[Alarm] / len(verdicts), kinds[Doubt] / len(verdicts)


def _milliseconds(seconds: list[float]) -> str:
    cuts = quantiles(seconds, n=100)
    return f"median {cuts[49] * 1000:.2f} ms, p99 {cuts[98] * 1000:.2f} ms"


def _fuzz(rules: Rules, rounds: int) -> None:
    chance, slowest = Random(4), 0.0
    phrases = [phrase.text for which in (*_SETS, "train") for phrase in read_phrases(which)]
    for _ in range(rounds):
        text = mutate(chance.choice(phrases), chance)
        started = time.process_time()
        screen(text, rules)
        slowest = max(slowest, time.process_time() - started)
    print(f"{rounds:,} mutated phrases, none raised; the slowest took {slowest * 1000:.1f} ms")


def mutate(text: str, chance: Random) -> str:
    """Swap, double, drop and insert letters, and sometimes repeat the whole."""
    letters = list(text)
    for _ in range(chance.randint(1, 6)):
        at = chance.randrange(len(letters) + 1)
        letters[at : at + chance.randint(0, 2)] = chance.choices(_MUTATIONS, k=chance.randint(0, 3))
    return "".join(letters) * (chance.choice((1, 1, 1, 2, 40)))


if __name__ == "__main__":
    main()
