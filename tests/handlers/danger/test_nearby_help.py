"""The help card is true for where somebody is and for the hour it is."""

from datetime import time
from pathlib import Path

import pytest

from bot.care.units.unit import Span
from handlers.house.opening import House
from tests.handlers.walking import CLIENT, with_hours
from tests.worlds import TestBed, config_in, open_test_bed, real_house

DANGER = "saya sudah minum racun"
AGREED = ("/start", "1", "Ya, saya setuju", "25-34")
KENDARI, KOLAKA = "kecamatan kadia, kota kendari", "kecamatan kolaka, kabupaten kolaka"
NEAREST = "terdekat yang kami tahu"
_CLINICS = {"hospital", "mental_hospital", "puskesmas", "clinic"}


async def test_112_stands_on_the_card_where_it_works(bed: TestBed) -> None:
    await bed.say(CLIENT, *AGREED, KENDARI, DANGER)

    assert "• 112:" in bed.last(CLIENT).text
    assert "• 119:" in bed.last(CLIENT).text


async def test_112_does_not_stand_on_the_card_where_nobody_knows_whether_it_works(bed: TestBed) -> None:
    await bed.say(CLIENT, *AGREED, KOLAKA, DANGER)

    assert "• 112:" not in bed.last(CLIENT).text
    assert "• 119:" in bed.last(CLIENT).text


async def test_who_has_named_no_place_sees_what_holds_everywhere(bed: TestBed) -> None:
    await bed.say(CLIENT, "/start", DANGER)

    card = bed.last(CLIENT).text
    assert "• 112:" not in card
    assert NEAREST not in card
    assert card.count("•") >= 2


async def test_the_police_are_named_where_somebody_is_beaten(bed: TestBed) -> None:
    await bed.say(CLIENT, "/start", "suami saya mukulin saya sekarang")
    assert "• 110:" in bed.last(CLIENT).text

    await bed.say(CLIENT, "darurat")
    assert "• 110:" not in bed.last(CLIENT).text


async def test_the_nearest_clinic_is_named(bed: TestBed) -> None:
    await bed.say(CLIENT, *AGREED, KENDARI, DANGER)

    assert NEAREST in bed.last(CLIENT).text


async def test_at_night_nobody_is_sent_to_a_puskesmas_whose_hours_nobody_knows(bed: TestBed) -> None:
    bed.clock.now = bed.clock.now.replace(hour=18)  # two at night in Kendari
    await bed.say(CLIENT, *AGREED, KENDARI, DANGER)

    assert "Puskesmas" not in bed.last(CLIENT).text


@pytest.mark.parametrize(("opens", "shown"), [(9, True), (13, False)])
async def test_a_clinic_that_is_closed_is_not_offered_as_open(tmp_path: Path, opens: int, shown: bool) -> None:  # noqa: FBT001 - a case
    week = (Span(time(opens), time(16)),) * 5 + (None,) * 2  # it is Monday, ten o'clock

    def change(house: House) -> House:
        for unit in real_house().units.values():
            if unit.kind in _CLINICS:
                house = with_hours(house, unit.id, *week)
        return house

    async with open_test_bed(config_in(tmp_path), change=change) as bed:
        await bed.say(CLIENT, *AGREED, KENDARI, DANGER)

        assert (NEAREST in bed.last(CLIENT).text) is shown
        assert ("buka sampai 16.00" in bed.last(CLIENT).text) is shown


@pytest.mark.parametrize(
    ("words", "first_aid"),
    [
        ("teman saya overdosis, tidak bangun", "Masih bernapas: miringkan badannya"),
        ("saya sakau parah, kejang kejang", "Sedang kejang: jauhkan benda keras"),
        ("saya dengar suara suara yang menyuruh saya", "Beri jarak."),
    ],
)
async def test_first_aid_fits_the_danger_and_says_that_no_doctor_has_signed_it(
    bed: TestBed, words: str, first_aid: str
) -> None:
    await bed.say(CLIENT, "/start", words)

    assert first_aid in bed.last(CLIENT).text
    assert "Langkah ini belum ditinjau dokter." in bed.last(CLIENT).text
