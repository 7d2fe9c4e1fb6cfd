"""What staff put in force in an installation, for commands that look at it without being the service."""

import asyncio
from typing import Final

from sqlalchemy import func, inspect, select
from sqlalchemy.exc import DBAPIError

from bot.care.listening.changes import Change
from bot.config import Config
from handlers.house.unlocking import ask_at_terminal, open_keyring
from handlers.running.clock import read_clock
from storage.database import Database
from storage.engine.engines import open_reader
from storage.errors import StoreUnavailable
from storage.hearing import listening
from storage.keyproviders.locked import Locked
from storage.tables import listening_changes

#: The content as it ships.
SHIPPED: Final = 0


def read_in_force(config: Config) -> tuple[int, tuple[Change, ...]]:
    """Return the version of staff's changes in force, and everything changed in it; `SHIPPED` and nothing without one.

    Keys are opened only if there is a version, and tables are left as they are.  Raises StoreUnavailable, Locked when
    the keys are sealed and nobody can be asked, and what else opening a database raises.
    """
    version = _find_version(config.storage.url)
    return (version, asyncio.run(_open_changes(config, version))) if version else (SHIPPED, ())


def _find_version(url: str) -> int:
    engine = open_reader(url, 1)
    try:
        with engine.connect() as connection:
            if not inspect(connection).has_table(listening_changes.name):
                return SHIPPED
            newest: int | None = connection.execute(select(func.max(listening_changes.c.version))).scalar_one()
            return newest or SHIPPED
    except DBAPIError as error:
        said = f"what staff changed cannot be read: the data store does not answer ({type(error.orig).__name__})"
        raise StoreUnavailable(f"{said}; start it, or add --shipped for the content alone") from None
    finally:
        engine.dispose()


async def _open_changes(config: Config, version: int) -> tuple[Change, ...]:
    try:
        keyring = await asyncio.to_thread(open_keyring, config, ask_at_terminal)
    except Locked as error:
        raise Locked(f"version {version} of what staff changed is sealed: {error}; or add --shipped") from None
    database = await Database.open(config.storage.url, config.keys.url, keyring, read_clock, migrate=False)
    try:
        return await database.read(lambda work: listening.changes_of(work, version))
    finally:
        await database.close()
