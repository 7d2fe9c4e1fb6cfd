"""Open a world: keys, content, areas and database, from the settings."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from pathlib import Path

from bot.care.followup import Plans, read_plans
from bot.care.phrases import PhraseWords, parse_phrase_words
from bot.care.plainness import Plainness, read_plainness
from bot.care.retention import Retention, read_retention
from bot.config import Config
from bot.content import Content, read_content
from bot.ports import Channels
from bot.steps import parse_toml
from handlers.conversing.lookup import place_name
from handlers.conversing.phrases import PhraseStock
from handlers.house.directory import Directory, directory_file
from handlers.house.land import Land, Landed, Lazily
from handlers.house.spoken import Spoken
from handlers.house.unlocking import ask_at_terminal, open_keyring
from handlers.keeping.retentionrules import find_in_force
from handlers.listening.watch import ListeningWatch
from handlers.receiving.limits import Allowances, Buckets, Limit
from handlers.running.clock import read_clock
from handlers.world import World
from storage.database import Database
from storage.keys.keyfiles import prepare_store_folder
from storage.keys.keyring import Keyring
from storage.shipped.areas import load_gazetteer, load_listing, load_travel
from storage.shipped.library import CONTENT, read_library


@dataclass(frozen=True, slots=True)
class House(Landed):
    """Everything that content and data files say, checked."""

    content: Content
    land: Lazily[Land]
    plans: Plans
    words: PhraseWords
    retention: Retention
    plainness: Plainness


def read_house(config: Config) -> House:
    """Read and check every content file; areas, units and crossings are read when they are first asked for.

    Raises ContentError, PlansError, RetentionError or LibraryUnreadable naming file, place and remedy; asking for the
    land raises UnitsError, CrossingsError or AreasUnreadable.
    """
    folder = config.care.content_dir or CONTENT
    files = read_library(folder)
    land = Lazily(partial(_survey, config, folder))
    content = read_content(files, config.care.language, partial(_name, land))
    plans = read_plans(parse_toml(files["reminders.toml"], "reminders.toml"), config.care.quiet_hours)
    words = parse_phrase_words(files["phrase_words.txt"])
    retention = read_retention(parse_toml(files["retention.toml"], "retention.toml"))
    plainness = read_plainness(parse_toml(files["words/avoid.toml"], "words/avoid.toml"))
    return House(content, land, plans, words, retention, plainness)


@asynccontextmanager
async def open_world(
    config: Config,
    channels: Channels,
    clock: Callable[[], datetime] = read_clock,
    house: House | None = None,
    keyring: Keyring | None = None,
    *,
    needs_land: bool = True,
) -> AsyncIterator[World]:
    """Open everything a running service works with, making folders, keys and tables at the first start.

    `house`: None to read the content now.  `keyring`: None to open the keys now, asking for a passphrase where there is
    somebody at a terminal.  `needs_land`: whether areas and units will be asked for for certain, so that they are
    read and checked before anybody waits.  Raises Locked when they cannot be opened now.
    """
    make_folders(config)
    keys = await asyncio.to_thread(open_keyring, config, ask_at_terminal) if keyring is None else keyring
    opening = Database.open(config.storage.url, config.keys.url, keys, clock)
    reading = asyncio.to_thread(_read, config, house, needs_land=needs_land)
    database, read = await asyncio.gather(opening, reading)
    land = Lazily(partial(_copy, read.land))
    try:
        world = World(
            config,
            Spoken(replace(read.content.script, name=partial(_name, land))),
            land,
            read.plans,
            await find_in_force(database, read.retention),
            keys,
            database,
            channels,
            PhraseStock(read.words, keys),
            Allowances(Buckets(Limit(config.limits.messages_per_minute, 60))),
            clock,
            plainness=read.plainness,
        )
        await ListeningWatch(world).take_up()  # before the first message is heard
        yield world
    finally:
        await database.close()


def make_folders(config: Config) -> None:
    """Make the folders of data and keys, readable by their owner only.  Raises KeysInsideData or DataExposed."""
    for folder in (config.storage.data_dir, config.keys.dir):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    store_folder = _sqlite_folder(config.keys.url)
    if store_folder is not None:
        prepare_store_folder(store_folder, config.storage.data_dir)


def _survey(config: Config, folder: Path) -> Land:
    gazetteer = load_gazetteer(kept_in=config.storage.data_dir)
    units = Directory(load_listing(gazetteer, directory_file(config)))
    return Land(gazetteer, units, load_travel(gazetteer, folder / "crossings.csv"))


def _copy(land: Lazily[Land]) -> Land:
    """Give a world a directory of its own, which it may exchange."""
    return replace(land(), units=land().units.copy())


def _name(land: Lazily[Land], source: str, answer: str) -> str:
    if source in ("units", "directory"):
        unit = land().units.get(answer)
        return answer if unit is None else unit.name
    return place_name(land().gazetteer, answer)


def _sqlite_folder(url: str) -> Path | None:
    prefix = "sqlite:///"
    return Path(url.removeprefix(prefix)).parent if url.startswith(prefix) else None


def _read(config: Config, house: House | None, *, needs_land: bool) -> House:
    read = read_house(config) if house is None else house
    if needs_land:
        read.land()
    return read
