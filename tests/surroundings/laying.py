"""What an installation would have made at its first start, laid where it will look for it."""

import os
import shutil
from pathlib import Path

from bot.config import Config
from handlers.house.opening import make_folders
from storage.migrate import Store
from storage.shipped.areas import load_gazetteer
from storage.shipped.areatable import FILE
from tests.surroundings.postgres import FOLDER, alone
from tests.surroundings.stores import copy_sqlite


def lay_tables(config: Config) -> None:
    """Spare an installation its migrations: copy tables to where its SQLite files are to be made."""
    make_folders(config)
    for store, url in ((Store.DATA, config.storage.url), (Store.KEYS, config.keys.url)):
        path = Path(url.removeprefix("sqlite:///"))
        if url.startswith("sqlite:///") and not path.exists():
            copy_sqlite(store, path.parent, path.name)


def lay_areas(config: Config) -> None:
    """Spare an installation the building of its table of areas: a copy is what it would find at its second start."""
    kept, place = Path(os.environ[FOLDER]) / "areas", config.storage.data_dir / FILE
    with alone(kept.with_name("lock-areas")):
        if not (kept / FILE).exists():
            kept.mkdir(exist_ok=True)
            load_gazetteer(kept_in=kept)
    if not place.exists():
        shutil.copy(kept / FILE, place)
