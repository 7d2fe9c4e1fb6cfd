"""Whoever has all published tables and all rules cannot make a count below five exact."""

import random
import tomllib
from collections.abc import Iterator, Mapping
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.care.figures.disclosure import find_exact
from bot.care.figures.statistics import (
    COUNTRY,
    NOT_TOLD,
    Cell,
    Counts,
    Referral,
    Rules,
    Table,
    count,
    list_cells,
    list_places,
    read_rules,
    round_all,
)

CONTENT = Path(__file__).parents[4] / "content"
RULES = read_rules(tomllib.loads((CONTENT / "statistics.toml").read_text()))
PROVINCES = ("11", "31", "33", "71", "74", "94")
QUARTERS = 4
Bounds = dict[Cell, tuple[int, int]]


def _people(seed: int, size: int) -> list[Referral]:
    """Invent referrals: a few provinces have many, most categories are rare."""
    invented = random.Random(seed)

    def answer(table: Table) -> tuple[str, ...]:
        names = list(table.categories)
        weights = [3.0**-place for place in range(len(names))]
        if invented.random() < 0.1:
            return ()
        picked = tuple(
            dict.fromkeys(invented.choices(names, weights, k=invented.randint(1, 3 if table.several else 1)))
        )
        return tuple(name for name in picked if name not in table.alone) or picked[:1]

    return [
        Referral(
            invented.choices(PROVINCES, [30, 20, 10, 4, 2, 1])[0],
            {table.answer: answer(table) for table in RULES.tables},
        )
        for _ in range(size)
    ]


def _publish(rules: Rules, counts: Counts, seed: int) -> dict[Cell, int]:
    return round_all(rules, counts, lambda cell: random.Random(f"{seed}{cell}").random())


# -- an attack that knows rules and numbers, and nothing of the check above


def _first_bounds(rules: Rules, published: Mapping[Cell, int], places: list[str]) -> Bounds:
    bounds: Bounds = {}
    for place in places:
        shown = Cell("", place, "") in published
        for cell in list_cells(rules, place):
            most = 10**6 if shown else rules.smallest_group - 1
            if cell in published:
                bounds[cell] = (max(0, published[cell] - rules.base + 1), published[cell] + rules.base - 1)
            else:
                bounds[cell] = (0, most)
        total = Cell("", place, "")
        if shown:
            bounds[total] = (max(rules.smallest_group, bounds[total][0]), bounds[total][1])
    return bounds


def _sums(rules: Rules, places: list[str]) -> Iterator[tuple[Cell, list[Cell]]]:
    provinces = [place for place in places if place != COUNTRY]
    for cell in list_cells(rules, COUNTRY):
        yield cell, [Cell(cell.table, place, cell.category) for place in provinces]
    for table in rules.tables:
        if not table.several:
            for place in places:
                yield Cell("", place, ""), [Cell(table.id, place, name) for name in (*table.categories, NOT_TOLD)]


def _attack(rules: Rules, published: Mapping[Cell, int], places: list[str]) -> Bounds:
    """Narrow what every count may be, until nothing more follows."""
    bounds = _first_bounds(rules, published, places)
    moved = True
    while moved:
        before = dict(bounds)
        for whole, parts in _sums(rules, places):
            _narrow(bounds, whole, parts)
        for table in rules.tables:
            for place in places:
                _narrow_several(bounds, table, place)
        moved = bounds != before
    return bounds


def _narrow(bounds: Bounds, whole: Cell, parts: list[Cell]) -> None:
    low, high = sum(bounds[part][0] for part in parts), sum(bounds[part][1] for part in parts)
    bounds[whole] = (max(bounds[whole][0], low), min(bounds[whole][1], high))
    for part in parts:
        others_low, others_high = low - bounds[part][0], high - bounds[part][1]
        new = (
            max(bounds[part][0], bounds[whole][0] - others_high),
            min(bounds[part][1], bounds[whole][1] - others_low),
        )
        low, high = low - bounds[part][0] + new[0], high - bounds[part][1] + new[1]
        bounds[part] = new


def _narrow_several(bounds: Bounds, table: Table, place: str) -> None:
    if not table.several:
        return
    total = Cell("", place, "")
    for name in (*table.categories, NOT_TOLD):
        cell = Cell(table.id, place, name)
        bounds[cell] = (bounds[cell][0], min(bounds[cell][1], bounds[total][1]))
    names = [Cell(table.id, place, name) for name in (*table.categories, NOT_TOLD)]
    for cell in names:
        others = sum(bounds[other][1] for other in names if other != cell)
        bounds[cell] = (max(bounds[cell][0], bounds[total][0] - others), bounds[cell][1])


@settings(max_examples=30)
@given(seed=st.integers(0, 2**32), size=st.integers(0, 900))
def test_twelve_months_of_tables_make_no_small_count_exact(seed: int, size: int) -> None:
    places = [COUNTRY, *PROVINCES, "00"]
    for quarter in range(QUARTERS):
        counts = count(RULES, _people(seed + quarter, size), PROVINCES)
        published = _publish(RULES, counts, seed + quarter)
        if find_exact(RULES, counts, published):
            continue  # such a quarter is not published as it is
        found = _attack(RULES, published, places) if published else {}
        assert all(low <= counts.get(cell, 0) <= high for cell, (low, high) in found.items())
        exact = [cell for cell, (low, high) in found.items() if low == high and high < RULES.base]
        assert exact == []


def test_the_check_lets_ordinary_quarters_be_published() -> None:
    refused = 0
    for seed in range(40):
        counts = count(RULES, _people(seed, 100 + 20 * seed), PROVINCES)
        refused += bool(find_exact(RULES, counts, _publish(RULES, counts, seed)))

    assert refused == 0


# -- worlds so small that everything can be tried

TINY = read_rules(
    {
        "base": 5,
        "smallest_group": 10,
        "table": [{"id": "t", "title": "T", "answer": "t", "categories": {"a": "A", "b": "B"}}],
    }
)
TINY_CELLS = [Cell("t", place, name) for place in ("11", "31") for name in ("a", "b", NOT_TOLD)]


def _tiny(numbers: tuple[int, ...]) -> dict[Cell, int]:
    """Build every count of a small world from its six innermost ones."""
    counts: dict[Cell, int] = {}
    for cell, number in zip(TINY_CELLS, numbers, strict=True):
        for place in (cell.place, COUNTRY):
            for summed in (Cell("t", place, cell.category), Cell("", place, "")):
                counts[summed] = counts.get(summed, 0) + number
    return counts


def _looks_like(counts: Counts, published: Mapping[Cell, int]) -> bool:
    for place in (COUNTRY, "11", "31"):
        shown = counts[Cell("", place, "")] >= TINY.smallest_group
        if shown != (Cell("", place, "") in published):
            return False
        if shown and any(abs(counts[cell] - published[cell]) >= TINY.base for cell in list_cells(TINY, place)):
            return False
    return True


@settings(max_examples=12)
@given(numbers=st.tuples(*[st.integers(0, 6)] * 6), seed=st.integers(0, 2**16))
def test_in_a_tiny_world_where_all_can_be_tried_no_small_count_is_the_only_one(
    numbers: tuple[int, ...], seed: int
) -> None:
    counts = _tiny(numbers)
    published = _publish(TINY, counts, seed)
    if not published or find_exact(TINY, counts, published):
        return

    possible: dict[Cell, set[int]] = {cell: set() for cell in counts}
    for tried in product(*[range(max(0, number - 2), number + 3) for number in numbers]):
        other = _tiny(tried)
        if _looks_like(other, published):
            for cell, number in other.items():
                possible[cell].add(number)

    assert [cell for cell, seen in possible.items() if counts[cell] < TINY.base and len(seen) == 1] == []


# -- what must be refused

EIGHT = read_rules(
    {
        "base": 5,
        "smallest_group": 30,
        "table": [{"id": "t", "title": "T", "answer": "t", "categories": {f"c{number}": "C" for number in range(8)}}],
    }
)


#: Four in each of eight categories, and four in none of them.
NINE_FOURS = [Referral("74", {"t": (f"c{number}",)}) for number in range(9) for _ in range(4)]


def _pretend(total: int) -> dict[Cell, int]:
    """Publish every count of a table as nought and how many there are as `total`."""
    cells = [cell for place in (COUNTRY, "74") for cell in list_cells(EIGHT, place)]
    return {cell: 0 if cell.table else total for cell in cells}


def test_numbers_that_leave_only_one_world_are_refused() -> None:
    people = [Referral("74", {"t": (f"c{number}",)}) for number in range(8) for _ in range(4)] + [
        Referral("74", {})
    ] * 4
    counts = count(EIGHT, people)
    # Nine fours rounded down and their sum of thirty-six rounded up: the sum can be reached in one way only.
    published = _pretend(40)

    found = find_exact(EIGHT, counts, published)
    attacked = _attack(EIGHT, published, [COUNTRY, "74"])

    assert set(found) == {cell for cell in published if cell.table}
    assert all(attacked[cell] == (4, 4) for cell in found)


def test_one_number_less_tight_is_no_longer_refused() -> None:
    people = [Referral("74", {"t": (f"c{number}",)}) for number in range(8) for _ in range(4)] + [
        Referral("74", {})
    ] * 4
    counts = count(EIGHT, people)
    published = _pretend(35)

    assert find_exact(EIGHT, counts, published) == []


def test_exact_totals_would_be_caught() -> None:
    """Were totals published as they are, a province left out would follow by subtraction."""
    counts = count(EIGHT, [Referral("74", {"t": ("c0",)})] * 60 + [Referral("94", {"t": ("c1",)})] * 3)
    tight = Rules(1, 30, EIGHT.tables)
    published = round_all(tight, counts, lambda _cell: 0.0)
    wary = Rules(5, 30, EIGHT.tables)

    assert _attack(tight, published, [COUNTRY, "74", "94"])[Cell("", "94", "")] == (3, 3)
    assert find_exact(wary, counts, _publish(wary, counts, 1)) == []


def test_a_province_without_a_referral_is_protected_as_well() -> None:
    people = [Referral("74", {"t": (f"c{number}",)}) for number in range(8) for _ in range(4)] + [
        Referral("74", {})
    ] * 4
    counts = count(EIGHT, people, ["74", "94"])
    published = _pretend(40)

    assert Cell("", "94", "") in find_exact(EIGHT, counts, published)
    assert _attack(EIGHT, published, [COUNTRY, "74", "94"])[Cell("", "94", "")] == (0, 0)


def test_places_are_those_that_exist_and_those_with_referrals() -> None:
    assert list_places(count(RULES, [Referral("74.71", {}), Referral(None, {})], ["11", "74"])) == ["00", "11", "74"]


@pytest.mark.parametrize("size", [0, 29])
def test_where_nothing_is_published_nothing_is_refused(size: int) -> None:
    counts = count(RULES, [Referral("74", {})] * size)

    assert find_exact(RULES, counts, _publish(RULES, counts, 1)) == []
