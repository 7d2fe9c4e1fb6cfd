"""Nothing a person is, types or shares stands in a log, a database or its journal, not even at DEBUG."""

import asyncio
import base64
import json
import sqlite3
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.botapi.control import BotApi
from tests.botapi.people import Person
from tests.end_to_end.canaries import scan
from tests.end_to_end.people import INTAKE_ID, PATIENCE_S, Step, close_case, hear, join_staff, reach, take_step, walk
from tests.end_to_end.telegram_process import TelegramProcess

CLIENT, OTHER = "Kenari Ümlaut 8412", "Kenari Lain 8413"
TYPED = "saya bermimpi tentang kenari büsa 8414"
ANSWERED = "konselor mendengar kenari büsa 8415"
CAPTION, FORWARDED, PHONE = "kenari di foto büsa 8416", "kenari terusan büsa 8417", "+620008418841"
GARBLED, ODD = "kenari rusak büsa 8419", "kenari perintah büsa 8420"
USERNAME, ALIAS = "kenari_klien_8421", "Kak Kenari Büsa 8422"
PLACES = ("kecamatan kadia", "Kadia", "74.71.0", "-3.9675123", "122.5205123")
LABELS = ("Sabu atau ekstasi", "stimulants", "tiap minggu", "25-34 tahun", "age_25_34")
#: Longer than the service waits for a locked database.
_LOCKED_S = 6.5


@pytest.mark.timeout(300)
async def test_a_whole_story_with_every_kind_of_trouble_leaves_no_trace(
    bot_api: BotApi, service: TelegramProcess
) -> None:
    client = bot_api.person(CLIENT, username=USERNAME)
    other = bot_api.person(OTHER)
    counsellor = await join_staff(bot_api, service, ALIAS)

    await reach(client, counsellor)
    await _talk(client, counsellor)
    await _send_everything_else(bot_api, other)
    await _make_trouble(bot_api, service, client, counsellor)
    await service.kill()
    words, numbers = _list_canaries(bot_api, service), [client.id, other.id, counsellor.id]
    assert scan([service.data_folder, service.log_file.parent], words, numbers) == []
    assert (service.data_folder / "data" / "singgah.db-wal").stat().st_size > 0

    await service.start()
    await close_case(counsellor)
    await take_step(client, Step("hapus", "Hapus sekarang?"))
    await take_step(client, Step("Ya, hapus sekarang", "sudah dihapus", tap=True))
    await bot_api.wait_until_idle(timeout=PATIENCE_S)
    assert await service.stop() == 0
    assert scan([service.data_folder, service.log_file.parent], words, numbers) == []
    _expect_something_was_read(service)
    bot_api.forgive()


async def _talk(client: Person, counsellor: Person) -> None:
    await client.send(TYPED)
    await hear(counsellor, TYPED)
    await counsellor.send(ANSWERED)
    await hear(client, ANSWERED)


async def _send_everything_else(bot_api: BotApi, person: Person) -> None:
    await walk(person, *INTAKE_ID[:4])
    await person.send_photo(caption=CAPTION)
    await person.forward(FORWARDED, origin=CLIENT)
    await person.send_contact(PHONE, name=CLIENT)
    await person.send(f"/kenari {ODD}")
    await person.edit(await person.send(TYPED), FORWARDED)
    await person.share(-3.9675123, 122.5205123)
    bot_api.inject_raw({"message": {"chat": {"id": person.id, "type": "private"}, "text": [GARBLED, 1]}})
    bot_api.inject_raw({"message": {"chat": {"id": GARBLED}, "from": {"first_name": CLIENT}}})
    await bot_api.wait_until_idle(timeout=PATIENCE_S)


async def _make_trouble(bot_api: BotApi, service: TelegramProcess, client: Person, counsellor: Person) -> None:
    """Let the platform and the database fail in every way while people talk."""
    for trouble in (
        {"code": 429, "retry_after": 1},
        {"code": 500},
        {"code": 400},
        {"drop": "before"},
        {"drop": "after"},
    ):
        bot_api.fault("sendMessage", chat_id=client.id, description=f"{TYPED} {bot_api.token}", **trouble)
        await counsellor.send(ANSWERED)
        await asyncio.sleep(0.2)
    if service.mode == "polling":
        bot_api.fault("getUpdates", code=502, description=TYPED)
        bot_api.fault("getUpdates", drop="before")
    else:
        await service.post_update(json.dumps({"update_id": TYPED}), service.secret)
        await service.post_update(GARBLED, service.secret)
        await service.post_update(GARBLED, TYPED)
    await client.send(TYPED)
    with closing(sqlite3.connect(service.data_folder / "data" / "singgah.db", isolation_level=None)) as database:
        database.execute("BEGIN IMMEDIATE")
        await client.send(TYPED)
        await asyncio.sleep(_LOCKED_S)
        database.execute("ROLLBACK")
    other = bot_api.person(OTHER)
    await walk(other, *INTAKE_ID[:2])
    bot_api.fault("sendMessage", code=403, chat_id=other.id, description=f"Forbidden: {TYPED}")
    await other.send(ODD)
    await bot_api.wait_until_idle(quiet=1.0, timeout=PATIENCE_S)


def _list_canaries(bot_api: BotApi, service: TelegramProcess) -> list[str]:
    typed = (TYPED, ANSWERED, CAPTION, FORWARDED, PHONE, GARBLED, ODD)
    known = (CLIENT, OTHER, USERNAME, ALIAS, "Contoh Konselor")
    secrets = (bot_api.token, bot_api.token.partition(":")[2], service.secret)
    parts = ("kenari", "büsa")
    return [*typed, *known, *secrets, *parts, *PLACES, *LABELS]


def _expect_something_was_read(service: TelegramProcess) -> None:
    """The scan means something only if the files hold what they are known to hold."""
    log = service.log_file.read_text()
    assert all(action in log for action in ('"telegram.trouble"', '"outbox.unsent"'))
    assert '"StoreUnavailable"' in log or "storage.errors.StoreUnavailable" in log or "NotTaken" in log
    assert scan([service.data_folder], ["bnnk-kendari"]) != []


FORMS = {
    "raw": TYPED.encode(),
    "lower": TYPED.upper().lower().encode(),
    "UTF-16": TYPED.encode("utf-16-le"),
    "hex": TYPED.encode().hex().upper().encode(),
    "URL": quote(TYPED).lower().encode(),
    "JSON": json.dumps({"text": TYPED}).encode(),
    "JSON twice": json.dumps(json.dumps(TYPED)).encode(),
    "base64+0": base64.b64encode(TYPED.encode()),
    "base64+1": base64.b64encode(f"x{TYPED} and more".encode()),
    "base64+2": base64.b64encode(f"xy{TYPED}, more".encode()),
    "base64url+0": base64.urlsafe_b64encode(f"abc{TYPED}".encode()),
}


@pytest.mark.parametrize("form", FORMS)
def test_the_scanner_finds_a_word_in_every_form(tmp_path: Path, form: str) -> None:
    (tmp_path / "file").write_bytes(b"\x00before" + FORMS[form] + b"after\xff")

    assert form in {hit.form for hit in scan([tmp_path], [TYPED])}


@pytest.mark.parametrize("number", [700_000_003, -1_000_000_000_001])
def test_the_scanner_finds_an_id_as_a_number_of_the_database(tmp_path: Path, number: int) -> None:
    with closing(sqlite3.connect(tmp_path / "data.db")) as database:
        database.execute("CREATE TABLE people (id INTEGER)")
        database.execute("INSERT INTO people VALUES (?)", (number,))
        database.commit()

    assert scan([tmp_path], [], [number]) != []
    assert scan([tmp_path], [], [number + 1]) == []


def test_the_scanner_finds_a_word_in_the_journal_of_a_database(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "data.db")) as database:
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("CREATE TABLE words (word TEXT)")
        database.execute("INSERT INTO words VALUES (?)", (TYPED,))
        database.commit()
        assert {hit.file for hit in scan([tmp_path], [TYPED])} == {"data.db-wal"}
