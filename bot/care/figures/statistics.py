"""The few figures that are published: fixed tables, counted per quarter and province, every count rounded."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

#: Stands for the whole country where a province stands otherwise.
COUNTRY = "ID"
#: The category of who gave none of the answers of a table; every table has it.
NOT_TOLD = "not_told"
_NO_PROVINCE = "00"
_MONTHS_A_QUARTER = 3
_SMALLEST_BASE = 3


class FiguresError(ValueError):
    """The list of tables, or the quarter asked for, cannot be; the message names the remedy."""


class Cell(NamedTuple):
    """A place in the tables.  Empty `table` and `category`: how many referrals there were."""

    table: str
    place: str
    category: str


@dataclass(frozen=True, slots=True)
class Table:
    """One table.

    `several`: a referral may count in more than one category, but for those in `alone`.  `categories`: id -> words.
    """

    id: str
    title: str
    answer: str
    several: bool
    alone: frozenset[str]
    categories: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Rules:
    """What is published.

    `base`: counts are multiples of it.  `smallest_group`: with fewer referrals a place is left out.
    """

    base: int
    smallest_group: int
    tables: tuple[Table, ...]


@dataclass(frozen=True, slots=True)
class Referral:
    """One self-referral as it is counted.  `area`: official code, or None.  `answers`: category ids per question."""

    area: str | None
    answers: Mapping[str, tuple[str, ...]]


Counts = Mapping[Cell, int]


class Quarter(NamedTuple):
    """Three months of a year, written 2026Q3."""

    year: int
    number: int

    def __str__(self) -> str:
        """Write it as it is asked for."""
        return f"{self.year}Q{self.number}"

    @property
    def months(self) -> tuple[str, ...]:
        """Its months, as 2026-07."""
        first = (self.number - 1) * _MONTHS_A_QUARTER + 1
        return tuple(f"{self.year}-{month:02}" for month in range(first, first + _MONTHS_A_QUARTER))


def read_rules(document: Mapping[str, Any]) -> Rules:
    """Read content/statistics.toml.  Raises FiguresError naming what is missing or cannot be."""
    try:
        tables = tuple(_read_table(entry) for entry in document["table"])
        rules = Rules(int(document["base"]), int(document["smallest_group"]), tables)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise FiguresError(
            f"statistics.toml: needs base, smallest_group and [[table]] with id, title, answer, categories ({error})"
        ) from None
    if rules.base < _SMALLEST_BASE or rules.smallest_group < rules.base * 2:
        raise FiguresError("statistics.toml: base must be 3 or more, smallest_group twice as much or more")
    if len({table.id for table in tables}) != len(tables) or any(NOT_TOLD in table.categories for table in tables):
        raise FiguresError(f"statistics.toml: every table needs an id of its own, and {NOT_TOLD!r} is added by itself")
    return rules


def read_quarter(text: str, today: date) -> Quarter:
    """Read a quarter such as 2026Q3.  Raises FiguresError when it is none, or not over yet."""
    match = re.fullmatch(r"(20\d\d)Q([1-4])", text)
    if not match:
        raise FiguresError(f"{text!r} is no quarter; write it like 2026Q3")
    quarter = Quarter(int(match[1]), int(match[2]))
    if quarter > last_quarter(today):
        raise FiguresError(f"{quarter} is not over yet; figures of days and of weeks would show single people")
    return quarter


def last_quarter(today: date) -> Quarter:
    """Return the last quarter that is over."""
    present = (today.month - 1) // _MONTHS_A_QUARTER
    return Quarter(today.year, present) if present else Quarter(today.year - 1, 4)


def count(rules: Rules, referrals: Iterable[Referral], provinces: Iterable[str] = ()) -> Counts:
    """Count referrals in every cell of every table, exactly; these numbers are not to be shown.

    `provinces`: codes of those that everybody knows to exist, so that one without a referral is counted with zero.
    """
    counts = Counter({Cell("", place, ""): 0 for place in provinces})
    for referral in referrals:
        for place in (COUNTRY, (referral.area or _NO_PROVINCE)[:2]):
            counts[Cell("", place, "")] += 1
            counts.update(Cell(table.id, place, one) for table in rules.tables for one in _place_in(table, referral))
    return counts


def list_places(counts: Counts) -> list[str]:
    """List the provinces that are counted."""
    return sorted({cell.place for cell in counts} - {COUNTRY})


def is_shown(rules: Rules, counts: Counts, place: str) -> bool:
    """Tell whether a place has enough referrals to be shown."""
    return counts.get(Cell("", place, ""), 0) >= rules.smallest_group


def list_cells(rules: Rules, place: str) -> Iterator[Cell]:
    """List every cell of a place, how many referrals there were first."""
    yield Cell("", place, "")
    for table in rules.tables:
        yield from (Cell(table.id, place, category) for category in (*table.categories, NOT_TOLD))


def round_all(rules: Rules, counts: Counts, draw: Callable[[Cell], float]) -> dict[Cell, int]:
    """Round every count of every place that is shown.

    `draw`: a number from 0 to below 1, always the same for a cell and known to nobody outside.
    """
    shown = [place for place in (COUNTRY, *list_places(counts)) if is_shown(rules, counts, place)]
    cells = [cell for place in shown for cell in list_cells(rules, place)]
    return {cell: _round(counts.get(cell, 0), rules.base, draw(cell)) for cell in cells}


def _round(exact: int, base: int, drawn: float) -> int:
    """Round up as often as the rest is large, so that sums stay true on average."""
    rest = exact % base
    return exact - rest + (base if drawn * base < rest else 0)


def _place_in(table: Table, referral: Referral) -> tuple[str, ...]:
    found = tuple(one for one in referral.answers.get(table.answer, ()) if one in table.categories)
    if not table.several:
        found = found[:1]
    return found or (NOT_TOLD,)


def _read_table(entry: Mapping[str, Any]) -> Table:
    categories = {str(name): str(words) for name, words in entry["categories"].items()}
    alone = frozenset(map(str, entry.get("alone", ())))
    if not alone <= set(categories):
        raise ValueError("alone names no category")
    return Table(
        str(entry["id"]), str(entry["title"]), str(entry["answer"]), bool(entry.get("several")), alone, categories
    )
