"""`singgah units`: the directory as the service reads it."""

import json

import click

from bot.care.gaps import find_gaps
from bot.care.units import local_time
from bot.config import Config
from commands.settings import config_option, refusals
from handlers.clock import read_clock
from handlers.opening import read_house


@click.group()
def units() -> None:
    """Look at the directory of units."""


@units.command(name="list")
@config_option()
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def list_units(config: Config, as_json: bool) -> None:  # noqa: FBT001 - a flag
    """List every unit with its place, what is free, and when it was verified."""
    with refusals():
        house = read_house(config)
    rows = [
        {
            "id": unit.id,
            "name": unit.name,
            "place": ", ".join(area.name for area in reversed(house.gazetteer.lineage(unit.area))),
            "free": list(unit.free),
            "takes_handoffs": unit.takes_handoffs,
            "verified_on": unit.verified_on.isoformat() if unit.verified_on else None,
        }
        for unit in house.units.values()
    ]
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False))
        return
    for row in rows:
        click.echo(f"{row['id']:<28} {row['name']}  ·  {row['place']}  ·  {row['verified_on'] or 'not verified'}")


@units.command(name="check")
@config_option()
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def check_units(config: Config, *, as_json: bool) -> None:
    """List the units that were not verified for 90 days, or have no hours, no phone or a doubtful place."""
    with refusals():
        house = read_house(config)
    now = read_clock()
    found = {unit.id: find_gaps(unit, house.gazetteer, local_time(unit, now).date()) for unit in house.units.values()}
    rows = [{"id": name, "gaps": list(gaps)} for name, gaps in found.items() if gaps]
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False))
        return
    for name, gaps in found.items():
        if gaps:
            click.echo(f"{name:<28} {', '.join(gaps)}")
    click.echo(f"{len(rows)} of {len(found)} units have something to be asked.")
