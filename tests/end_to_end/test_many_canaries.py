"""Five hundred planted words, and not one of them in data, journal, logs or copies, whoever opens the copies."""

import random
import re
import sqlite3
import string
from contextlib import closing
from pathlib import Path

import pytest

from storage.backup.archives import Kind, open_archive, read_identity
from tests.botapi.control import BotApi
from tests.botapi.people import Person
from tests.botapi.screen import Screen
from tests.end_to_end.canaries import scan, spell
from tests.end_to_end.people import INTAKE_ID, PATIENCE_S, hear, join_staff, reach, walk
from tests.end_to_end.telegram_process import TelegramProcess

MOST_WORDS = 500
_TALKERS, _LINES = 3, 60
_PASSERS_BY, _REMARKS = 30, 10
_LETTERS = 9


class _Words:
    """Words that stand nowhere else, each given out once."""

    def __init__(self) -> None:
        self._random = random.Random(20261122)
        self.planted: list[str] = []

    def plant(self) -> str:
        """Make the next word."""
        word = "".join(self._random.choices(string.ascii_lowercase, k=_LETTERS))
        self.planted.append(word)
        return word


def test_every_word_is_looked_for_in_eight_forms_and_more() -> None:
    assert len({form for _, form, _ in spell("kenaribüsa")}) >= 8


@pytest.mark.timeout(300)
async def test_five_hundred_words_leave_no_trace_in_any_file(bot_api: BotApi, polling: TelegramProcess) -> None:
    words = _Words()
    counsellor = await join_staff(bot_api, polling, f"Kak {words.plant()}")
    talkers = [bot_api.person(words.plant(), username=f"{words.plant()}_x") for _ in range(_TALKERS)]
    passers_by = [bot_api.person(words.plant(), username=f"{words.plant()}_x") for _ in range(_PASSERS_BY)]
    for person in talkers:
        await reach(person, counsellor)
        await _talk(person, words)
    for person in passers_by:
        await walk(person, *INTAKE_ID[:1])
        for _ in range(_REMARKS):
            await person.send(f"{words.plant()} begitu")
    await bot_api.wait_until_idle(timeout=PATIENCE_S)
    await _hear_all(counsellor, words)
    await _back_up(polling)
    await polling.kill()
    opened = _open_copies(polling)

    ids = [str(person.id) for person in (*talkers, *passers_by, counsellor)]
    places = [polling.data_folder, polling.log_file.parent, opened]
    assert len(words.planted) >= MOST_WORDS
    assert scan(places, [*words.planted, *ids]) == []
    assert _find_numbers(opened, {int(name) for name in ids}) == []
    assert scan([opened], ["bnnk-kendari"]) != []
    assert (polling.data_folder / "data" / "singgah.db-wal").stat().st_size > 0
    await polling.start()


async def _talk(person: Person, words: _Words) -> None:
    for _ in range(_LINES):
        await person.send(f"aku {words.plant()} lagi")
    await hear(person, "")


async def _hear_all(counsellor: Person, words: _Words) -> None:
    """What was planted has gone all the way through the service, or the scan would prove nothing."""

    def is_heard(_screen: Screen) -> bool:
        heard = "\n".join(counsellor.received)
        return sum(word in heard for word in words.planted) >= _TALKERS * _LINES

    await counsellor.wait_for(is_heard, 2 * PATIENCE_S)


async def _back_up(service: TelegramProcess) -> None:
    made = await service.command("backup", "keygen", str(service.folder / "stick"))
    public = re.search(r"age1[0-9a-z]+", made.output)
    assert public is not None, made.errors
    with service.config_file.open("a") as settings:
        settings.write(f'[backup]\nrecipient = "{public[0]}"\n')
    copied = await service.command("backup", "create")
    assert copied.exit_code == 0, copied.errors


def _open_copies(service: TelegramProcess) -> Path:
    """Open every copy, as somebody does who has the private half but no key of the service."""
    folder = service.folder / "opened"
    folder.mkdir()
    identity = read_identity(service.folder / "stick")
    for path in sorted((service.data_folder / "backups").glob("*/*.age")):
        open_archive(path, identity, folder / f"{path.parent.name}.db")
    assert {path.stem for path in folder.iterdir()} == {kind.value for kind in Kind}
    return folder


def _find_numbers(folder: Path, ids: set[int]) -> list[str]:
    """Find ids that a database keeps as numbers."""
    found = []
    for kind in (Kind.DATA, Kind.KEYS):
        with closing(sqlite3.connect(folder / f"{kind}.db")) as database:
            tables = [row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            for table in tables:
                rows = database.execute(f'SELECT * FROM "{table}"')  # noqa: S608 - a name out of the catalogue
                found += [table for row in rows if ids & {value for value in row if isinstance(value, int)}]
    return found
