"""Which parts of the service a process runs."""

from enum import StrEnum

from bot.config import Config
from commands.settings import OneLine
from storage.engine.occupancy import is_for_many


class Part(StrEnum):
    """One part of the service, the role of a process; it may have several, by default all."""

    RECEIVE = "receive"
    SEND = "send"
    TICK = "tick"
    WEB = "web"


def choose_parts(config: Config, names: tuple[str, ...]) -> frozenset[Part]:
    """Return the roles named, all of them if none is.  Refuses parts where one process must be the whole."""
    if names and not is_for_many(config.storage.url):
        raise OneLine(
            "--role needs PostgreSQL, for an SQLite file is one process's; set storage.database_url or leave --role out"
        )
    return frozenset(map(Part, names)) or frozenset(Part)
