"""A broadcast by Telegram alone, from the first word to the report, with a kill while it is being sent."""

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from tests.botapi.control import BotApi
from tests.botapi.people import Person
from tests.end_to_end.people import Step, hear, take_step, texts_of, walk
from tests.end_to_end.telegram_process import TelegramProcess, install

KNOCK = "Ada kabar yang kamu minta"
TEXT = "Pelatihan menjahit dibuka hari Senin."
#: Any hour will do, and a few people are enough.
SETTINGS = '[broadcast]\nsmallest_group = 3\n\n[care]\nquiet_from = "00:00"\nquiet_until = "00:00"\n'
SUBSCRIBE = (
    Step("/start", "Mau mulai dari mana?"),
    Step("kabar", "Mau kami kabari"),
    Step("Ya, kabari saya", "untuk siapa", tap=True),
    Step("Untuk saya", "Topik apa saja", tap=True),
    Step("2", "dari daerah mana"),
    Step("lewati", "Sudah kami simpan"),
)
WRITE = (
    Step("/siarkan", "Siaran. Tulis yang baru"),
    Step("Tulis siaran baru", "Tulis isi siaran", tap=True),
    Step(TEXT, "Siaran (konsep)"),
    Step("Pilih sasaran", "Untuk siapa?", tap=True),
    Step("klien", "Topik apa?", tap=True),
    Step("pelatihan dan kerja", "Tahap mana?", tap=True),
    Step("Semua tahap", "Daerah mana?", tap=True),
    Step("Seluruh Indonesia", "pelatihan dan kerja, seluruh Indonesia", tap=True),
    Step("Coba kirim ke saya", "Siaran (konsep)", tap=True),
    Step("Minta persetujuan", "sudah dikirim ke petugas lain", tap=True),
)


@pytest_asyncio.fixture
async def service(tmp_path: Path, bot_api: BotApi) -> AsyncIterator[TelegramProcess]:
    """Give the running service, for which three people are a group."""
    process = install(tmp_path / "singgah", bot_api, extra=SETTINGS)
    await process.start()
    yield process
    assert await process.stop() == 0, process.errors_file.read_text()


async def join(bot_api: BotApi, service: TelegramProcess, role: str, alias: str) -> Person:
    """Let somebody with a role come in by a one-time code."""
    ended = await service.command("staff", "invite", "--role", role, "--alias", alias)
    code = re.search(r"/start (\S+)", ended.output)
    assert code is not None, ended.errors
    member = bot_api.person(alias)
    await member.start(code[1])
    await hear(member, "Selamat datang")
    return member


async def test_a_broadcast_survives_a_kill_and_reaches_nobody_twice(bot_api: BotApi, service: TelegramProcess) -> None:
    author = await join(bot_api, service, "broadcaster", "Kak Sekar")
    approver = await join(bot_api, service, "coordinator", "Kak Bayu")
    people = [bot_api.person(f"Contoh Klien {number}") for number in range(6)]
    await asyncio.gather(*(walk(person, *SUBSCRIBE) for person in people))

    await walk(author, *WRITE)
    await hear(approver, "minta persetujuanmu")
    assert any(TEXT in text for text in texts_of(approver))
    await take_step(approver, Step("Setujui", "Sudah kamu setujui", tap=True))
    await hear(author, "Siaranmu disetujui")
    await take_step(author, Step("Lihat siaran", "Siaran (disetujui)", tap=True))
    await author.press("Kirim sekarang")
    await asyncio.wait([asyncio.create_task(hear(one, KNOCK)) for one in people], return_when=asyncio.FIRST_COMPLETED)
    await service.kill()
    await service.start()

    report = await hear(author, "Siaranmu selesai")
    del report
    told = next(text for text in reversed(texts_of(author)) if "Siaranmu selesai" in text)
    knocks = [sum(KNOCK in text for text in one.received) for one in people]
    sent, uncertain = (int(re.search(rf"{name}: (\d+)", told)[1]) for name in ("Terkirim", "Tidak pasti sampai"))  # type: ignore[index]  # it is there
    assert max(knocks) == 1
    assert sent <= sum(knocks) <= sent + uncertain == len(people)

    reached = people[knocks.index(1)]
    await reached.press("Buka")
    await hear(reached, TEXT)
