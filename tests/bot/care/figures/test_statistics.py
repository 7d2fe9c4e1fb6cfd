"""Figures are fixed tables of quarters that are over, every number rounded in a way nobody outside can undo."""

import random
import tomllib
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.care.figures.statistics import (
    COUNTRY,
    NOT_TOLD,
    Cell,
    FiguresError,
    Quarter,
    Referral,
    count,
    is_shown,
    last_quarter,
    list_cells,
    read_quarter,
    read_rules,
    round_all,
)

CONTENT = Path(__file__).parents[4] / "content"
RULES = read_rules(tomllib.loads((CONTENT / "statistics.toml").read_text()))
SMALL: dict[str, Any] = {
    "base": 5,
    "smallest_group": 30,
    "table": [{"id": "age", "title": "Usia", "answer": "age_band", "categories": {"young": "muda", "old": "tua"}}],
}


def _draw(cell: Cell) -> float:
    return random.Random(repr(cell)).random()


def test_the_tables_ask_for_what_the_intake_asks() -> None:
    intake = tomllib.loads((CONTENT / "flows" / "intake.toml").read_text())
    asked = {step[kind]: step for step in intake["step"] for kind in ("choose", "choose_many") if kind in step}

    for table in RULES.tables:
        if table.answer != "outcome":
            step = asked[table.answer]
            kept = {name for name in step["choices"] if name != "under_18"}
            assert (set(table.categories), table.several) == (kept, "choose_many" in step)
            assert table.alone == set(step.get("exclusive", ()))


def test_nothing_about_a_crime_or_a_danger_is_a_figure() -> None:
    assert {table.answer for table in RULES.tables} == {"age_band", "substances", "how_often", "readiness", "outcome"}


def test_a_referral_counts_for_its_province_and_for_the_country() -> None:
    counts = count(RULES, [Referral("74.71.01", {"age_band": ("age_18_24",), "substances": ("pills", "alcohol")})])

    for place in (COUNTRY, "74"):
        assert counts[Cell("", place, "")] == 1
        assert counts[Cell("age", place, "age_18_24")] == 1
        assert counts[Cell("substances", place, "pills")] == counts[Cell("substances", place, "alcohol")] == 1
        assert counts[Cell("outcome", place, NOT_TOLD)] == 1


def test_an_answer_of_another_release_counts_as_not_told() -> None:
    counts = count(RULES, [Referral(None, {"age_band": ("sixty",)})])

    assert counts[Cell("age", "00", NOT_TOLD)] == 1


@given(exact=st.integers(0, 500), drawn=st.floats(0, 1, exclude_max=True))
def test_a_rounded_number_is_a_neighbouring_multiple_of_five(exact: int, drawn: float) -> None:
    cells = {Cell("", COUNTRY, ""): 100, Cell("age", COUNTRY, "young"): exact}

    rounded = round_all(read_rules(SMALL), cells, lambda _cell: drawn)[Cell("age", COUNTRY, "young")]

    assert rounded % 5 == 0
    assert abs(rounded - exact) < 5


def test_rounding_is_fair_on_average() -> None:
    cells = {Cell("", COUNTRY, ""): 100, Cell("age", COUNTRY, "young"): 3}
    drawn = random.Random(5)

    numbers = Counter(
        round_all(read_rules(SMALL), cells, lambda _cell: drawn.random())[Cell("age", COUNTRY, "young")]
        for _ in range(4_000)
    )

    assert set(numbers) == {0, 5}
    assert 0.56 < numbers[5] / 4_000 < 0.64


def test_the_total_is_rounded_as_well() -> None:
    counts = count(RULES, [Referral("74", {"age_band": ("age_18_24",)})] * 33)

    rounded = round_all(RULES, counts, _draw)

    assert all(number % 5 == 0 for number in rounded.values())
    assert rounded[Cell("", "74", "")] in {30, 35}


@pytest.mark.parametrize(("people", "shown"), [(0, False), (29, False), (30, True)])
def test_a_place_with_fewer_than_thirty_referrals_is_not_shown(people: int, shown: bool) -> None:  # noqa: FBT001 - a case
    counts = count(RULES, [Referral("74", {})] * people + [Referral("73", {})] * 40)

    rounded = round_all(RULES, counts, _draw)

    assert is_shown(RULES, counts, "74") is shown
    assert ("74" in {cell.place for cell in rounded}) is shown


def test_a_quarter_with_fewer_than_thirty_referrals_shows_nothing() -> None:
    assert round_all(RULES, count(RULES, [Referral("74", {})] * 29), _draw) == {}


def test_every_cell_of_a_shown_place_is_published_zeros_too() -> None:
    rounded = round_all(RULES, count(RULES, [Referral("74", {})] * 30), _draw)

    assert set(rounded) == {cell for place in (COUNTRY, "74") for cell in list_cells(RULES, place)}


@pytest.mark.parametrize(
    ("today", "last"),
    [(date(2026, 11, 22), "2026Q3"), (date(2027, 1, 1), "2026Q4"), (date(2026, 12, 31), "2026Q3")],
)
def test_the_last_quarter_is_the_one_that_is_over(today: date, last: str) -> None:
    assert str(last_quarter(today)) == last
    assert str(read_quarter(last, today)) == last


def test_a_quarter_names_its_months() -> None:
    assert Quarter(2026, 3).months == ("2026-07", "2026-08", "2026-09")


@pytest.mark.parametrize(
    ("text", "said"), [("2026Q4", "not over yet"), ("2026Q5", "write it like"), ("2026-07", "write it like")]
)
def test_a_quarter_that_is_not_over_or_none_is_refused(text: str, said: str) -> None:
    with pytest.raises(FiguresError, match=said):
        read_quarter(text, date(2026, 11, 22))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"base": 2}, "base must be 3"),
        ({"smallest_group": 9}, "twice as much"),
        ({"table": SMALL["table"] * 2}, "id of its own"),
        ({"table": [{"id": "age"}]}, "needs base"),
        ({"table": [{**SMALL["table"][0], "alone": ["nobody"]}]}, "alone names no category"),
        ({"table": [{**SMALL["table"][0], "categories": {NOT_TOLD: "?"}}]}, "added by itself"),
    ],
)
def test_tables_that_would_tell_too_much_are_refused(change: dict[str, Any], said: str) -> None:
    with pytest.raises(FiguresError, match=said):
        read_rules({**SMALL, **change})
