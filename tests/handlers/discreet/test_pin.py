"""Before anything is shown stands the PIN, for whoever wants one; danger, stopping and erasing need none."""

from collections.abc import Awaitable, Callable
from functools import partial

import pytest
from sqlalchemy import Table

from storage.casework.cases import Stage
from storage.clients.discretion import load_discretion
from storage.tables import clients, conversations, transcripts
from storage.transaction import Work
from tests.handlers.walking import (
    CLIENT,
    COUNSELLOR,
    KNOCK,
    accepted_case,
    client_at,
    closed_in,
    in_world,
    later,
    state_at,
    tick,
)
from tests.worlds import TestBed

PIN = "2468"


def _read_all(table: Table, work: Work) -> str:
    return str(work.data.execute(table.select()).all())


async def _set_pin(bed: TestBed, pin: str = PIN) -> None:
    await bed.say(CLIENT, "pengaturan")
    await bed.tap(CLIENT, "PIN")
    await bed.tap(CLIENT, "Pasang atau ganti PIN")
    await bed.say(CLIENT, pin, pin)


WHAT_SHOWS: dict[str, Callable[[TestBed], Awaitable[None]]] = {
    "data": lambda bed: bed.say(CLIENT, "data saya"),
    "resume": lambda bed: bed.say(CLIENT, "lanjut"),
    "menu": lambda bed: bed.say(CLIENT, "menu"),
    "start": lambda bed: bed.say(CLIENT, "/start"),
    "words": lambda bed: bed.say(CLIENT, "apa yang sudah saya tulis"),
    "settings": lambda bed: bed.say(CLIENT, "pengaturan"),
    "button": lambda bed: bed.tap(CLIENT, "Ubah jawaban saya"),
}


@pytest.mark.parametrize("way", WHAT_SHOWS)
async def test_nothing_is_shown_before_the_pin(bed: TestBed, way: str) -> None:
    await accepted_case(bed)
    await bed.say(CLIENT, "data saya")
    await _set_pin(bed)
    await later(bed, minutes=11)
    before = len(bed.heard(CLIENT))

    await WHAT_SHOWS[way](bed)

    assert [said.split(" ")[0:2] for said in bed.heard(CLIENT)[before:]] == [["Ketik", "PIN-mu"]]


async def test_the_right_pin_leads_back_to_where_the_person_was(bed: TestBed) -> None:
    await bed.say(CLIENT, "/start", "1")
    await _set_pin(bed)
    await bed.tap(CLIENT, "Selesai")
    place = (await state_at(bed)).flow
    await later(bed, minutes=11)
    await bed.say(CLIENT, "lanjut")

    await bed.say(CLIENT, PIN)

    assert (await state_at(bed)).flow == place == "intake"
    assert "Sebelum bercerita" in bed.heard(CLIENT)[-1]


async def test_a_check_in_waits_behind_the_pin(bed: TestBed) -> None:
    await closed_in(bed, Stage.IN_REHABILITATION)
    await _set_pin(bed)
    await later(bed, days=7, hours=2)
    assert bed.heard(CLIENT)[-1] == "Halo, ada pesan untukmu. Buka kalau kamu sedang sendiri."

    await bed.tap(CLIENT, "Buka")
    assert bed.heard(CLIENT)[-1].startswith("Ketik PIN-mu")
    await bed.say(CLIENT, PIN)

    assert "Bagaimana kabarmu minggu ini?" in bed.heard(CLIENT)[-1]


async def test_a_counsellor_s_words_wait_behind_knock_and_pin(bed: TestBed) -> None:
    await accepted_case(bed)
    await _set_pin(bed)
    await later(bed, minutes=11)
    await bed.say(COUNSELLOR, "Apa kabar?")
    await tick(bed)
    assert bed.heard(CLIENT)[-1] == KNOCK

    await bed.tap(CLIENT, "Buka")
    assert bed.heard(CLIENT)[-1].startswith("Ketik PIN-mu")
    await bed.say(CLIENT, PIN)

    assert "Apa kabar?" in bed.heard(CLIENT)[-1]


async def test_after_five_wrong_ones_the_right_one_waits_a_quarter_of_an_hour(bed: TestBed) -> None:
    await bed.say(CLIENT, "/start")
    await _set_pin(bed)
    await later(bed, minutes=11)
    await bed.say(CLIENT, *(f"000{digit}" for digit in range(5)))
    assert "Tunggu 15 menit" in bed.heard(CLIENT)[-1]

    await bed.say(CLIENT, PIN)
    assert "Tunggu 15 menit" in bed.heard(CLIENT)[-1]

    await later(bed, minutes=15)
    await bed.say(CLIENT, PIN)
    assert not bed.heard(CLIENT)[-1].startswith(("Ketik PIN-mu", "Terlalu banyak", "PIN itu"))


async def test_ten_thousand_guesses_do_not_fit_into_a_week(bed: TestBed) -> None:
    await bed.say(CLIENT, "/start")
    await _set_pin(bed, "9999")
    looked_at = 0
    for _ in range(4):
        await later(bed, minutes=15)
        for guess in range(7):
            await bed.say(CLIENT, f"{guess:04}")
            looked_at += bed.heard(CLIENT)[-1].startswith("PIN itu") or "Tunggu 15 menit" in bed.heard(CLIENT)[-1]

    tries = sum(said.startswith("PIN itu") for said in bed.heard(CLIENT))
    assert tries == 16  # of five tries a quarter of an hour the fifth is answered with the wait
    assert looked_at == 28


async def test_danger_is_heard_without_the_pin(bed: TestBed) -> None:
    await accepted_case(bed)
    await _set_pin(bed)
    await later(bed, minutes=11)

    await bed.say(CLIENT, "aku mau mati")

    assert any("Kamu tidak sendirian" in said for said in bed.heard(CLIENT)[-2:])
    assert any("aku mau mati" in said for said in bed.heard(COUNSELLOR)[-2:])
    await bed.say(CLIENT, "darurat")
    assert "Kamu tidak sendirian" in bed.heard(CLIENT)[-1]


async def test_the_help_card_before_the_pin_tells_neither_the_place_nor_the_unit(bed: TestBed) -> None:
    await accepted_case(bed)
    await bed.say(CLIENT, "darurat")
    assert "112" in bed.last(CLIENT).text
    assert "Kendari" in bed.last(CLIENT).text
    await _set_pin(bed)
    await later(bed, minutes=11)

    await bed.say(CLIENT, "darurat")

    assert "119" in bed.last(CLIENT).text
    assert "112" not in bed.last(CLIENT).text
    assert "Kendari" not in bed.last(CLIENT).text


async def test_stopping_and_erasing_need_no_pin(bed: TestBed) -> None:
    await bed.say(CLIENT, "/start")
    await _set_pin(bed)
    await later(bed, minutes=11)

    await bed.say(CLIENT, "berhenti")
    assert bed.heard(CLIENT)[-2].startswith("Baik. Kami tidak akan mengirim pengingat lagi.")
    await bed.say(CLIENT, "hapus")
    await bed.tap(CLIENT, "Ya, hapus sekarang")
    assert bed.heard(CLIENT)[-1].startswith("Semua datamu di sini sudah dihapus")


async def test_a_locked_person_s_words_reach_nobody(bed: TestBed) -> None:
    await accepted_case(bed)
    await _set_pin(bed)
    await later(bed, minutes=11)
    before = len(bed.heard(COUNSELLOR))

    await bed.say(CLIENT, "siapa konselormu?")

    assert len(bed.heard(COUNSELLOR)) == before


async def test_the_return_phrase_opens_what_the_pin_closed(bed: TestBed) -> None:
    await accepted_case(bed)
    await bed.say(CLIENT, "data saya")
    await bed.tap(CLIENT, "Kalimat kembali")
    shown = next(said for said in bed.heard(CLIENT) if said.startswith("Kalimat kembalimu:"))
    phrase = shown.splitlines()[2]
    await bed.tap(CLIENT, "Tutup halaman ini")
    await _set_pin(bed)
    await later(bed, minutes=11)

    await bed.say(CLIENT, phrase)

    assert not (await state_at(bed)).has_pin
    assert any(said.startswith("PIN lama sudah dilepas") for said in bed.heard(CLIENT)[-4:])


async def test_the_pin_is_kept_nowhere_in_clear(bed: TestBed) -> None:
    await bed.say(CLIENT, "/start")
    await _set_pin(bed, "135790")
    client_id = await client_at(bed)
    wishes = await in_world(bed, lambda work: load_discretion(work, client_id))
    state = await state_at(bed)

    assert wishes.pin is not None
    assert "135790" not in f"{wishes}{state}"
    assert "135790" not in "".join(bed.heard(CLIENT))
    for table in (clients, conversations, transcripts):
        rows = await in_world(bed, partial(_read_all, table))
        assert "135790" not in str(rows)


async def test_two_different_pins_set_none(bed: TestBed) -> None:
    await bed.say(CLIENT, "/start", "pengaturan")
    await bed.tap(CLIENT, "PIN")
    await bed.tap(CLIENT, "Pasang atau ganti PIN")
    await bed.say(CLIENT, "12", "1234", "4321")

    assert bed.heard(CLIENT)[-1].startswith("Angkanya berbeda")
    assert not (await state_at(bed)).has_pin


async def test_the_pin_typed_beside_a_counsellor_is_not_passed_on(bed: TestBed) -> None:
    await accepted_case(bed)

    await _set_pin(bed)

    assert PIN not in "".join(bed.heard(COUNSELLOR))
    await bed.tap(CLIENT, "PIN")
    await bed.tap(CLIENT, "Lepas PIN")
    assert not (await state_at(bed)).has_pin
