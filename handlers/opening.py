"""Open a world: keys, content, areas and database, from the settings."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bot.care.followup import Plans, read_plans
from bot.care.gazetteer import Gazetteer
from bot.care.phrases import PhraseWords, parse_phrase_words
from bot.care.travel import Travel
from bot.care.units import Unit
from bot.config import Config
from bot.content import Content, read_content
from bot.ports import Channels
from bot.steps import parse_toml
from handlers.clock import read_clock
from handlers.limits import Allowances, Buckets, Limit
from handlers.lookup import place_name
from handlers.phrases import PhraseStock
from handlers.world import World
from storage.areas import load_gazetteer, load_travel, load_units
from storage.database import Database
from storage.keyring import Keyring
from storage.library import CONTENT, read_library


@dataclass(frozen=True, slots=True)
class House:
    """Everything that content and data files say, checked."""

    content: Content
    gazetteer: Gazetteer
    units: dict[str, Unit]
    travel: Travel
    plans: Plans
    words: PhraseWords


def read_house(config: Config) -> House:
    """Read and check every content file.

    Raises ContentError, UnitsError, CrossingsError, PlansError, AreasUnreadable or LibraryUnreadable naming file, place
    and remedy.
    """
    folder = config.care.content_dir or CONTENT
    files = read_library(folder)
    gazetteer = load_gazetteer()
    units = {str(unit.id): unit for unit in load_units(gazetteer, folder / "units.toml")}
    travel = load_travel(gazetteer, folder / "crossings.csv")

    def name(source: str, answer: str) -> str:
        if source in ("units", "directory"):
            return units[answer].name if answer in units else answer
        return place_name(gazetteer, answer)

    content = read_content(files, config.care.language, name)
    plans = read_plans(parse_toml(files["reminders.toml"], "reminders.toml"), config.care.quiet_hours)
    return House(content, gazetteer, units, travel, plans, parse_phrase_words(files["phrase_words.txt"]))


@asynccontextmanager
async def open_world(
    config: Config, channels: Channels, clock: Callable[[], datetime] = read_clock, house: House | None = None
) -> AsyncIterator[World]:
    """Open everything a running service works with, making folders, keys and tables at the first start.

    `house`: None to read the content now.
    """
    make_folders(config)
    keyring = Keyring.open(config.keys.dir, config.storage.data_dir)
    opening = Database.open(config.storage.url, config.keys.url, keyring, clock)
    reading = _already(house) if house else asyncio.to_thread(read_house, config)
    database, read = await asyncio.gather(opening, reading)
    try:
        yield World(
            config,
            read.content.script,
            read.gazetteer,
            read.units,
            read.travel,
            read.plans,
            keyring,
            database,
            channels,
            PhraseStock(read.words, keyring),
            Allowances(Buckets(Limit(config.limits.messages_per_minute, 60))),
            clock,
        )
    finally:
        await database.close()


def make_folders(config: Config) -> None:
    """Make the folders of data and keys, readable by their owner only."""
    for folder in (config.storage.data_dir, config.keys.dir, _sqlite_folder(config.keys.url)):
        if folder is not None:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)


def _sqlite_folder(url: str) -> Path | None:
    prefix = "sqlite:///"
    return Path(url.removeprefix(prefix)).parent if url.startswith(prefix) else None


async def _already(house: House) -> House:
    return house
