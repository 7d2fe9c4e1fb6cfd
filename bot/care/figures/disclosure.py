"""A proof for everything published together: every small count could as well be another.

A reader knows the rounded numbers, the rules and how cells add up, but not the drawing.  So whoever finds, for a small
count, a second world that differs in it and looks the same from outside, has shown that no reading and no calculation
can make that count exact.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from bot.care.figures.statistics import COUNTRY, NOT_TOLD, Cell, Counts, Rules, Table, is_shown, list_cells, list_places

Changes = Mapping[Cell, int]


@dataclass(frozen=True, slots=True)
class _Seen:
    """What there is, and what of it is seen."""

    rules: Rules
    counts: Counts
    published: Mapping[Cell, int]

    def fits(self, changes: Changes) -> bool:
        """Tell whether a change cannot be seen from outside."""
        return self.fits_each(changes) and all(
            self._several_fit(table, place, changes)
            for place in {cell.place for cell in changes}
            for table in self.rules.tables
            if table.several
        )

    def fits_each(self, changes: Changes) -> bool:
        """Tell whether no changed cell by itself can be seen, sums left aside."""
        return all(self._cell_fits(cell, self.value(cell) + by) for cell, by in changes.items())

    def value(self, cell: Cell) -> int:
        """Return the exact count of a cell."""
        return self.counts.get(cell, 0)

    def _cell_fits(self, cell: Cell, value: int) -> bool:
        if value < 0:
            return False
        shown = self.published.get(cell)
        if shown is not None and abs(value - shown) >= self.rules.base:
            return False
        if cell.table:
            return True
        return (value >= self.rules.smallest_group) == is_shown(self.rules, self.counts, cell.place)

    def _several_fit(self, table: Table, place: str, changes: Changes) -> bool:
        """Tell whether every referral can have named something, and nobody more than there are."""

        def after(cell: Cell) -> int:
            return self.value(cell) + changes.get(cell, 0)

        apart = sum(after(Cell(table.id, place, category)) for category in (NOT_TOLD, *table.alone))
        people = after(Cell("", place, "")) - apart
        named = [after(Cell(table.id, place, name)) for name in table.categories if name not in table.alone]
        return people >= 0 and sum(named) >= people and all(number <= people for number in named)


def find_exact(rules: Rules, counts: Counts, published: Mapping[Cell, int]) -> list[Cell]:
    """List the counts below the base that somebody could calculate from what is published; publish only without any.

    Places that are not shown are protected as well, for they are what remains when the others are subtracted.
    """
    seen = _Seen(rules, counts, published)
    if not published:
        return []
    places = [COUNTRY, *list_places(counts)]
    small = (cell for place in places for cell in list_cells(rules, place) if seen.value(cell) < rules.base)
    return [cell for cell in small if not any(seen.fits(changes) for changes in _list_changes(seen, cell, places[1:]))]


def _list_changes(seen: _Seen, cell: Cell, provinces: list[str]) -> Iterator[Changes]:
    """List worlds that differ in a cell by one, the likely ones first."""
    at = provinces if cell.place == COUNTRY else [cell.place]
    others = provinces if cell.place != COUNTRY else []
    for by in (1, -1):
        if cell.table:
            table = next(table for table in seen.rules.tables if table.id == cell.table)
            for place in at:
                yield from _answer_otherwise(table, cell.category, place, others, by)
        for place in at:
            yield from _count_somebody(seen, Cell(cell.table, place, cell.category), {place: by, COUNTRY: by})
        for other in others:
            if other != cell.place:
                yield from _count_somebody(seen, cell, {cell.place: by, other: -by})


def _answer_otherwise(table: Table, category: str, place: str, others: Iterable[str], by: int) -> Iterator[Changes]:
    """Let somebody of a place have answered otherwise; alone, or with somebody of another place the other way round."""
    swaps: list[dict[str, int]] = [
        {category: by, other: -by} for other in (*table.categories, NOT_TOLD) if other != category
    ]
    if table.several:
        swaps.insert(0, {category: by})
    for swap in swaps:
        here = {Cell(table.id, place, name): by for name, by in swap.items()}
        yield here | {Cell(table.id, COUNTRY, name): by for name, by in swap.items()}
        for other in others:
            if other != place:
                yield here | {Cell(table.id, other, name): -by for name, by in swap.items()}


def _count_somebody(seen: _Seen, cell: Cell, where: Mapping[str, int]) -> Iterator[Changes]:
    """Let one referral more or less have come, or have come from elsewhere, with an answer in every table.

    `where`: place -> by how many.  Gives nothing when no such person can be thought of.
    """
    changes = {Cell("", place, ""): by for place, by in where.items()}
    for table in seen.rules.tables:
        names = [cell.category] if table.id == cell.table else [*table.categories, NOT_TOLD]
        answers = ({Cell(table.id, place, name): by for place, by in where.items()} for name in names)
        answer = next(filter(seen.fits_each, answers), None)
        if answer is None:
            return
        changes |= answer
    yield changes
