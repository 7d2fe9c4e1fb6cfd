"""The months after: check-ins knock at the right hour, answers reach the case, silence calls a human."""

from sqlalchemy import update

from handlers.caring import casework
from storage.casework import reminders
from storage.casework.cases import Stage
from storage.clients import people
from storage.tables import clients
from storage.tables import reminders as reminder_rows
from storage.transaction import Work
from tests.handlers.walking import (
    CLIENT,
    COUNSELLOR,
    accepted_case,
    case_of,
    client_at,
    closed_in,
    in_world,
    knocks,
    reasons,
    tick,
)
from tests.worlds import TestBed

GOOD = "Lumayan baik", "Tidak", "Masih ada", "Tidak perlu"
MONTHS = Stage.AFTER_REHABILITATION


async def _answer(bed: TestBed, *labels: str) -> None:
    await bed.tap(CLIENT, "Buka")
    for label in labels:
        await bed.tap(CLIENT, label)


async def test_a_whole_year_of_accompanying(year: TestBed) -> None:
    bed = year
    await closed_in(bed, MONTHS)
    days = []
    for day in range(1, 367):
        before = knocks(bed)
        bed.clock.pass_time(days=1)
        await tick(bed)
        if knocks(bed) > before:
            days.append(day)
            if len(days) <= 10:
                await _answer(bed, *GOOD)

    assert days == [7, 14, 21, 28, 61, 91, 122, 152, 183, 213, 243, 274, 304, 335, 365]
    case = await case_of(bed)
    assert len(case.check_ins) == 10
    assert case.check_ins[0]["answers"]["how_are_you"] == "good"
    assert await reasons(bed) == ["missed_check_in"]
    assert await in_world(bed, lambda work: reminders.count_waiting(work, case.client_id)) == 0


async def test_weeks_in_rehabilitation_are_asked_about_each_week(year: TestBed) -> None:
    bed = year
    await closed_in(bed, Stage.IN_REHABILITATION)

    for _ in range(70):
        bed.clock.pass_time(days=1)
        await tick(bed)

    assert knocks(bed) == 8


async def test_a_check_in_knocks_in_neutral_words_and_opens_on_a_tap(bed: TestBed) -> None:
    await closed_in(bed, MONTHS)
    bed.clock.pass_time(days=7)
    before = len(bed.heard(CLIENT))

    await tick(bed)
    knock = bed.heard(CLIENT)[before:]
    await bed.tap(CLIENT, "Buka")

    assert knock == [bed.world.script.say("reminder_first", "id")]
    assert "Bagaimana kabarmu" in bed.last(CLIENT).text


async def test_a_worrying_answer_calls_the_counsellor_at_once(bed: TestBed) -> None:
    await closed_in(bed, MONTHS)
    bed.clock.pass_time(days=7)
    await tick(bed)

    await _answer(bed, "Sedang berat", *GOOD[1:])

    assert await reasons(bed) == ["worrying_check_in"]
    assert any("kabar yang perlu perhatian" in text for text in bed.heard(COUNSELLOR))


async def test_silence_becomes_a_task_and_an_answer_after_it_still_counts(bed: TestBed) -> None:
    await closed_in(bed, MONTHS)
    bed.clock.pass_time(days=7)
    await tick(bed)

    bed.clock.pass_time(hours=72)
    await tick(bed)
    assert await reasons(bed) == []
    bed.clock.pass_time(minutes=2)
    await tick(bed)
    await tick(bed)
    await _answer(bed, *GOOD)

    assert await reasons(bed) == ["missed_check_in"]
    assert len((await case_of(bed)).check_ins) == 1


async def test_stop_works_at_once_and_so_does_going_on(bed: TestBed) -> None:
    await closed_in(bed, MONTHS)

    await bed.say(CLIENT, "berhenti")
    bed.clock.pass_time(days=8)
    await tick(bed)
    assert knocks(bed) == 0
    await bed.say(CLIENT, "data saya")
    await bed.tap(CLIENT, "Lanjutkan pengingat")
    bed.clock.pass_time(days=7)
    await tick(bed)

    assert knocks(bed) == 1


async def test_a_pause_puts_off_and_does_not_pile_up(bed: TestBed) -> None:
    await closed_in(bed, MONTHS)
    bed.clock.pass_time(days=6)

    await bed.say(CLIENT, "jeda")
    for _ in range(6):
        bed.clock.pass_time(days=1)
        await tick(bed)
    assert knocks(bed) == 0
    bed.clock.pass_time(days=1, hours=1)
    await tick(bed)
    bed.clock.pass_time(hours=1)
    await tick(bed)

    assert knocks(bed) == 1


async def test_while_a_counsellor_has_the_case_nothing_is_asked(bed: TestBed) -> None:
    member, case = await accepted_case(bed)
    await in_world(bed, lambda work: casework.set_stage(work, bed.world, member, case.code, MONTHS))

    bed.clock.pass_time(days=8)
    await tick(bed)
    bed.clock.pass_time(days=4)
    await tick(bed)

    assert knocks(bed) == 0
    assert await reasons(bed) == []


async def test_a_stage_set_twice_by_mistake_leaves_the_last_plan_whole(bed: TestBed) -> None:
    member, case = await accepted_case(bed)
    for stage in (MONTHS, Stage.IN_REHABILITATION, MONTHS):
        await in_world(
            bed,
            lambda work, stage=stage: casework.set_stage(work, bed.world, member, case.code, stage),  # type: ignore[misc]  # bound now
        )

    assert await in_world(bed, lambda work: reminders.count_waiting(work, case.client_id)) == 15


async def test_one_reminder_that_cannot_be_sent_does_not_silence_the_others(bed: TestBed) -> None:
    await closed_in(bed, MONTHS)
    broken = await client_at(bed)
    await bed.say("1009", "/start")
    other = await client_at(bed, "1009")

    def spoil(work: Work) -> None:
        reminders.schedule(work, other, None, [("checkin_month", "extra", work.now)])
        elsewhere = work.vault.seal(people.folder(broken), "clients", "screen", broken, b"moved")
        work.data.execute(update(clients).where(clients.c.client_id == broken).values(profile=elsewhere))

    await in_world(bed, spoil)
    bed.clock.pass_time(days=7)
    await tick(bed)
    await tick(bed)

    assert bed.last("1009").text == bed.world.script.say("reminder_first", "id")

    def count(work: Work) -> int:
        dropped = reminder_rows.c.state == "dropped"
        return len(work.data.execute(reminder_rows.select().where(dropped)).all())

    assert await in_world(bed, count) == 1


async def test_a_client_who_used_again_is_offered_to_the_unit_once_more(bed: TestBed) -> None:
    await closed_in(bed, MONTHS)

    await bed.tap(CLIENT, "Saya kambuh")
    assert await reasons(bed) == ["relapse"]
    await bed.tap(COUNSELLOR, "Terima")
    await bed.say(COUNSELLOR, "saya di sini")

    assert bed.last(CLIENT).text.endswith("saya di sini")
