"""A self-referral reaches a unit, one counsellor takes it, and both sides talk until it is closed."""

import asyncio
from datetime import time
from pathlib import Path

from bot.care.units.unit import Span
from bot.ports import Start
from handlers.caring import casework
from handlers.caring.casework import Result
from storage.casework import chats
from storage.casework.cases import Status
from storage.database import Database
from storage.team import staffing
from storage.team.staffing import Purpose, Role
from storage.transaction import Work
from tests.handlers.walking import (
    CLIENT,
    COUNSELLOR,
    KENDARI,
    SULTRA,
    accepted_case,
    case_of,
    in_world,
    reasons,
    send_intake,
    tick,
    with_hours,
)
from tests.surroundings.stores import NewStores
from tests.worlds import TestBed, config_in, open_test_bed

SECOND, ELSEWHERE = "2003", "2004"


async def test_only_one_of_two_counsellors_gets_a_case(bed: TestBed) -> None:
    await bed.counsellor(COUNSELLOR)
    await bed.counsellor(SECOND, alias="Kak Kenanga")
    await send_intake(bed)

    await bed.tap(COUNSELLOR, "Terima")
    await bed.tap(SECOND, "Terima")
    await bed.tap(COUNSELLOR, "Terima")

    assert "sudah diterima rekan lain" in bed.last(SECOND).text
    assert "Sabu" in bed.last(COUNSELLOR).text
    assert sum("siap mendengar" in text for text in bed.heard(CLIENT)) == 1


async def test_of_two_processes_only_one_gives_a_case_away(tmp_path: Path, new_postgresql_stores: NewStores) -> None:
    config = config_in(tmp_path, *new_postgresql_stores())
    async with open_test_bed(config) as bed:
        first, second = await bed.counsellor(COUNSELLOR), await bed.counsellor(SECOND)
        await send_intake(bed)
        case = await case_of(bed)
        other = await Database.open(config.storage.url, config.keys.url, bed.world.keyring, bed.clock)
        try:
            results = await asyncio.gather(
                bed.world.database.write(lambda work: casework.accept(work, bed.world, first, case.code)),
                other.write(lambda work: casework.accept(work, bed.world, second, case.code)),
            )
        finally:
            await other.close()
    assert sorted(result for result, _ in results) == [Result.DONE, Result.TAKEN]


async def test_a_declined_case_goes_to_the_next_nearest_unit_with_people(bed: TestBed) -> None:
    await bed.counsellor(COUNSELLOR)
    await bed.counsellor(ELSEWHERE, "bnnk-kolaka")
    await send_intake(bed)

    await bed.tap(COUNSELLOR, "Belum bisa")

    assert (await case_of(bed)).unit_id == "bnnk-kolaka"
    assert "sekarang di BNN Kabupaten Kolaka" in bed.last(CLIENT).text
    await bed.tap(COUNSELLOR, "Terima")
    assert bed.last(COUNSELLOR).text == bed.world.script.say("staff_gone", "id")
    await bed.tap(ELSEWHERE, "Terima")
    assert "siap mendengar" in bed.last(CLIENT).text


async def test_a_case_nobody_took_in_time_moves_on_by_itself(bed: TestBed) -> None:
    await bed.counsellor(COUNSELLOR)
    await bed.counsellor(ELSEWHERE, "bnnk-kolaka")
    await send_intake(bed)

    bed.clock.pass_time(minutes=bed.world.config.care.offer_minutes - 1)
    await tick(bed)
    assert (await case_of(bed)).unit_id == KENDARI
    bed.clock.pass_time(minutes=1)
    await tick(bed)

    assert (await case_of(bed)).unit_id == "bnnk-kolaka"
    assert "Permintaan baru ·" in bed.last(ELSEWHERE).text


async def test_that_nobody_is_free_is_said_once_and_the_case_waits(bed: TestBed) -> None:
    await bed.counsellor(COUNSELLOR)
    await bed.counsellor(SECOND)
    await send_intake(bed)

    await bed.tap(COUNSELLOR, "Belum bisa")
    await bed.tap(SECOND, "Belum bisa")
    for _ in range(3):
        bed.clock.pass_time(hours=5)
        await tick(bed)

    assert bed.heard(CLIENT).count(bed.world.script.say("nobody_free", "id")) == 1
    assert (await case_of(bed)).status is Status.OFFERED
    await bed.tap(SECOND, "Terima")
    assert "siap mendengar" in bed.last(CLIENT).text


async def test_out_of_hours_the_client_is_told_when_and_the_clock_waits(tmp_path: Path, new_stores: NewStores) -> None:
    week = (None, None, Span(time(9), time(15)), None, None, None, None)
    config = config_in(tmp_path, *new_stores())
    async with open_test_bed(config, change=lambda house: with_hours(house, KENDARI, *week)) as bed:
        await bed.counsellor(COUNSELLOR)
        await bed.counsellor(ELSEWHERE, "bnnk-kolaka")
        await send_intake(bed)

        assert any("sedang tutup dan buka lagi Rabu 09.00" in text for text in bed.heard(CLIENT))
        bed.clock.pass_time(days=1, hours=22)
        await tick(bed)
        assert (await case_of(bed)).unit_id == KENDARI
        bed.clock.pass_time(hours=2, minutes=bed.world.config.care.offer_minutes)
        await tick(bed)
        assert (await case_of(bed)).unit_id == "bnnk-kolaka"


async def test_where_hours_are_unknown_no_time_is_promised(bed: TestBed) -> None:
    await send_intake(bed)

    assert any("belum tahu jam buka" in text for text in bed.heard(CLIENT))


async def test_a_transfer_keeps_the_story_and_the_tasks(bed: TestBed) -> None:
    _, case = await accepted_case(bed)
    await bed.counsellor(ELSEWHERE, SULTRA)
    await bed.say(CLIENT, "saya mau mati")
    await bed.say(COUNSELLOR, "saya di sini")

    await bed.tap(COUNSELLOR, "Pindahkan")
    await bed.tap(COUNSELLOR, "1. BNNP Sulawesi Tenggara")
    await bed.tap(ELSEWHERE, "Terima")

    moved = await case_of(bed)
    assert (moved.code, moved.unit_id, moved.answers) == (case.code, SULTRA, case.answers)
    assert len(await in_world(bed, lambda work: chats.load_chat(work, moved))) == 2
    assert await reasons(bed, SULTRA) == ["danger"]
    assert await reasons(bed, KENDARI) == []
    await bed.say(COUNSELLOR, "masih di sana?")
    assert "tidak dikirim ke siapa pun" in bed.last(COUNSELLOR).text


async def test_closing_with_an_outcome_gives_the_word_back_to_the_service(bed: TestBed) -> None:
    await accepted_case(bed)

    await bed.tap(COUNSELLOR, "Tutup")
    await bed.tap(COUNSELLOR, "cukup informasi")

    case = await case_of(bed)
    assert (case.status, case.outcome) == (Status.CLOSED, "informed")
    before = len(bed.heard(COUNSELLOR))
    await bed.say(CLIENT, "menu")
    assert "Mau mulai dari mana" in bed.last(CLIENT).text
    assert len(bed.heard(COUNSELLOR)) == before


async def test_a_request_taken_back_is_gone_from_the_queue(bed: TestBed) -> None:
    await bed.counsellor(COUNSELLOR)
    await send_intake(bed)

    await bed.tap(CLIENT, "Tarik permintaan")

    assert "menarik permintaannya" in bed.last(COUNSELLOR).text
    assert (await case_of(bed)).outcome == "withdrawn"
    await bed.tap(COUNSELLOR, "Terima")
    assert bed.last(COUNSELLOR).text == bed.world.script.say("staff_gone", "id")


async def test_a_correction_after_sending_changes_the_same_case(bed: TestBed) -> None:
    await bed.counsellor(COUNSELLOR)
    await send_intake(bed)
    sent = await case_of(bed)

    await bed.tap(CLIENT, "Ubah jawaban")
    await bed.tap(CLIENT, "Ubah: Usia")
    await bed.tap(CLIENT, "35-44")
    await bed.tap(CLIENT, "Kirim")

    corrected = await case_of(bed)
    assert (corrected.id, corrected.code, corrected.unit_id) == (sent.id, sent.code, sent.unit_id)
    assert corrected.answers == {**sent.answers, "age_band": "age_35_44"}
    assert sum("Permintaan baru ·" in text for text in bed.heard(COUNSELLOR)) == 1


async def test_the_cases_of_somebody_who_leaves_are_offered_again(bed: TestBed) -> None:
    member, case = await accepted_case(bed)
    await bed.counsellor(SECOND)

    def leave(work: Work) -> None:
        casework.put_back_cases(work, bed.world, member)
        staffing.revoke(work, member.id)

    await in_world(bed, leave)
    await bed.flush()
    await bed.tap(SECOND, "Terima")

    assert (await case_of(bed)).code == case.code
    assert "siap mendengar" in bed.last(CLIENT).text


async def test_offers_are_shown_only_to_those_who_may_take_them(bed: TestBed) -> None:
    await send_intake(bed)

    def invite(work: Work) -> str:
        member = staffing.add_staff(work, Role.BROADCASTER, KENDARI, "Kak Dahlia")
        return staffing.invite(work, member.id, Purpose.LINK_CHAT)

    await bed.deliver(SECOND, Start(await in_world(bed, invite)))

    assert not any("Permintaan baru ·" in text for text in bed.heard(SECOND))
