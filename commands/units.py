"""`singgah units`: the directory as the service reads it."""

import json

import click

from bot.config import Config
from commands.settings import config_option, refusals
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
