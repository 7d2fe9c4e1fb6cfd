"""One step in the data for commands that need nothing else of a running service; the audit chain is signed after it."""

from collections.abc import Callable
from typing import TypeVar

from bot.config import Config
from handlers.keeping.auditing import sign_end_quietly
from handlers.running.clock import read_clock
from storage.database import Database
from storage.keys.keyring import Keyring
from storage.transaction import Work

T = TypeVar("T")


async def write_signed(config: Config, keyring: Keyring, step: Callable[[Work], T]) -> T:
    """Do a step in the data, then sign where the audit chain ends now, so that nobody can cut off what was done."""
    database = await Database.open(config.storage.url, config.keys.url, keyring, read_clock)
    try:
        done = await database.write(step)
        await sign_end_quietly(database, keyring, config.checkpoint_file, read_clock())
        return done
    finally:
        await database.close()
