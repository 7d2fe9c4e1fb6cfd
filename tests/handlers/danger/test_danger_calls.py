"""Somebody in danger who has sent no request: a human is called all the same, told little, and not without end."""

from datetime import time

import pytest

from bot.care.units.unit import Span
from bot.ports import Start, Tap
from storage.casework import reminders
from storage.team import staffing
from storage.team.staffing import Purpose
from tests.handlers.caring.test_offering import COORDINATOR, add_coordinator
from tests.handlers.danger.test_danger_watch import pass_minutes
from tests.handlers.walking import (
    CLIENT,
    COUNSELLOR,
    KENDARI,
    accepted_case,
    client_at,
    in_world,
    send_intake,
    with_hours,
)
from tests.worlds import TestBed, config_in, open_test_bed

DANGER = "saya sudah minum racun"
TO_KENDARI = ("/start", "1", "Ya, saya setuju", "25-34", "kecamatan kadia, kota kendari")
GROUP = "-3001"
ALARM, AGAIN = "Tanda bahaya tanpa permintaan:", "belum ada yang melihat"


def times_told(bed: TestBed, words: str, address: str = COUNSELLOR) -> int:
    """Count how often staff was told something."""
    return sum(words in text for text in bed.heard(address))


async def test_danger_in_the_middle_of_the_intake_calls_the_unit_of_the_place(bed: TestBed) -> None:
    await bed.counsellor(COUNSELLOR)
    await bed.say(CLIENT, *TO_KENDARI, DANGER)

    told = bed.last(COUNSELLOR)
    assert told.text.startswith(f"{ALARM} ingin mengakhiri hidup\nDaerah: Kota Kendari\n")
    assert "racun" not in told.text
    assert "Kadia" not in told.text
    assert "Kami sudah memberi tahu BNN Kota Kendari" in bed.last(CLIENT).text
    assert "119" in bed.last(CLIENT).text


async def test_without_a_place_the_coordinators_are_called(bed: TestBed) -> None:
    await add_coordinator(bed)
    await bed.counsellor(COUNSELLOR)

    await bed.say(CLIENT, "/start", DANGER)

    assert "Daerah: belum diketahui" in bed.last(COORDINATOR).text
    assert times_told(bed, ALARM) == 0
    assert "Kami sudah memberi tahu koordinator" in bed.last(CLIENT).text


async def test_a_unit_nobody_answers_for_is_passed_over(bed: TestBed) -> None:
    await add_coordinator(bed)

    await bed.say(CLIENT, *TO_KENDARI, DANGER)

    assert "Daerah: Kota Kendari" in bed.last(COORDINATOR).text


async def test_that_nobody_can_be_called_is_said(bed: TestBed) -> None:
    await bed.say(CLIENT, *TO_KENDARI, DANGER)

    assert "tidak ada petugas kami yang bisa dipanggil" in bed.last(CLIENT).text
    assert "memberi tahu" not in bed.last(CLIENT).text


async def test_the_emergency_button_calls_as_well(bed: TestBed) -> None:
    await bed.counsellor(COUNSELLOR)

    await bed.say(CLIENT, *TO_KENDARI, "darurat")

    assert f"{ALARM} tombol darurat" in bed.last(COUNSELLOR).text


async def test_relatives_who_look_for_numbers_call_nobody(bed: TestBed) -> None:
    await add_coordinator(bed)
    await bed.say(CLIENT, "/start")
    await bed.tap(CLIENT, "🤝 Untuk orang dekat")

    await bed.say(CLIENT, "darurat")

    assert times_told(bed, ALARM, COORDINATOR) == 0
    assert "119" in bed.last(CLIENT).text
    assert "memberi tahu" not in bed.last(CLIENT).text


async def test_relatives_beside_somebody_who_dies_call(bed: TestBed) -> None:
    await add_coordinator(bed)
    await bed.say(CLIENT, "/start")
    await bed.tap(CLIENT, "🤝 Untuk orang dekat")

    await bed.say(CLIENT, "adik saya overdosis, tidak bangun")

    assert f"{ALARM} overdosis" in bed.last(COORDINATOR).text


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("ada suara di kepala nyuruh saya bunuh ibu", "kehilangan kendali atau halusinasi"),
        ("anak saya umur 3 tahun nelen pil", "anak dalam bahaya"),
    ],
)
@pytest.mark.parametrize("about", ["🌱 Bantuan untuk saya", "🤝 Untuk orang dekat"])
async def test_a_mind_out_of_control_and_a_child_call_as_the_others_do(
    bed: TestBed, words: str, kind: str, about: str
) -> None:
    await add_coordinator(bed)
    await bed.say(CLIENT, "/start")
    await bed.tap(CLIENT, about)

    await bed.say(CLIENT, words)

    assert f"{ALARM} {kind}" in bed.last(COORDINATOR).text
    assert "Kami sudah memberi tahu koordinator" in bed.last(CLIENT).text


async def test_it_is_told_three_times_at_most_and_the_later_ones_reach_the_coordinators(bed: TestBed) -> None:
    await add_coordinator(bed)
    await bed.counsellor(COUNSELLOR)
    await bed.say(CLIENT, *TO_KENDARI, DANGER, DANGER)
    assert times_told(bed, ALARM) == 1

    await pass_minutes(bed, 30)

    assert times_told(bed, AGAIN) == 2
    assert times_told(bed, AGAIN, COORDINATOR) == 2
    client_id = await client_at(bed)
    assert await in_world(bed, lambda work: reminders.count_waiting(work, client_id)) == 0


async def test_whoever_has_looked_ends_it_and_the_person_is_told(bed: TestBed) -> None:
    await bed.counsellor(COUNSELLOR)
    await bed.say(CLIENT, *TO_KENDARI, DANGER)

    await bed.tap(COUNSELLOR, "Sudah saya lihat")

    assert "Petugas sudah membaca tandamu tadi." in bed.last(CLIENT).text
    assert [key.label for key in bed.last(CLIENT).keys] == ["Bicara dengan manusia"]
    await pass_minutes(bed, 20)
    assert times_told(bed, AGAIN) == 0
    await bed.tap(COUNSELLOR, "Sudah saya lihat")
    assert times_told(bed, "Terima kasih. Orangnya kami beri tahu") == 1


@pytest.mark.parametrize("said", ["Saya aman, lanjut", "Saya salah dipahami"])
async def test_whoever_is_safe_is_called_about_no_more(bed: TestBed, said: str) -> None:
    await bed.counsellor(COUNSELLOR)
    await bed.say(CLIENT, *TO_KENDARI, DANGER)

    await bed.tap(CLIENT, said)
    await pass_minutes(bed, 12)

    assert times_told(bed, AGAIN) == 0
    assert "Apa yang kamu pakai" in bed.last(CLIENT).text


async def test_a_request_that_comes_meanwhile_takes_its_place(bed: TestBed) -> None:
    await bed.counsellor(COUNSELLOR)
    await bed.say(CLIENT, "/start", DANGER)
    await send_intake(bed)

    await pass_minutes(bed, 12)

    assert times_told(bed, AGAIN) == 0


async def test_erasing_everything_ends_the_calls(bed: TestBed) -> None:
    await bed.counsellor(COUNSELLOR)
    await bed.say(CLIENT, *TO_KENDARI, DANGER, "hapus", "Ya, hapus sekarang")

    await pass_minutes(bed, 12)

    assert times_told(bed, AGAIN) == 0


async def test_somebody_in_the_group_of_the_unit_can_mark_it_as_seen(bed: TestBed) -> None:
    member = await bed.counsellor(COUNSELLOR)
    token = await in_world(bed, lambda work: staffing.invite(work, member.id, Purpose.LINK_GROUP))
    await bed.deliver(GROUP, Start(token), group_sender=COUNSELLOR)
    await bed.say(CLIENT, *TO_KENDARI, DANGER)
    key = bed.find_key(GROUP, "Sudah saya lihat")

    await bed.deliver(GROUP, Tap(key.token), group_sender="4004")
    assert "Petugas sudah membaca" not in bed.last(CLIENT).text
    await bed.deliver(GROUP, Tap(key.token), group_sender=COUNSELLOR)

    assert "Petugas sudah membaca" in bed.last(CLIENT).text


async def test_what_is_hard_but_no_danger_claims_nobody_was_told_where_nobody_was(bed: TestBed) -> None:
    await add_coordinator(bed)
    await bed.say(CLIENT, "/start", "udah ga kuat lagi")

    await bed.tap(CLIENT, "Tidak, tapi berat")

    assert "119" in bed.last(CLIENT).text
    assert "memberi tahu" not in bed.last(CLIENT).text
    assert times_told(bed, ALARM, COORDINATOR) == 0


async def test_a_flood_of_alarms_stops_at_the_unit_and_is_said(bed: TestBed) -> None:
    await add_coordinator(bed)
    for number in range(31):
        await bed.say(f"9{number:03}", "darurat")

    assert times_told(bed, ALARM, COORDINATOR) == 30
    assert "tidak ada petugas kami yang bisa dipanggil" in bed.last("9030").text


async def test_the_emergency_button_of_somebody_with_a_counsellor_reaches_the_counsellor(bed: TestBed) -> None:
    await accepted_case(bed)

    await bed.say(CLIENT, "darurat")

    assert times_told(bed, "tanda bahaya") == 1
    assert "Kami sudah memberi tahu konselor di BNN Kota Kendari" in bed.last(CLIENT).text


async def test_a_request_nobody_could_read_is_told_so(bed: TestBed) -> None:
    await send_intake(bed)

    await bed.say(CLIENT, DANGER)

    assert "tidak ada petugas kami yang bisa dipanggil" in bed.last(CLIENT).text


async def test_a_unit_that_is_closed_is_called_and_said_to_be_closed(tmp_path_factory: pytest.TempPathFactory) -> None:
    weekdays = (Span(time(13), time(16)),) * 5 + (None,) * 2  # it is Monday, ten o'clock
    config = config_in(tmp_path_factory.mktemp("closed"))
    async with open_test_bed(config, change=lambda house: with_hours(house, KENDARI, *weekdays)) as bed:
        await bed.counsellor(COUNSELLOR)
        await bed.say(CLIENT, *TO_KENDARI, DANGER)

        assert "Sekarang di luar jam bukanya." in bed.last(CLIENT).text
        assert times_told(bed, ALARM) == 1
