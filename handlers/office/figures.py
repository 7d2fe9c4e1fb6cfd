"""Publish the figures of a quarter: counted once, rounded, proved, and from then on only repeated."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.care.figures.disclosure import find_exact
from bot.care.figures.statistics import (
    COUNTRY,
    Cell,
    Counts,
    Quarter,
    Rules,
    Table,
    count,
    list_cells,
    read_rules,
    round_all,
)
from bot.steps import parse_toml
from handlers.world import World
from storage.casework.statistics import list_referrals, publishing, read_published, write_published
from storage.keys.keyring import Keyring
from storage.shipped.library import CONTENT

_DRAW_BYTES = 6
_DRAWN_AT_MOST = 1 << 48


@dataclass(frozen=True, slots=True)
class Figures:
    """What is published of a quarter, ready to be shown.

    `quarter`: as 2026Q3.  `rows`: (table, place, category, number), the words of each.  `withheld`: tables that were
    not published because a small count could have been calculated.
    """

    quarter: str
    rows: tuple[tuple[str, str, str, int], ...]
    withheld: tuple[str, ...]


def load_rules(world: World) -> Rules:
    """Read which tables there are.  Raises FiguresError or ContentError."""
    path = (world.config.care.content_dir or CONTENT) / "statistics.toml"
    return read_rules(parse_toml(path.read_text(encoding="utf-8"), path.name))


def published_file(world: World) -> Path:
    """Name the file that keeps what was published; nothing in it is secret."""
    return world.config.storage.data_dir / "published-figures.json"


async def find_published(world: World, quarter: Quarter) -> Figures | None:
    """Repeat what was published of a quarter; None if nothing was.  Raises PublishedUnreadable."""
    with publishing(published_file(world)):
        tables = read_published(published_file(world)).get(str(quarter))
    return None if tables is None else _figures(str(quarter), tables)


async def prepare(world: World, quarter: Quarter) -> dict[str, Any]:
    """Count the tables of a quarter that is over, publishing nothing.  Raises Unreadable."""
    return await _make(world, load_rules(world), quarter)


async def publish(world: World, quarter: Quarter, tables: Mapping[str, Any] | None = None) -> Figures:
    """Publish a quarter that is over, or repeat what was published.

    `tables`: as they were prepared and agreed to, None to count them now.  Raises PublishedUnreadable or Unreadable.
    """
    path = published_file(world)
    with publishing(path):
        published = read_published(path)
        if str(quarter) not in published:
            published[str(quarter)] = await prepare(world, quarter) if tables is None else dict(tables)
            write_published(path, published)
    return _figures(str(quarter), published[str(quarter)])


async def _make(world: World, rules: Rules, quarter: Quarter) -> dict[str, Any]:
    referrals = await world.database.read(lambda work: list_referrals(work, quarter.months))
    counts = count(rules, referrals, [area.code for area in world.gazetteer.children(None)])
    rounded = round_all(rules, counts, lambda cell: _draw(world.keyring, quarter, cell))
    shown, withheld = _withhold(rules, counts, rounded)
    return {
        "base": rules.base,
        "smallest_group": rules.smallest_group,
        "withheld": sorted(withheld),
        "rows": [
            [*words, shown[cell]]
            for place in sorted({cell.place for cell in shown}, key=lambda name: (name != COUNTRY, name))
            for cell, words in _name_cells(world, rules, place)
            if cell in shown
        ],
    }


def _withhold(rules: Rules, counts: Counts, rounded: dict[Cell, int]) -> tuple[dict[Cell, int], set[str]]:
    """Leave out the tables through which a small count could be calculated; everything, if none in particular can."""
    withheld: set[str] = set()
    while exact := find_exact(rules, counts, rounded):
        tables = {cell.table for cell in exact if cell.table}
        withheld |= tables or {""}
        rounded = {cell: number for cell, number in rounded.items() if tables and cell.table not in tables}
    return rounded, withheld


def _draw(keyring: Keyring, quarter: Quarter, cell: Cell) -> float:
    drawn = keyring.index("statistics", "|".join((str(quarter), *cell)))[:_DRAW_BYTES]
    return int.from_bytes(drawn, "big") / _DRAWN_AT_MOST


def _name_cells(world: World, rules: Rules, place: str) -> Iterator[tuple[Cell, tuple[str, str, str]]]:
    tables: Mapping[str, Table] = {table.id: table for table in rules.tables}
    area = world.gazetteer.area(place)
    where = "Indonesia" if place == COUNTRY else area.name if area else "tanpa provinsi"
    for cell in list_cells(rules, place):
        table = tables.get(cell.table)
        if table is None:
            yield cell, ("Permintaan bantuan", where, "semua")
        else:
            yield cell, (table.title, where, table.categories.get(cell.category, "tidak disebut"))


def _figures(quarter: str, tables: Mapping[str, Any]) -> Figures:
    rows = tuple((str(table), str(place), str(name), int(number)) for table, place, name, number in tables["rows"])
    return Figures(quarter, rows, tuple(tables["withheld"]))
