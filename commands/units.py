"""`singgah units`: the directory as the service reads it."""

import json

import click

from bot.care.units.gaps import find_gaps
from bot.care.units.unit import Particulars, Unit, local_time
from bot.config import Config
from commands.settings import config_option, refusals
from commands.units_import import import_units
from handlers.house.opening import House, read_house
from handlers.running.clock import read_clock
from storage.casework.unitcases import count_open

_CLOSED_WITH_CASES = "closed with open cases"


@click.group()
def units() -> None:
    """Look at the directory of units, and bring in a new one."""


@units.command(name="list")
@config_option()
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def list_units(config: Config, as_json: bool) -> None:  # noqa: FBT001 - a flag
    """List every unit with its place, what is free, and when it was verified."""
    with refusals():
        house = read_house(config)
    rows = [_describe(house, unit) for unit in house.units.values()]
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False))
        return
    for row in rows:
        verified = f"verified {row['verified_on']}" if row["verified_on"] else "not verified"
        by = f" by {row['verified_by']}" if row["verified_by"] else ""
        closed = "" if row["active"] else f"  ·  closed {row['closed_on'] or ''}".rstrip()
        click.echo(f"{row['id']:<28} {row['name']}  ·  {row['place']}  ·  {verified}{by}{closed}")


@units.command(name="check")
@config_option()
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def check_units(config: Config, *, as_json: bool) -> None:
    """List the units that were not verified for 90 days, or have no hours, no phone, a doubtful place or cases left."""
    with refusals():
        house = read_house(config)
        still_open = count_open(config.storage.url)
    now = read_clock()
    found = {
        unit.id: (
            *find_gaps(unit, house.gazetteer, local_time(unit, now).date()),
            *([_CLOSED_WITH_CASES] if not unit.active and unit.id in still_open else []),
        )
        for unit in house.units.values()
    }
    rows = [{"id": name, "gaps": list(gaps)} for name, gaps in found.items() if gaps]
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False))
        return
    for name, gaps in found.items():
        if gaps:
            click.echo(f"{name:<28} {', '.join(gaps)}")
    click.echo(f"{len(rows)} of {len(found)} units have something to be asked.")


units.add_command(import_units)


def _describe(house: House, unit: Unit) -> dict[str, object]:
    said = house.units.particulars.get(unit.id, Particulars())
    return {
        "id": unit.id,
        "name": unit.name,
        "place": ", ".join(area.name for area in reversed(house.gazetteer.lineage(unit.area))),
        "free": list(unit.free),
        "takes_handoffs": unit.takes_handoffs,
        "verified_on": unit.verified_on.isoformat() if unit.verified_on else None,
        "verified_by": said.verified_by,
        "active": unit.active,
        "closed_on": said.closed_on.isoformat() if said.closed_on else None,
    }
