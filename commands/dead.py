"""`singgah dead`: letters nobody sends any more and deliveries nobody takes any more, and what becomes of them."""

import asyncio
import json
from collections.abc import Callable
from typing import TypeVar

import click

from bot.config import Config
from commands.settings import OneLine, config_option, refusals
from handlers.house.opening import open_world
from handlers.keeping.auditing import sign_quietly
from handlers.office import parked
from storage.transaction import Work

T = TypeVar("T")


@click.group()
def dead() -> None:
    """Look at what was given up, send it once more, or forget it; never a word of it is shown."""


@dead.command(name="list")
@config_option()
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def list_dead(config: Config, *, as_json: bool) -> None:
    """List letters that were perhaps sent or never will be, and deliveries that were given up."""
    rows = _do(config, parked.list_rows)
    if as_json:
        fields = ("label", "what", "channel", "why", "attempts")
        click.echo(json.dumps([{name: getattr(row, name) for name in fields} for row in rows]))
        return
    for row in rows:
        click.echo(f"{row.label}  {row.what:<24} {row.channel:<10} {row.why}, {row.attempts} attempts")
    click.echo(f"{len(rows)} in all. Letters: singgah dead retry LABEL. Anything: singgah dead drop LABEL.")


@dead.command()
@config_option()
@click.argument("label")
def retry(config: Config, label: str) -> None:
    """Send the letter LABEL once more; where the first may have arrived, the second says so by its mark."""
    if not _do(config, lambda work: parked.retry(work, label)):
        raise OneLine(
            f"{label}: no such letter, or one that is never sent twice (a broadcast's); see singgah dead list"
        )
    click.echo("It goes out with the next letters.")


@dead.command()
@config_option()
@click.argument("label")
def drop(config: Config, label: str) -> None:
    """Forget the letter or delivery LABEL for good."""
    if not _do(config, lambda work: parked.drop(work, label)):
        raise OneLine(f"{label}: there is nothing of that label; see singgah dead list")
    click.echo("It is gone.")


def _do(config: Config, step: Callable[[Work], T]) -> T:
    async def go() -> T:
        async with open_world(config, {}, needs_land=False) as world:
            done = await world.database.write(step)
            await sign_quietly(world)
            return done

    with refusals():
        return asyncio.run(go())
