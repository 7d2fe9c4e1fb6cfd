"""Whether this installation can do its work: what stops when something is short, and what staff are told of it."""

import shutil
from collections.abc import Mapping
from datetime import timedelta
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Final

from bot.config import Config
from handlers.running.watch import Health, Trouble
from handlers.world import World
from storage.errors import StorageError
from storage.vitals import oldest_letter, prove_writing

#: Below this broadcasts and exports stop, so that what people write still finds room.
LEAST_FREE_BYTES: Final = 500 * 1_048_576
#: A letter that waits longer than this has not been held up by the pace alone.
LONGEST_WAIT: Final = timedelta(seconds=60)
_SQLITE: Final = "sqlite:///"


def is_disk_low(config: Config) -> bool:
    """Tell whether so little room is left that only what people need is written."""
    return free_bytes(config) < LEAST_FREE_BYTES


def free_bytes(config: Config) -> int:
    """Return the room on the fullest disk that is written to."""
    return min(measure_disks(config).values())


def measure_disks(config: Config) -> Mapping[Path, int]:
    """Measure the room around every place that is written to, also before it is made."""
    places = [config.storage.data_dir, config.keys.dir, config.checkpoint_file.parent]
    stores = (config.storage.url, config.keys.url)
    places += [Path(url.removeprefix(_SQLITE)).parent for url in stores if url.startswith(_SQLITE)]
    return MappingProxyType({place: shutil.disk_usage(_existing(place)).free for place in places})


async def look(world: World) -> Health:
    """Look how this installation is, as this process sees it; at most every few seconds."""
    return await world.watch.keep(partial(_look, world))


async def _look(world: World) -> Health:
    free = free_bytes(world.config)
    troubles = [Trouble.DISK_LOW] if free < LEAST_FREE_BYTES else []
    if world.signals.deaf:
        troubles.append(Trouble.NOT_RECEIVING)
    try:
        await world.database.write(lambda work: prove_writing(work.data))
        since = await world.database.read(lambda work: oldest_letter(work.data, work.now))
    except StorageError:
        return Health(free, (*troubles, Trouble.STORE_AWAY))
    if since is not None and world.clock() - since > LONGEST_WAIT:
        troubles.append(Trouble.NOT_SENDING)
    return Health(free, tuple(troubles))


def _existing(place: Path) -> Path:
    return next(folder for folder in (place, *place.resolve().parents) if folder.exists())
