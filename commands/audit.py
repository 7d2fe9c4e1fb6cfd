"""`singgah audit`: what staff did, and whether anybody changed the record of it."""

import asyncio
import json

import click

from bot.config import Config
from commands.settings import OneLine, config_option, refusals
from handlers.house.opening import open_world
from handlers.keeping import auditing
from handlers.keeping.auditing import Finding
from handlers.office.oversight import AuditLine, list_lines

_SAYINGS = {
    "changed": "is not as it was written",
    "missing": "is missing",
    "cut": "is missing, and so is everything after it",
    "inserted": "was put in later",
    "rewritten": "or a later one, up to the next checkpoint, was written anew",
    "checkpoint_missing": "was covered by a checkpoint that is gone from the file",
    "checkpoint_changed": "is claimed by a checkpoint that was changed, or that this service never signed",
}


@click.group()
def audit() -> None:
    """Look at the chain of what staff did, and verify it."""


@audit.command()
@config_option()
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def verify(config: Config, as_json: bool) -> None:  # noqa: FBT001 - a flag
    """Say whether the chain is whole, or which is the first bad row (exit code 1)."""

    async def go() -> Finding:
        async with open_world(config, {}, needs_land=False) as world:
            return await auditing.verify(world)

    with refusals():
        found = asyncio.run(go())
    if as_json:
        click.echo(json.dumps(_describe(found)))
    elif found.is_whole:
        click.echo(
            f"whole: {found.last_row} rows, signed up to row {found.signed_to} by {found.checkpoints} checkpoints."
        )
    if not found.is_whole:
        raise OneLine(_complain(config, found))


@audit.command(name="list")
@config_option()
@click.option(
    "--most", type=click.IntRange(1, 10_000), default=100, show_default=True, help="How many rows, newest first."
)
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def list_rows(config: Config, most: int, as_json: bool) -> None:  # noqa: FBT001 - a flag
    """List what staff did, newest first; never a word of a client."""

    async def go() -> list[AuditLine]:
        async with open_world(config, {}, needs_land=False) as world:
            return await world.database.read(lambda work: list_lines(work, most))

    with refusals():
        lines = asyncio.run(go())
    rows = [_row(line) for line in lines]
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False))
        return
    for row in rows:
        click.echo("  ".join(f"{value}" for value in row.values() if value))


@audit.command()
@config_option()
def sign(config: Config) -> None:
    """Sign where the chain ends now, for instance before copying the checkpoint file elsewhere."""

    async def go() -> bool:
        async with open_world(config, {}, needs_land=False) as world:
            return await auditing.sign_now(world)

    with refusals():
        is_new = asyncio.run(go())
    click.echo(f"signed; see {config.checkpoint_file}" if is_new else "nothing new to sign.")


def _describe(found: Finding) -> dict[str, object]:
    return {
        "whole": found.is_whole,
        "last_row": found.last_row,
        "signed_to": found.signed_to,
        "checkpoints": found.checkpoints,
        "bad_row": found.bad_row,
        "damage": found.damage,
    }


def _complain(config: Config, found: Finding) -> str:
    row = "a row" if found.bad_row is None else f"row {found.bad_row}"
    said = _SAYINGS[found.damage or "changed"]
    return f"{row} {said}; keep the database and {config.checkpoint_file} as they are and compare them with your copies"


def _row(line: AuditLine) -> dict[str, object]:
    return {
        "row": line.sequence,
        "at": f"{line.at:%Y-%m-%d %H:%M}Z",
        "who": line.who,
        "did": line.action,
        "about": line.about,
        "detail": ", ".join(f"{name} {value}" for name, value in line.detail.items()),
    }
