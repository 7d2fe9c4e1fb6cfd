"""T14, T15, T23: what a client writes stays words, in the counsellor's chat and in sheets; files are never fetched."""

import csv
import io
import json
import re

import pytest

from bot.care.figures.spreadsheet import disarm
from bot.dialogue.layout import plain
from tests.attacks.hostile_words import TURNING, make_payloads
from tests.attacks.outside import IS_LONG
from tests.botapi.control import BotApi
from tests.botapi.people import Person
from tests.end_to_end.canaries import scan
from tests.end_to_end.people import close_case, hear, join_staff, reach
from tests.end_to_end.telegram_process import TelegramProcess

_MOST = 2_000 if IS_LONG else 400
_FIRST_OF_CELL = set("=+-@\t\r\0")


@pytest.mark.timeout(300)
async def test_thousands_of_hostile_texts_reach_the_counsellor_as_words_under_the_label(
    bot_api: BotApi, polling: TelegramProcess
) -> None:
    counsellor, client = await join_staff(bot_api, polling), bot_api.person("<b>Contoh</b> Klien")
    await reach(client, counsellor)
    code = await _find_code(counsellor)
    before = len(counsellor.received)

    for payload in make_payloads(_MOST, code):
        await client.send(payload)
    await client.send("penutup contoh")
    await hear(counsellor, "penutup contoh")

    shown = counsellor.received[before:]
    relayed = [text for text in shown if text.startswith(f"Klien {code}:\n")]
    numbers = [int(found[1]) for text in relayed if (found := re.search(r"│ uji(\d+)\.", text))]
    assert sorted(set(numbers)) == list(range(_MOST))
    for text in relayed:
        assert all(line.startswith("│ ") or line == "│" for line in text.splitlines()[1:]), text
    assert not [text for text in shown if set(text) & set(TURNING)]
    _expect_plain_calls(bot_api, counsellor)
    await close_case(counsellor)
    assert bot_api.refused == []


@pytest.mark.parametrize("name", ["CSV", "JSON"])
async def test_no_cell_of_published_figures_begins_like_a_formula(polling: TelegramProcess, name: str) -> None:
    alone = ("--alone", "belum ada orang kedua")
    printed = await polling.command("stats", "--quarter", "2026Q1", f"--{name.lower()}", *alone)
    assert printed.exit_code == 0, printed.errors
    if name == "JSON":
        shown = json.loads(printed.output)
        cells = [shown["quarter"], *(str(value) for row in shown["rows"] for value in row.values())]
    else:
        cells = [cell for row in csv.reader(io.StringIO(printed.output, newline="")) for cell in row]
    assert cells
    assert not [cell for cell in cells if cell[:1] in _FIRST_OF_CELL]


def test_no_hostile_text_is_left_a_formula_by_the_sheet_writer() -> None:
    for payload in make_payloads(_MOST, "ABCD"):
        words = payload.partition(". ")[2]
        assert disarm(words).strip(" \n")[:1] not in _FIRST_OF_CELL


def test_marks_that_turn_hide_or_pile_up_are_shown_as_a_mark() -> None:
    assert set(plain(TURNING)) == {"\ufffd"}
    assert plain("a\u200db") == "a\ufffdb"
    assert plain("👩\u200d⚕️ 👨\u200d👩\u200d👧") == "👩\u200d⚕️ 👨\u200d👩\u200d👧"
    assert len(plain("z" + "\u0335\u0322\u0306" * 3_000)) == 5
    assert plain("e\u0301 a\u0302\u0301") == "e\u0301 a\u0302\u0301"


async def test_files_are_never_fetched_and_leave_nothing_behind(bot_api: BotApi, polling: TelegramProcess) -> None:
    counsellor, client = await join_staff(bot_api, polling), bot_api.person("Contoh Klien")
    await reach(client, counsellor)
    polyglot = b"\xff\xd8\xff\xe1Exif\0\0GPS-kanari-contoh<svg onload=alert(1)>%PDF-1.7 PK\x03\x04"
    for send in (client.send_photo, client.send_voice, client.send_document):
        await send(polyglot)
    await client.send_contact(name="Kanari Kontak Contoh")
    await client.forward("kabar terusan contoh", "Kanari Asal Contoh")
    await client.send_document(polyglot, "kanari-nama-berkas.html")
    await hear(counsellor, "kabar terusan contoh")

    assert bot_api.calls("getFile") == []
    assert scan([polling.folder], ["GPS-kanari-contoh", "Kanari Kontak", "Kanari Asal", "kanari-nama-berkas"]) == []
    assert not any("anari" in text for text in counsellor.received)


async def _find_code(counsellor: Person) -> str:
    await hear(counsellor, "Kamu menangani")
    found = re.search(r"Kamu menangani (\S+?)[.:]?(\s|$)", "\n".join(counsellor.received))
    assert found, counsellor.received
    return found[1]


def _expect_plain_calls(bot_api: BotApi, person: Person) -> None:
    for call in bot_api.calls(chat_id=person.chat_id):
        assert "parse_mode" not in call.parameters
        assert "entities" not in call.parameters
