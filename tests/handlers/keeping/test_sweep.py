"""What has served its time goes by the rules, and nobody is surprised by it."""

from collections.abc import Callable
from dataclasses import replace

from sqlalchemy import select

from bot.ports import Outgoing
from handlers.caring import casework
from handlers.keeping.sweep import sweep
from handlers.steps import Steps
from storage.casework import cases, chats
from storage.casework.cases import Stage
from storage.clients import transcripts
from storage.keeping import retention
from storage.tables import clients, staff
from storage.team import staffing
from storage.transaction import Work
from tests.handlers.walking import (
    CLIENT,
    COUNSELLOR,
    OTHER_CLIENT,
    accepted_case,
    case_of,
    closed_in,
    in_world,
    send_intake,
    tick,
)
from tests.worlds import TestBed


async def _sweep(bed: TestBed) -> dict[str, int]:
    counts = await sweep(Steps(bed.world))
    await bed.flush()
    return {name: count for name, count in counts.items() if count}


async def _count(bed: TestBed) -> int:
    return len(await in_world(bed, lambda work: work.data.execute(select(clients.c.client_id)).all()))


async def test_somebody_who_never_sent_a_request_is_kept_a_week(bed: TestBed) -> None:
    await bed.say(CLIENT, "/start", "1", "Ya, saya setuju")
    await send_intake(bed, OTHER_CLIENT)
    bed.clock.pass_time(days=7)
    assert "folders" not in await _sweep(bed)

    bed.clock.pass_time(days=1)
    assert (await _sweep(bed))["folders"] == 1
    assert await _count(bed) == 1


async def test_who_sent_one_is_told_in_neutral_words_before_it_goes_and_keeps_it_with_a_tap(bed: TestBed) -> None:
    await send_intake(bed)
    heard = len(bed.heard(CLIENT))
    bed.clock.pass_time(days=76)
    assert "warned" not in await _sweep(bed)

    bed.clock.pass_time(days=1)
    assert (await _sweep(bed))["warned"] == 1
    assert "warned" not in await _sweep(bed)
    told = bed.heard(CLIENT)[heard:]
    assert told == ["Halo. Catatan lama di sini dihapus pada 2027-02-22. Ketuk simpan kalau masih mau disimpan."]

    await bed.tap(CLIENT, "Simpan")
    assert any("Baik, disimpan" in text for text in bed.heard(CLIENT))
    bed.clock.pass_time(days=76)
    assert "folders" not in await _sweep(bed)
    bed.clock.pass_time(days=1)
    assert (await _sweep(bed))["warned"] == 1


async def test_nobody_is_told_at_night_nor_after_asking_for_silence(bed: TestBed) -> None:
    await send_intake(bed)
    await send_intake(bed, OTHER_CLIENT)
    await bed.say(OTHER_CLIENT, "berhenti")
    heard = len(bed.heard(OTHER_CLIENT))
    bed.clock.pass_time(days=77, hours=14)  # midnight in Kendari
    assert "warned" not in await _sweep(bed)

    bed.clock.pass_time(hours=9)
    assert (await _sweep(bed))["warned"] == 1
    assert len(bed.heard(OTHER_CLIENT)) == heard


async def test_nothing_of_a_case_that_a_counsellor_has_goes(bed: TestBed) -> None:
    _, case = await accepted_case(bed)
    await bed.say(CLIENT, "halo kak")
    for _ in range(10):
        bed.clock.pass_time(days=60)
        await bed.say(COUNSELLOR, "apa kabar")
        assert await _sweep(bed) == {} or set(await _sweep(bed)) <= {"traces"}

    assert len(await in_world(bed, lambda work: chats.load_chat(work, case))) == 11


async def test_the_chat_goes_ninety_days_after_closing_while_the_follow_up_goes_on(bed: TestBed) -> None:
    member, case = await accepted_case(bed)
    await bed.say(CLIENT, "halo kak")
    await in_world(bed, lambda work: casework.set_stage(work, bed.world, member, case.code, Stage.AFTER_REHABILITATION))
    await in_world(bed, lambda work: casework.close(work, bed.world, member, case.code, "completed"))
    await _sweep(bed)
    bed.clock.pass_time(days=90)
    assert "chat" not in await _sweep(bed)

    bed.clock.pass_time(days=1)
    assert (await _sweep(bed))["chat"] == 1
    assert await in_world(bed, lambda work: chats.load_chat(work, case)) == []
    assert await _count(bed) == 1


async def test_a_case_that_was_opened_again_keeps_its_chat(bed: TestBed) -> None:
    member, case = await accepted_case(bed)
    await bed.say(CLIENT, "halo kak")
    await in_world(bed, lambda work: casework.close(work, bed.world, member, case.code, "informed"))
    await _sweep(bed)
    bed.clock.pass_time(days=80)
    await in_world(bed, lambda work: casework.speak(work, bed.world, member, case.code, "masih di sini"))
    await _sweep(bed)
    bed.clock.pass_time(days=20)
    await _sweep(bed)

    assert len(await in_world(bed, lambda work: chats.load_chat(work, case))) == 2


async def test_old_answers_of_check_ins_are_reduced_to_the_score(bed: TestBed) -> None:
    await closed_in(bed, Stage.AFTER_REHABILITATION)
    bed.clock.pass_time(days=7)
    await tick(bed)
    await bed.tap(CLIENT, "Buka")
    for _ in range(8):
        if (await case_of(bed)).check_ins:
            break
        await bed.say(CLIENT, "1")
    (before,) = (await case_of(bed)).check_ins
    assert len(before["answers"]) > 1

    bed.clock.pass_time(days=91)
    assert (await _sweep(bed))["answers"] == 1
    (after,) = (await case_of(bed)).check_ins
    assert after == {**before, "answers": {"how_are_you": before["answers"]["how_are_you"]}}
    assert "answers" not in await _sweep(bed)


async def test_who_left_is_forgotten_a_year_later(bed: TestBed) -> None:
    member, case = await accepted_case(bed)
    await in_world(bed, lambda work: casework.close(work, bed.world, member, case.code, "informed"))
    await in_world(bed, _revoke(member.id))
    await _sweep(bed)
    bed.clock.pass_time(days=365)
    assert "staff" not in await _sweep(bed)

    bed.clock.pass_time(days=1)
    assert (await _sweep(bed))["staff"] == 1
    assert await in_world(bed, lambda work: work.data.execute(select(staff)).all()) == []


async def test_other_rules_hold_at_once_for_those_who_are_here(bed: TestBed) -> None:
    await send_intake(bed)
    bed.clock.pass_time(days=31)
    sooner = replace(bed.world, retention=replace(bed.world.retention, finished=30, warning=5))

    counts = await sweep(Steps(sooner))

    assert counts["folders"] == 1


async def test_the_person_reads_when_each_kind_goes(bed: TestBed) -> None:
    await send_intake(bed)
    await bed.say(CLIENT, "data saya")
    await bed.tap(CLIENT, "Lihat yang tersimpan")
    shown = bed.heard(CLIENT)[-2]
    assert "Semua ini: dihapus pada 2027-02-22" in shown

    bed.clock.pass_time(days=90)
    await _sweep(bed)
    assert await _count(bed) == 1
    bed.clock.pass_time(days=1)  # 2027-02-22
    await _sweep(bed)
    assert await _count(bed) == 0


async def test_the_person_reads_the_chat_that_is_kept(bed: TestBed) -> None:
    await accepted_case(bed)
    await bed.say(CLIENT, "aku takut")
    await bed.say(COUNSELLOR, "wajar sekali")
    await bed.say(CLIENT, "data saya")
    await bed.tap(CLIENT, "Lihat obrolan")
    shown = next(text for text in reversed(bed.heard(CLIENT)) if "Obrolan yang tersimpan" in text)
    assert shown.splitlines()[1:] == ["Kamu: aku takut", "BNN Kota Kendari: wajar sekali"]

    await bed.tap(CLIENT, "Lihat yang tersimpan")
    assert any("90 hari setelah pendampingan ditutup" in text for text in bed.heard(CLIENT)[-2:])


async def test_the_pages_copies_of_an_old_chat_go_with_it(bed: TestBed) -> None:
    _, case = await accepted_case(bed)

    def lay_and_drop(work: Work) -> list[str]:
        said = chats.add_message(work, case, chats.Side.COUNSELLOR, "lama")
        transcripts.add_ours(work, case.client_id, Outgoing("lama"), message_id=said.id)
        transcripts.add_ours(work, case.client_id, Outgoing("baru"))
        cases.save_case(work, replace(case, status=cases.Status.CLOSED))
        assert retention.drop_chat(work, case.id)
        return [line.text for line in transcripts.load_transcript(work, case.client_id).lines]

    assert await in_world(bed, lay_and_drop) == ["baru"]


def _revoke(staff_id: staffing.StaffId) -> Callable[[Work], None]:
    return lambda work: staffing.revoke(work, staff_id)
