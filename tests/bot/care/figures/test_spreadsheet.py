"""What a spreadsheet opens holds words and numbers, never a formula."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.care.figures.spreadsheet import disarm, write_csv

STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\0", "＝", "＋", "－", "＠")
FORMULAS = tuple(start for start in STARTS if start.isprintable())
BODIES = (
    "1+1",
    'HYPERLINK("http://example.org","klik")',
    "cmd|' /C calc'!A0",
    "SUM(A1:A9)",
    "A1",
    'IMPORTXML("http://example.org")',
    'WEBSERVICE("http://example.org")',
    "1",
    "DDE(1)",
    '"x"',
)
PAYLOADS = [before + start + body for start in STARTS for body in BODIES for before in ("", "  ")]


def _cells(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline="")))


def test_there_are_two_hundred_formulas_to_try() -> None:
    assert len(PAYLOADS) >= 200


@pytest.mark.parametrize("column", range(3))
def test_no_formula_is_left_in_any_column(column: int) -> None:
    rows = [[payload if place == column else "kata" for place in range(3)] for payload in PAYLOADS]

    cells = [row[column] for row in _cells(write_csv(rows))]

    assert len(cells) == len(PAYLOADS)
    assert [cell for cell in cells if not cell.startswith("'")] == []


@given(rows=st.lists(st.lists(st.text(), min_size=1, max_size=4), max_size=5))
def test_every_cell_comes_back_as_it_was_disarmed(rows: list[list[str]]) -> None:
    assert _cells(write_csv(rows)) == [[disarm(cell) for cell in row] for row in rows]


@given(text=st.text())
def test_nothing_but_an_apostrophe_is_put_before_a_text(text: str) -> None:
    assert disarm(text).removeprefix("'") in {text.replace("\0", ""), text.replace("\0", "").removeprefix("'")}
    assert not disarm(text).lstrip().startswith(FORMULAS)


def test_numbers_stay_numbers() -> None:
    assert write_csv([["Usia", 35]]) == '"Usia",35\r\n'
