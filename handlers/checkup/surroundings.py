"""Look at what is around the stores: room on the disks, copies, keys, content and units."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from bot.care.units.gaps import find_gaps
from bot.care.units.unit import local_time
from bot.config import Config
from handlers.checkup.findings import Finding, act, fine, mention, say_time
from handlers.house.opening import House
from handlers.inspecting.inspection import inspect
from handlers.running.health import LEAST_FREE_BYTES, free_bytes
from storage.backup.archives import Kind
from storage.backup.backups import made_on
from storage.keys.keyfiles import KeyFiles
from storage.keys.sealedkeys import FILE

_LITTLE: Final = 4 * LEAST_FREE_BYTES
#: Copies are made every hour; one may fail.
_OLDEST_COPY: Final = timedelta(hours=3)
_MIB: Final = 1_048_576


def check_disk(config: Config) -> Finding:
    """Look at the room on the fullest disk that is written to."""
    free = free_bytes(config)
    said = f"{free // _MIB:,} MiB free on the fullest"
    if free < LEAST_FREE_BYTES:
        return act("disk", said, "make room; until then no broadcast and no export is made")
    return mention("disk", said, "make room soon") if free < _LITTLE else fine("disk", said)


def check_copies(config: Config, now: datetime) -> Finding:
    """Look at the age of the newest copy."""
    if config.backup.recipient is None:
        return act("backups", "none are made", "singgah backup keygen, then its line into the settings and the timer")
    times = [made for path in (config.backup.dir / Kind.DATA.value).glob("*.age") if (made := made_on(path))]
    if not times:
        return act("backups", f"none in {config.backup.dir}", "singgah backup create, and see whether the timer runs")
    said = f"{len(times)}, the newest {say_time(now - max(times))} old"
    if now - max(times) > _OLDEST_COPY:
        return act("backups", said, "singgah backup create, and see why the timer does not run")
    return fine("backups", said)


def check_key_files(config: Config) -> Finding:
    """Look whether there are keys, and who opens them."""
    folder, said = config.keys.dir, f"provider {config.keys.provider}"
    is_sealed = (folder / FILE).exists()
    open_keys = KeyFiles(folder).list_root_keys() if folder.exists() else []
    if not is_sealed and not open_keys:
        return mention("key files", f"{said}, none yet", "the first start makes them: singgah run")
    if is_sealed and config.keys.provider == "file":
        return act("key files", f"{said}, but they are sealed", 'set keys.provider to "passphrase" or "transit"')
    if open_keys and config.keys.provider != "file":
        return act("key files", f"{said}, but open files are left", "stop the service and run singgah keys seal")
    return fine("key files", f"{said}, {'sealed' if is_sealed else 'open files'}")


def check_house(house: House, now: datetime) -> Iterator[Finding]:
    """Look at content and directory."""
    stops = sum(found.stops for found in (*house.content.findings, *inspect(house)))
    said = f"{len(house.content.script.languages)} languages, {stops} findings that must be mended"
    yield act("content", said, "singgah check") if stops else fine("content", said)
    yield _check_signatures(house)
    units = [unit for unit in house.units.values() if unit.active]
    asked = sum(bool(find_gaps(unit, house.gazetteer, local_time(unit, now).date())) for unit in units)
    told = f"{len(units)} open units, {asked} with something to be asked"
    yield mention("units", told, "singgah units check") if asked else fine("units", told)


def _check_signatures(house: House) -> Finding:
    """Look which texts on medicine and law nobody of the trade has signed; the person is told so under each."""
    unsigned = Counter(text.by for text in house.content.unsigned)
    if not unsigned:
        return fine("signatures", "every text on medicine and law is signed")
    said = ", ".join(f"{count} want a {by}" for by, count in sorted(unsigned.items()))
    return mention("signatures", said, "singgah check names them; whoever signs is written into content/safety.toml")
