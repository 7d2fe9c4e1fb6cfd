"""`singgah erase`: everything about one person, by the code of their case."""

import asyncio

import click

from bot.config import Config
from commands.settings import OneLine, config_option, refusals
from handlers.house.opening import open_world
from handlers.keeping.auditing import sign_quietly
from handlers.keeping.erase import erase as erase_person
from handlers.world import World
from storage.casework import cases
from storage.clients import people
from storage.trail.audit import OPERATOR
from storage.transaction import Work

#: A reader in mid-snapshot holds the last step up for so long at most.
_PATIENCE_SECONDS = 20.0
_ASKED = "Erase everything kept about the person of this case? It cannot be undone"


@click.command()
@config_option()
@click.argument("case")
@click.option("--yes", is_flag=True, help="Do not ask first.")
def erase(config: Config, case: str, *, yes: bool) -> None:
    """Erase everything about the person of a case: rows, keys, and what the journals still hold.

    The person gets a last sentence where they can be reached.  Says the same whether there was such a case or not, and
    may be repeated.  Exit code 0 only when nothing is left.
    """
    code = cases.read_code(case)
    if code is None:
        raise OneLine("that is no case code: its check letter does not fit; type it as it stands on the desk")
    if not yes:
        click.confirm(_ASKED, abort=True)
    with refusals():
        is_done = asyncio.run(_erase(config, code))
    if not is_done:
        raise OneLine("erased, but a reader still holds the journals open; run the same command again")
    click.echo(f"{code}: nothing is kept under this code.")


async def _erase(config: Config, code: str) -> bool:
    async with open_world(config, {}, needs_land=False) as world:
        await world.database.write(lambda work: _erase_owner(work, world, code))
        await sign_quietly(world)
        return await world.database.finish_erasing(_PATIENCE_SECONDS)


def _erase_owner(work: Work, world: World, code: str) -> None:
    case = cases.find_by_code(work, code, lock=True)
    if case is not None:
        language = people.load_client(work, case.client_id).language
        erase_person(work, world, case.client_id, language, OPERATOR)
