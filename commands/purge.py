"""`singgah purge`: the nightly sweep, by hand."""

import asyncio
import json
from collections import Counter

import click

from bot.config import Config
from commands.settings import OneLine, config_option, refusals
from handlers.house.opening import open_world
from handlers.keeping.sweep import foresee, sweep
from handlers.steps import Steps

_PATIENCE_SECONDS = 20.0
_SAID = {
    "folders": "folders whose time was over",
    "left_over": "folders left over by a crash or a restored copy",
    "warned": "people told that their folder goes soon",
    "closed": "silent cases closed",
    "chat": "closed cases whose chat goes",
    "answers": "cases with check-ins reduced to their score",
    "traces": "message numbers of a platform",
    "staff": "former staff",
}


@click.command()
@config_option()
@click.option("--dry-run", is_flag=True, help="Only say what would go.")
@click.option("--json", "as_json", is_flag=True, help="Print the counts as JSON.")
def purge(config: Config, *, dry_run: bool, as_json: bool) -> None:
    """Let go what has served its time by content/retention.toml, as the service does every hour."""
    with refusals():
        counts, is_done = asyncio.run(_purge(config, dry_run=dry_run))
    if as_json:
        click.echo(json.dumps({name: counts[name] for name in _SAID}))
    else:
        for name, said in _SAID.items():
            click.echo(f"{counts[name]:>8,}  {said}")
        click.echo("Nothing was changed." if dry_run else "Gone for good.")
    if not is_done:
        raise OneLine("a reader still holds the journals open; run the same command again")


async def _purge(config: Config, *, dry_run: bool) -> tuple[Counter[str], bool]:
    async with open_world(config, {}, needs_land=False) as world:
        if dry_run:
            return await world.database.read(lambda work: foresee(work, world)), True
        return await sweep(Steps(world)), await world.database.finish_erasing(_PATIENCE_SECONDS)
