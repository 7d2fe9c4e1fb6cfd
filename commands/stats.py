"""`singgah stats`: the figures that may be published, and no others."""

import asyncio
import hashlib
import json
from collections.abc import Mapping
from typing import Any

import click
import msgspec

from bot.care.figures.spreadsheet import write_csv
from bot.care.figures.statistics import FiguresError, Quarter, last_quarter, read_quarter
from bot.config import Config
from commands.secondperson import asker_options, read_asker, take_granted
from commands.settings import OneLine, config_option, refusals
from handlers.house.opening import open_world
from handlers.keeping.auditing import sign_quietly
from handlers.office.figures import Figures, find_published, prepare, publish
from handlers.running.clock import read_clock
from handlers.running.health import is_disk_low
from handlers.secondperson.asking import Asker, find_asked, settle
from handlers.secondperson.wanted import Matter, Wanted
from storage.trail.audit import OPERATOR, Deed, record

_HEAD = ("quarter", "table", "place", "category", "number")


@click.command()
@config_option()
@click.option("--quarter", help="As 2026Q3; without it the last one that is over.")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
@click.option("--csv", "as_csv", is_flag=True, help="Print for a spreadsheet.")
@asker_options
def stats(
    config: Config, quarter: str | None, as_id: str | None, alone: str | None, *, as_json: bool, as_csv: bool
) -> None:
    """Publish the fixed tables of a quarter, or repeat them.

    The first run counts and asks for a second person; once they agreed to these very tables, the next one publishes
    them for good.
    """
    today, asker = read_clock().date(), read_asker(as_id, alone)
    with refusals():
        try:
            asked = read_quarter(quarter, today) if quarter else last_quarter(today)
            figures = asyncio.run(_publish(config, asked, asker))
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


async def _publish(config: Config, quarter: Quarter, asker: Asker) -> Figures:
    if is_disk_low(config):
        raise OneLine("less than 500 MiB are free, so nothing is exported; make room, then repeat")
    async with open_world(config, {}, needs_land=False) as world:
        published = await find_published(world, quarter)
        if published is not None:
            return published
        asked = await world.database.read(lambda work: find_asked(work, Matter.FIGURES, quarter=str(quarter)))
        wanted = _describe(quarter, await prepare(world, quarter)) if asked is None else asked
        verdict = await world.database.write(lambda work: settle(work, wanted, asker))
        await sign_quietly(world)
        figures = await publish(world, quarter, take_granted(verdict).figures)
        await world.database.write(lambda work: record(work, OPERATOR, Deed.FIGURES_PUBLISHED))
        await sign_quietly(world)
        return figures


def _describe(quarter: Quarter, tables: Mapping[str, Any]) -> Wanted:
    digest = hashlib.sha256(msgspec.json.encode(tables, order="deterministic")).hexdigest()
    particulars = {"quarter": str(quarter), "rows": str(len(tables["rows"])), "sha_tables": digest}
    return Wanted(Matter.FIGURES, particulars, figures=tables)


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
