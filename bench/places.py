"""How often places are understood and fitting units offered, and how fast: `python -m bench.places`."""

import time
from collections.abc import Callable, Sequence
from functools import partial

from bot.care.geography.gazetteer import AreaCode, Gazetteer
from bot.care.geography.places import Understood, understand_point, understand_text
from bot.care.units.matching import rank
from storage.shipped.areas import load_gazetteer, load_travel, load_units
from tests.bot.care.geography import more_place_cases as more
from tests.bot.care.geography import outside_cases as outside
from tests.bot.care.geography import place_cases as cases


def is_right(understood: Understood, code: str) -> bool:
    """Tell whether the place was settled rightly, or is among what is asked about."""
    if understood.settled is not None:
        return understood.settled.startswith(code) or code.startswith(understood.settled)
    answers = (*understood.candidates, *filter(None, [understood.within]))
    return any(answer.startswith(code) or code.startswith(answer) for answer in answers)


def guesses_silently(understood: Understood) -> bool:
    """Tell whether one meaning was chosen without asking."""
    return understood.settled is not None


def wrong_typed(gazetteer: Gazetteer, typed: Sequence[tuple[str, str]]) -> list[str]:
    """List the typed places that were not understood."""
    return [text for text, code in typed if not is_right(understand_text(gazetteer, text), code)]


def wrong_points(gazetteer: Gazetteer, points: Sequence[tuple[float, float, str]]) -> list[tuple[float, float, str]]:
    """List the pinned places that were given to another regency."""
    return [point for point in points if not is_right(understand_point(gazetteer, *point[:2]), point[2])]


def wrong_areas(areas: Sequence[tuple[str, str]]) -> list[str]:
    """List the areas whose first offer is no fitting unit."""
    gazetteer = load_gazetteer()
    travel = load_travel(gazetteer)
    answering = [unit for unit in load_units(gazetteer) if unit.takes_handoffs]
    offers = ((code, rank(answering, gazetteer, travel, AreaCode(code), limit=1), fitting) for code, fitting in areas)
    return [f"{code} {offer[0].unit.id}" for code, offer, fitting in offers if offer[0].unit.id not in fitting.split()]


def main() -> None:
    """Print the figures: all cases, and those that were never looked at while tuning."""
    started = time.perf_counter()
    gazetteer = load_gazetteer()
    print(f"gazetteer loaded in {time.perf_counter() - started:.2f} s")
    for name, typed in (
        ("tuned", [*cases.TYPED, *more.TYPED]),
        ("held out", [*cases.TYPED_HELD_OUT, *more.TYPED_HELD_OUT]),
        ("from outside", outside.TYPED),
    ):
        _share(f"typed places, {name}", typed, wrong_typed(gazetteer, typed))
    for name, points in (("tuned", cases.POINTS), ("held out", [*cases.POINTS_HELD_OUT, *more.POINTS])):
        _share(f"pinned places, {name}", points, wrong_points(gazetteer, points))
    for name, areas in (
        ("tuned", cases.AREAS),
        ("held out", [*cases.AREAS_HELD_OUT, *_one_by_one(more.AREAS), *outside.UNITS]),
    ):
        _share(f"fitting units, {name}", areas, wrong_areas(areas))
    ambiguous = [*cases.AMBIGUOUS, *more.AMBIGUOUS]
    guessed = [text for text in ambiguous if guesses_silently(understand_text(gazetteer, text))]
    _share("ambiguous names asked about", ambiguous, guessed)
    no_places = [*cases.NO_PLACES, *more.NO_PLACES]
    sentences = [text for text in no_places if understand_text(gazetteer, text) != Understood()]
    _share("sentences left alone", no_places, sentences)
    abroad = [*cases.ABROAD, *more.ABROAD]
    routed = [point for point in abroad if understand_point(gazetteer, *point).settled is not None]
    _share("points abroad or at sea not routed", abroad, routed)
    texts = [text for text, _ in (*cases.TYPED, *cases.TYPED_HELD_OUT)] + [*cases.AMBIGUOUS, *cases.NO_PLACES]
    _speed("typed place", [partial(understand_text, gazetteer, text) for text in texts * 20])
    _speed("pinned place", [partial(understand_point, gazetteer, lat, lon) for lat, lon, _ in cases.POINTS * 20])


def _one_by_one(areas: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(area, fitting) for together, fitting in areas for area in together.split()]


def _share(name: str, given: Sequence[object], wrong: Sequence[object]) -> None:
    right = 100 * (1 - len(wrong) / len(given))
    print(f"{name:<40} {right:5.1f} % of {len(given)}" + (f"   not: {wrong}" if wrong else ""))


def _speed(name: str, calls: Sequence[Callable[[], object]]) -> None:
    spent = []
    for call in calls:
        before = time.perf_counter()
        call()
        spent.append(1_000 * (time.perf_counter() - before))
    spent.sort()
    print(f"{name:<40} median {spent[len(spent) // 2]:.2f} ms, p99 {spent[int(len(spent) * 0.99)]:.2f} ms")


if __name__ == "__main__":
    main()
