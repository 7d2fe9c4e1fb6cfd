"""Who takes a request back, or turns out to be under age, is followed no more, and what was kept is out of reach."""

from datetime import timedelta

from handlers.access import Action, may
from handlers.office.desk import Desk
from storage.casework import cases, reminders, tasks
from storage.casework.cases import Stage, Status
from tests.handlers.walking import (
    CLIENT,
    COUNSELLOR,
    KENDARI,
    accepted_case,
    case_of,
    client_at,
    closed_in,
    in_world,
    send_intake,
    tick,
)
from tests.worlds import TestBed

COLLEAGUE = "2003"


async def test_who_withdraws_a_closed_case_is_asked_nothing_more(bed: TestBed) -> None:
    _, case = await closed_in(bed, Stage.IN_REHABILITATION)

    await bed.say(CLIENT, "data saya")
    await bed.tap(CLIENT, "Tarik permintaan")

    assert any("Permintaanmu sudah ditarik" in text for text in bed.heard(CLIENT))
    client_id = await client_at(bed)
    assert await in_world(bed, lambda work: reminders.count_waiting(work, client_id)) == 0
    assert await in_world(bed, lambda work: cases.last_case_of(work, client_id)) is None
    before = len(bed.heard(CLIENT)), len(bed.heard(COUNSELLOR))
    for _ in range(20):
        bed.clock.pass_time(days=1)
        await tick(bed)
    assert (len(bed.heard(CLIENT)), len(bed.heard(COUNSELLOR))) == before
    assert (await case_of(bed)).id == case.id


async def test_an_answer_to_an_earlier_check_in_goes_to_no_withdrawn_case(bed: TestBed) -> None:
    await closed_in(bed, Stage.IN_REHABILITATION)
    bed.clock.pass_time(days=7, hours=1)
    await tick(bed)

    await bed.say(CLIENT, "data saya")
    await bed.tap(CLIENT, "Tarik permintaan")
    bed.clock.pass_time(days=3)
    await tick(bed)
    await bed.say(CLIENT, "buka")

    assert (await case_of(bed)).check_ins == ()
    assert "Mau mulai dari mana" in bed.last(CLIENT).text
    assert not any("kabar tidak dijawab" in text for text in bed.heard(COUNSELLOR))


async def test_whoever_had_a_withdrawn_case_can_read_it_no_more(bed: TestBed) -> None:
    member, case = await closed_in(bed, Stage.IN_REHABILITATION)
    colleague = await bed.counsellor(COLLEAGUE, alias="Kak Kenanga")
    await in_world(bed, lambda work: tasks.add_task(work, case, "danger", work.now))

    await bed.say(CLIENT, "data saya")
    await bed.tap(CLIENT, "Tarik permintaan")

    withdrawn = await case_of(bed)
    desk = Desk(bed.world)
    for one in (member, colleague):
        assert not any(may(one, action, withdrawn) for action in (Action.TAKE, Action.READ, Action.SPEAK, Action.MOVE))
        assert await desk.case(one, case.code) is None
        assert await desk.tasks(one) == []
        assert await desk.queue(one) == []
    await bed.tap(COUNSELLOR, f"↩ {case.code}")
    assert bed.last(COUNSELLOR).text == bed.world.script.say("staff_gone", "id")


async def test_there_is_nothing_to_withdraw_twice_and_the_record_says_so(bed: TestBed) -> None:
    await send_intake(bed)
    await bed.tap(CLIENT, "Tarik permintaan")

    await bed.say(CLIENT, "data saya")
    await bed.tap(CLIENT, "Lihat yang tersimpan")
    assert any("ditarik" in text and "Usia" in text for text in bed.heard(CLIENT)[-2:])
    await bed.tap(CLIENT, "Tarik permintaan")

    assert any("Tidak ada permintaan" in text for text in bed.heard(CLIENT)[-2:])


async def test_a_new_request_asks_for_consent_again(bed: TestBed) -> None:
    await send_intake(bed)
    await bed.tap(CLIENT, "Ubah jawaban")
    await bed.say(CLIENT, "data saya")
    await bed.tap(CLIENT, "Tarik permintaan")

    await bed.tap(CLIENT, "🌱 Bantuan untuk saya")

    assert "Setuju?" in bed.last(CLIENT).text


async def test_a_withdrawn_request_leaves_the_follow_up_of_an_earlier_one(bed: TestBed) -> None:
    _, earlier = await closed_in(bed, Stage.IN_REHABILITATION)
    bed.clock.pass_time(days=35)
    await send_intake(bed)
    await bed.tap(CLIENT, "Tarik permintaan")

    client_id = await client_at(bed)
    followed = await in_world(bed, lambda work: cases.last_case_of(work, client_id))
    assert followed is not None
    assert followed.id == earlier.id
    assert await in_world(bed, lambda work: reminders.count_waiting(work, client_id)) > 0


async def test_who_corrects_the_age_to_below_18_leaves_no_case_behind(bed: TestBed) -> None:
    await bed.counsellor(COUNSELLOR)
    await send_intake(bed)
    code = (await case_of(bed)).code

    await bed.tap(CLIENT, "Ubah jawaban")
    await bed.tap(CLIENT, "Ubah: Usia")
    await bed.tap(CLIENT, "Di bawah 18")

    client_id = await client_at(bed)
    assert await in_world(bed, lambda work: cases.list_cases_of(work, client_id)) == []
    assert bed.last(COUNSELLOR).text == f"{code}: klien menarik permintaannya."
    await bed.tap(COUNSELLOR, "Terima")
    assert bed.last(COUNSELLOR).text == bed.world.script.say("staff_gone", "id")
    await bed.say(CLIENT, "data saya")
    await bed.tap(CLIENT, "Lihat yang tersimpan")
    assert not any("Sabu" in text or "Kadia" in text for text in bed.heard(CLIENT)[-2:])


async def test_a_case_withdrawn_while_a_counsellor_speaks_is_closed(bed: TestBed) -> None:
    await accepted_case(bed)

    await bed.say(CLIENT, "data saya")
    await bed.tap(CLIENT, "Tarik permintaan")

    case = await case_of(bed)
    assert (case.status, case.outcome, case.staff_id) == (Status.CLOSED, "withdrawn", None)
    await bed.say(COUNSELLOR, "masih di sana?")
    assert "tidak dikirim ke siapa pun" in bed.last(COUNSELLOR).text
    assert not any("masih di sana?" in text for text in bed.heard(CLIENT))


async def test_a_long_pause_makes_no_open_question_a_missed_one(bed: TestBed) -> None:
    await closed_in(bed, Stage.IN_REHABILITATION)
    bed.clock.pass_time(days=7, hours=1)
    await tick(bed)
    assert "pesan untukmu" in bed.last(CLIENT).text

    await bed.say(CLIENT, "jeda")
    bed.clock.now += timedelta(days=6)
    await tick(bed)

    assert await in_world(bed, lambda work: tasks.open_tasks(work, KENDARI)) == []
