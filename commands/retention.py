"""`singgah retention`: how long everything is kept, and a file that keeps something longer."""

import asyncio
import hashlib
import json

import click

from bot.care.retention import Retention, describe_changes
from bot.config import Config
from commands.secondperson import asker_options, read_asker, take_granted
from commands.settings import config_option, refusals
from handlers.house.opening import open_world, read_house
from handlers.keeping.auditing import sign_quietly
from handlers.keeping.retentionrules import adopt
from handlers.secondperson.asking import Asker, Granted, Verdict, settle
from handlers.secondperson.wanted import Matter, Wanted
from storage.shipped.library import CONTENT
from storage.transaction import Work

_WAITS = "content/retention.toml keeps this longer; it waits for a second person: singgah retention adopt"


@click.group()
def retention() -> None:
    """Look at how long everything is kept, and keep something longer."""


@retention.command()
@config_option()
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def status(config: Config, *, as_json: bool) -> None:
    """Show what the file would keep longer than what is in force; what it keeps shorter holds already."""
    with refusals():
        changes = asyncio.run(_compare(config))
    if as_json:
        click.echo(json.dumps({"waiting": changes}))
    elif not changes:
        click.echo("content/retention.toml is in force.")
    else:
        click.echo(_WAITS)
        for name, change in changes.items():
            click.echo(f"  {name:<12} {change}")


@retention.command(name="adopt")
@config_option()
@asker_options
def adopt_file(config: Config, as_id: str | None, alone: str | None) -> None:
    """Put in force what content/retention.toml keeps longer, once a second person agreed; holds from the next start."""
    asker = read_asker(as_id, alone)
    with refusals():
        changes = asyncio.run(_adopt(config, asker))
    click.echo("In force from the next start of the service." if changes else "content/retention.toml is in force.")


async def _compare(config: Config) -> dict[str, str]:
    house = read_house(config)
    async with open_world(config, {}, house=house, needs_land=False) as world:
        return describe_changes(world.retention, house.retention)


async def _adopt(config: Config, asker: Asker) -> dict[str, str]:
    house = read_house(config)
    async with open_world(config, {}, house=house, needs_land=False) as world:
        changes = describe_changes(world.retention, house.retention)
        if changes:
            wanted = Wanted(Matter.RETENTION, {**changes, "sha_file": _hash_file(config)})
            verdict = await world.database.write(lambda work: _settle(work, wanted, asker, house.retention))
            await sign_quietly(world)
            take_granted(verdict)
        return changes


def _settle(work: Work, wanted: Wanted, asker: Asker, rules: Retention) -> Verdict:
    """Put rules in force in the very step that uses the agreement up."""
    verdict = settle(work, wanted, asker)
    if isinstance(verdict, Granted):
        adopt(work, rules)
    return verdict


def _hash_file(config: Config) -> str:
    return hashlib.sha256(((config.care.content_dir or CONTENT) / "retention.toml").read_bytes()).hexdigest()
