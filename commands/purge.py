"""`singgah purge`: the nightly sweep, by hand."""

import asyncio
import json
from collections import Counter

import click

from bot.config import Config
from commands.settings import OneLine, config_option, refusals
from handlers.opening import open_world
from handlers.sweep import sweep
from handlers.world import World
from storage.transaction import Work

_PATIENCE_SECONDS = 20.0
_SAID = {
    "folders": "folders whose time was over",
    "left_over": "folders left over by a crash or a restored copy",
    "warned": "people told that their folder goes soon",
    "closed": "silent cases closed",
    "chat": "chat messages of closed cases",
    "answers": "check-ins reduced to their score",
    "traces": "message numbers of a platform",
    "staff": "former staff",
}


class _Undo(Exception):
    """Carries what a sweep would have done out of the transaction that it undoes."""

    def __init__(self, counts: Counter[str]) -> None:
        super().__init__("looked at only")
        self.counts = counts


@click.command()
@config_option()
@click.option("--dry-run", is_flag=True, help="Only say what would go; the first hundred folders are counted.")
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
            return await _look(world), True
        counts = Counter[str]()
        while True:
            swept = await world.database.write(lambda work: sweep(work, world))
            counts += swept
            if not swept["folders"]:
                return counts, await world.database.finish_erasing(_PATIENCE_SECONDS)


async def _look(world: World) -> Counter[str]:
    def step(work: Work) -> None:
        raise _Undo(sweep(work, world))

    try:
        await world.database.write(step)
    except _Undo as looked:
        return looked.counts
    raise AssertionError("unreachable: the step always raises")
