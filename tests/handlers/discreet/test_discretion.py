"""On a phone that others read: neutral words, the person's hours, and a knock before a counsellor's words."""

from dataclasses import replace

import pytest

from bot.care.privacy.discretion import find_telling
from handlers.discreet.knocking import UNASKED
from handlers.inspecting.inspection import inspect
from storage.casework.cases import Stage
from tests.handlers.walking import (
    CLIENT,
    COUNSELLOR,
    KNOCK,
    accepted_case,
    closed_in,
    later,
    send_intake,
    state_at,
    tick,
)
from tests.worlds import TestBed, real_house


async def _share(bed: TestBed) -> None:
    await bed.say(CLIENT, "pengaturan")
    for label in ("HP dipakai bersama", "Nyalakan", "Selesai"):
        await bed.tap(CLIENT, label)


async def _shared_and_away(bed: TestBed) -> None:
    """Have somebody whose phone others read talk with a counsellor and put it away."""
    await accepted_case(bed)
    await _share(bed)
    await later(bed, minutes=11)


async def test_settings_are_offered_once_after_the_first_request(bed: TestBed) -> None:
    await accepted_case(bed)

    assert sum(said.startswith("Apakah orang lain ikut membaca HP-mu?") for said in bed.heard(CLIENT)) == 1
    await bed.tap(CLIENT, "Atur sekarang")
    assert bed.heard(CLIENT)[-1].startswith("Kalau ada orang lain yang ikut membaca HP-mu")


async def test_a_counsellor_s_words_come_only_after_a_tap(bed: TestBed) -> None:
    await _shared_and_away(bed)
    before = len(bed.heard(CLIENT))

    await bed.say(COUNSELLOR, "Bagaimana rehabilitasinya?")
    await tick(bed)

    assert bed.heard(CLIENT)[before:] == [KNOCK]
    await bed.tap(CLIENT, "Buka")
    assert "Bagaimana rehabilitasinya?" in bed.heard(CLIENT)[-1]


async def test_somebody_who_is_there_is_not_knocked_at(bed: TestBed) -> None:
    await accepted_case(bed)
    await _share(bed)

    await bed.say(COUNSELLOR, "Halo juga.")

    assert "Halo juga." in bed.heard(CLIENT)[-1]


async def test_several_words_wait_behind_one_knock_in_order(bed: TestBed) -> None:
    await _shared_and_away(bed)
    before = len(bed.heard(CLIENT))
    await bed.say(COUNSELLOR, "Satu.")
    await tick(bed)
    await bed.say(COUNSELLOR, "Dua.")
    await tick(bed)

    assert bed.heard(CLIENT)[before:] == [KNOCK]
    await bed.say(CLIENT, "buka")
    assert ["Satu." in bed.heard(CLIENT)[-2], "Dua." in bed.heard(CLIENT)[-1]] == [True, True]


async def test_who_writes_without_opening_is_told_again(bed: TestBed) -> None:
    await _shared_and_away(bed)
    await bed.say(COUNSELLOR, "Satu.")
    await tick(bed)

    await bed.say(CLIENT, "siapa ini")

    assert bed.heard(CLIENT)[-1] == KNOCK


async def test_turning_it_off_lets_in_what_waits(bed: TestBed) -> None:
    await _shared_and_away(bed)
    await bed.say(COUNSELLOR, "Satu.")
    await tick(bed)

    await bed.say(CLIENT, "pengaturan")
    for label in ("HP dipakai bersama", "Matikan"):
        await bed.tap(CLIENT, label)

    assert any("Satu." in said for said in bed.heard(CLIENT)[-4:])
    assert not (await state_at(bed)).careful


async def test_words_wait_for_the_hours_in_which_they_may_come(bed: TestBed) -> None:
    await accepted_case(bed)
    await bed.say(CLIENT, "pengaturan")
    for label in ("Jam aman", "18.00", "2 jam", "Selesai"):
        await bed.tap(CLIENT, label)
    await later(bed, minutes=11)
    before = len(bed.heard(CLIENT))

    await bed.say(COUNSELLOR, "Apa kabar?")  # shortly after ten in the morning
    await tick(bed)
    assert bed.heard(CLIENT)[before:] == []

    await later(bed, hours=8)
    assert "Apa kabar?" in bed.heard(CLIENT)[-1]


async def test_reminders_keep_the_hours_and_say_the_chosen_words(bed: TestBed) -> None:
    await accepted_case(bed)
    await bed.say(CLIENT, "pengaturan")
    for label in ("Jam aman", "18.00", "4 jam", "Kalimat pengingat", "Kalimat 3"):
        await bed.tap(CLIENT, label)
    await _close(bed)
    before = len(bed.heard(CLIENT))

    heard: dict[int, list[str]] = {}
    for hour in range(24 * 8):
        await later(bed, hours=1)
        fresh = bed.heard(CLIENT)[before:]
        before += len(fresh)
        if fresh:
            heard[(bed.clock.now.hour + 8) % 24] = fresh
        assert hour >= 0

    assert heard == {18: ["Catatanmu sudah siap dilihat."]}


async def _close(bed: TestBed) -> None:
    await bed.tap(COUNSELLOR, "Tahap")
    await bed.tap(COUNSELLOR, "dalam rehabilitasi")
    await bed.tap(COUNSELLOR, "Tutup")
    await bed.tap(COUNSELLOR, "mulai rehabilitasi")
    await tick(bed)
    await bed.say(CLIENT, "buka")


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ("ayo rehab hari ini", "Kata di kalimat itu"),
        ("x" * 61, "Kalimat itu terlalu panjang"),
        ("…", "Kalimat itu kosong"),
        ("Jangan lupa beli beras", "Sudah kami simpan."),
    ],
)
async def test_words_of_one_s_own_must_tell_nothing(bed: TestBed, typed: str, answer: str) -> None:
    await bed.say(CLIENT, "/start", "pengaturan")
    await bed.tap(CLIENT, "Kalimat pengingat")
    await bed.tap(CLIENT, "Tulis sendiri")
    before = len(bed.heard(CLIENT))

    await bed.say(CLIENT, typed)

    assert bed.heard(CLIENT)[before].startswith(answer)


async def test_the_page_of_settings_shows_what_is_kept(bed: TestBed) -> None:
    await bed.say(CLIENT, "/start")
    await _share(bed)
    await bed.say(CLIENT, "pengaturan")
    await bed.tap(CLIENT, "Lihat pengaturan saya")

    shown = bed.heard(CLIENT)[-2]
    assert "HP dipakai bersama: ya" in shown
    assert "PIN: tidak ada" in shown


async def test_after_berhenti_nothing_comes_unasked_for_a_year(bed: TestBed) -> None:
    await closed_in(bed, Stage.AFTER_REHABILITATION)
    await bed.say(CLIENT, "berhenti")
    before = len(bed.heard(CLIENT))

    for _ in range(80):
        await later(bed, days=1)

    assert len(bed.heard(CLIENT)) == before


def test_nothing_sent_unasked_tells_a_bystander_what_this_is_about() -> None:
    house = real_house()
    script = house.content.script

    said = [script.phrases[language][name] for language in script.languages for name in UNASKED]

    assert len(said) == 2 * len(UNASKED)
    assert [(text, find_telling(text, house.plans.telling)) for text in said] == [(text, None) for text in said]


@pytest.mark.parametrize(
    "word", ["narkoba", "rehab", "BNN", "sabu", "ganja", "pecandu", "konselor", "drugs", "counsellor"]
)
def test_content_that_breaks_this_does_not_go_live(word: str) -> None:
    house = real_house()
    phrases = {**house.content.script.phrases["id"], "knock": f"Halo, soal {word}."}
    script = replace(house.content.script, phrases={**house.content.script.phrases, "id": phrases})
    broken = replace(house, content=replace(house.content, script=script))

    assert "texts/id.toml: phrase 'knock'" in [finding.where for finding in inspect(broken) if finding.stops]
    assert [finding for finding in inspect(house) if finding.stops] == []


async def test_everything_the_clock_sends_is_among_what_was_checked(bed: TestBed) -> None:
    await closed_in(bed, Stage.IN_REHABILITATION)
    before = len(bed.heard(CLIENT))
    for _ in range(30):
        await later(bed, days=1)

    telling = bed.world.plans.telling
    assert bed.heard(CLIENT)[before:]
    assert [said for said in bed.heard(CLIENT)[before:] if find_telling(said, telling)] == []


async def test_who_said_berhenti_is_not_told_what_units_do(bed: TestBed) -> None:
    await bed.counsellor(COUNSELLOR)
    await send_intake(bed)
    await bed.say(CLIENT, "berhenti")
    before = len(bed.heard(CLIENT))

    await bed.tap(COUNSELLOR, "Belum bisa")
    for _ in range(10):
        await later(bed, days=1)

    assert len(bed.heard(CLIENT)) == before
