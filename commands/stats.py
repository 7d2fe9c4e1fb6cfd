"""`singgah stats`: the figures that may be published, and no others."""

import asyncio
import json

import click

from bot.care.spreadsheet import write_csv
from bot.care.statistics import FiguresError, last_quarter, read_quarter
from bot.config import Config
from commands.settings import OneLine, config_option, refusals
from handlers.clock import read_clock
from handlers.figures import Figures, publish
from handlers.opening import open_world

_HEAD = ("quarter", "table", "place", "category", "number")


@click.command()
@config_option()
@click.option("--quarter", help="As 2026Q3; without it the last one that is over.")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
@click.option("--csv", "as_csv", is_flag=True, help="Print for a spreadsheet.")
def stats(config: Config, quarter: str | None, *, as_json: bool, as_csv: bool) -> None:
    """Publish the fixed tables of a quarter, or repeat them: the first run counts and keeps what it said for good."""
    today = read_clock().date()

    async def go() -> Figures:
        async with open_world(config, {}, needs_land=False) as world:
            return await publish(world, read_quarter(quarter, today) if quarter else last_quarter(today))

    with refusals():
        try:
            figures = asyncio.run(go())
        except FiguresError as error:
            raise OneLine(str(error)) from None
    if as_json:
        rows = [dict(zip(_HEAD, (figures.quarter, *row), strict=True)) for row in figures.rows]
        click.echo(json.dumps({"quarter": figures.quarter, "withheld": figures.withheld, "rows": rows}))
    elif as_csv:
        click.echo(write_csv([_HEAD, *((figures.quarter, *row) for row in figures.rows)]), nl=False)
    else:
        _print(figures)
    if figures.withheld:
        names = ", ".join(name or "everything" for name in figures.withheld)
        raise OneLine(f"{figures.quarter}: withheld, because a small count could have been calculated: {names}")


def _print(figures: Figures) -> None:
    click.echo(f"{figures.quarter}, every number rounded to a multiple of five")
    if not figures.rows:
        click.echo("Too few referrals: nothing is published.")
    before = ("", "")
    for table, place, category, number in figures.rows:
        if (table, place) != before:
            click.echo(f"\n{place} · {table}")
            before = (table, place)
        click.echo(f"  {category:<28} {number:>7,}")
