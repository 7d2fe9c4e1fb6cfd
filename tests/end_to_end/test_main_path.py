"""From the first message to a human and back, over real HTTP."""

import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.botapi.control import BotApi
from tests.botapi.people import Person
from tests.end_to_end.people import (
    INTAKE_EN,
    INTAKE_ID,
    OFFER,
    PATIENCE_S,
    SENT_LINES,
    Step,
    close_case,
    hear,
    join_staff,
    reach,
    take_step,
    walk,
)
from tests.end_to_end.telegram_process import TelegramProcess

ENGLISH = pytest.mark.parametrize("language", ["id", "en"])


@ENGLISH
async def test_a_person_reaches_a_counsellor_and_both_are_heard(
    bot_api: BotApi, service: TelegramProcess, language: str
) -> None:
    counsellor = await join_staff(bot_api, service)
    client = bot_api.person("Contoh Klien")

    await walk(client, *(INTAKE_ID if language == "id" else INTAKE_EN))
    await hear(counsellor, OFFER)
    await counsellor.press("Terima")
    screen = await hear(counsellor, "Kamu menangani")
    assert all(line in screen.text for line in SENT_LINES), screen.text
    await hear(client, "Kak Kenanga dari BNN Kota Kendari" if language == "id" else "Kak Kenanga")

    for number in range(5):
        await client.send(f"dari klien {number}")
    await hear(counsellor, "dari klien 4")
    for number in range(5):
        await counsellor.send(f"dari konselor {number}")
    await hear(client, "dari konselor 4")
    assert _numbers("dari klien", counsellor) == _numbers("dari konselor", client) == [0, 1, 2, 3, 4]

    await close_case(counsellor)
    await hear(client, "sudah ditutup" if language == "id" else "closed")
    await bot_api.wait_until_idle(timeout=PATIENCE_S)
    assert bot_api.unanswered == []
    assert bot_api.refused == []


async def test_everything_can_be_deleted_and_the_farewell_arrives(bot_api: BotApi, polling: TelegramProcess) -> None:
    counsellor = await join_staff(bot_api, polling)
    client = bot_api.person("Contoh Klien")
    await reach(client, counsellor)

    await take_step(client, Step("hapus", "Hapus sekarang?"))
    await take_step(client, Step("Ya, hapus sekarang", "Semua datamu di sini sudah dihapus", tap=True))
    await hear(counsellor, "klien menghapus datanya")
    await bot_api.wait_until_idle(timeout=PATIENCE_S)

    assert _count_rows(polling.data_folder, "clients", "cases", "conversations", "outbox", "addresses") == {}
    await take_step(client, Step("halo", "Mau mulai dari mana?"))


def _numbers(said: str, person: Person) -> list[int]:
    return [int(found[1]) for text in person.received if (found := re.search(rf"{said} (\d)", text))]


def _count_rows(folder: Path, *tables: str) -> dict[str, int]:
    with closing(sqlite3.connect(folder / "data" / "singgah.db")) as database:
        counted = {
            table: database.execute(f"SELECT count(*) FROM {table}").fetchone()[0]  # noqa: S608 - names of our own
            for table in tables
        }
    return {table: count for table, count in counted.items() if count}
