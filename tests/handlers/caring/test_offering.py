"""An offer waits for people to be awake, goes from unit to unit, and comes home when nobody is free."""

from collections.abc import Callable
from datetime import UTC, datetime, time
from pathlib import Path

import pytest

from bot.care.units.listing import Listing
from bot.care.units.unit import Span
from bot.ports import Start
from handlers.caring import casework, offering
from handlers.office.desk import Desk
from storage.casework.cases import Stage, Status
from storage.team import staffing
from storage.team.staffing import Purpose, Role
from storage.transaction import Work
from tests.handlers.walking import (
    CLIENT,
    COUNSELLOR,
    KENDARI,
    accepted_case,
    case_of,
    closed_in,
    in_world,
    reasons,
    send_intake,
    tick,
    with_hours,
)
from tests.worlds import TestBed, config_in, open_test_bed

ELSEWHERE, SECOND, COORDINATOR = "2004", "2003", "2005"
KOLAKA = "bnnk-kolaka"
#: Two at night on a Monday in Kendari.
NIGHT = datetime(2026, 11, 22, 18, 0, tzinfo=UTC)


async def add_coordinator(bed: TestBed) -> None:
    """Add a coordinator who is reached in a private chat."""

    def invite(work: Work) -> str:
        member = staffing.add_staff(work, Role.COORDINATOR, None, "Kak Dahlia")
        return staffing.invite(work, member.id, Purpose.LINK_CHAT)

    await bed.deliver(COORDINATOR, Start(await in_world(bed, invite)))


def offers(bed: TestBed, address: str) -> int:
    """Count the offers an address got."""
    return sum("Permintaan baru ·" in text for text in bed.heard(address))


async def test_a_request_of_the_night_waits_until_people_are_awake(bed: TestBed) -> None:
    bed.clock.now = NIGHT
    await bed.counsellor(COUNSELLOR)
    await bed.counsellor(ELSEWHERE, KOLAKA)
    await send_intake(bed)

    for _ in range(6):
        bed.clock.pass_time(hours=1)
        await tick(bed)
    assert (await case_of(bed)).unit_id == KENDARI
    bed.clock.pass_time(minutes=bed.world.config.care.offer_minutes)
    await tick(bed)
    assert (await case_of(bed)).unit_id == KOLAKA


async def test_a_request_of_the_evening_waits_until_the_next_morning(bed: TestBed) -> None:
    bed.clock.now = NIGHT.replace(hour=9)  # five in the afternoon
    await send_intake(bed)

    answer_by = (await case_of(bed)).answer_by
    assert answer_by is not None
    assert answer_by.astimezone(UTC).isoformat() == "2026-11-23T00:15:00+00:00"


async def test_when_nobody_is_free_the_case_comes_home_and_is_offered_at_every_opening(bed: TestBed) -> None:
    await add_coordinator(bed)
    await bed.counsellor(COUNSELLOR)
    await bed.counsellor(ELSEWHERE, KOLAKA)
    await send_intake(bed)
    await bed.tap(COUNSELLOR, "Belum bisa")
    await bed.tap(ELSEWHERE, "Belum bisa")

    case = await case_of(bed)
    assert (case.unit_id, case.status, case.waits_for_anybody) == (KENDARI, Status.OFFERED, True)
    member = await in_world(bed, lambda work: staffing.staff_of_unit(work, KENDARI)[0])
    assert [row.answer_by for row in await Desk(bed.world).queue(member)] == [None]
    for opening in range(1, 4):
        bed.clock.now = datetime(2026, 11, 23 + opening, 0, 0, tzinfo=UTC)
        await tick(bed)
        await tick(bed)
        assert offers(bed, COUNSELLOR) == 1 + opening
    assert offers(bed, ELSEWHERE) == 1
    assert bed.heard(CLIENT).count(bed.world.script.say("nobody_free", "id")) == 1
    assert bed.heard(COORDINATOR)[1:] == [f"Belum ada yang menerima · {case.code}\nUnit: BNN Kota Kendari"]

    await bed.tap(COUNSELLOR, "Terima")
    assert "siap mendengar" in bed.last(CLIENT).text
    assert (await case_of(bed)).waits_for_anybody is False


async def test_a_case_that_waits_goes_to_a_unit_that_gets_people_meanwhile(bed: TestBed) -> None:
    await bed.counsellor(COUNSELLOR)
    await send_intake(bed)
    await bed.tap(COUNSELLOR, "Belum bisa")
    await bed.counsellor(ELSEWHERE, KOLAKA)

    bed.clock.pass_time(days=1)
    await tick(bed)

    assert (await case_of(bed)).unit_id == KOLAKA
    assert offers(bed, ELSEWHERE) == 1


@pytest.mark.parametrize(
    ("now", "again"),
    [
        ("2026-11-23T03:00", "2026-11-25T01:00"),  # Monday, open since nine: Wednesday at nine
        ("2026-11-22T18:00", "2026-11-23T01:00"),  # the night before
        ("2026-11-23T07:30", "2026-11-25T01:00"),  # closed again
    ],
)
async def test_a_case_that_waits_is_offered_when_its_unit_opens_next(
    tmp_path: Path, new_sqlite: Callable[[], str], now: str, again: str
) -> None:
    day = Span(time(9), time(15))
    config = config_in(tmp_path, new_sqlite(), new_sqlite())
    async with open_test_bed(
        config, change=lambda house: with_hours(house, KENDARI, day, None, day, None, None, None, None)
    ) as bed:
        bed.clock.now = datetime.fromisoformat(now).replace(tzinfo=UTC)
        await bed.counsellor(COUNSELLOR)
        await send_intake(bed)
        await bed.tap(COUNSELLOR, "Belum bisa")

        answer_by = (await case_of(bed)).answer_by
        assert answer_by is not None
        assert f"{answer_by.astimezone(UTC):%Y-%m-%dT%H:%M}" == again


async def test_a_correction_after_a_hand_on_stays_with_the_unit_that_has_it(bed: TestBed) -> None:
    await bed.counsellor(COUNSELLOR)
    await bed.counsellor(ELSEWHERE, KOLAKA)
    await send_intake(bed)
    await bed.tap(COUNSELLOR, "Belum bisa")

    await bed.tap(CLIENT, "Ubah jawaban")
    assert "BNN Kabupaten Kolaka" in bed.last(CLIENT).text
    await bed.tap(CLIENT, "Ubah: Usia")
    await bed.tap(CLIENT, "35-44")
    await bed.tap(CLIENT, "Kirim")

    case = await case_of(bed)
    assert (case.unit_id, case.answers["age_band"]) == (KOLAKA, "age_35_44")
    assert (offers(bed, COUNSELLOR), offers(bed, ELSEWHERE)) == (1, 1)
    assert case.answers["unit"] == KENDARI  # where it comes home to when nobody is free


async def test_a_unit_left_by_the_client_is_not_asked_again(bed: TestBed) -> None:
    await bed.counsellor(COUNSELLOR)
    await bed.counsellor(ELSEWHERE, KOLAKA)
    await send_intake(bed)
    case = await case_of(bed)

    moved = await in_world(bed, lambda work: offering.pass_on(work, bed.world, case))

    assert await in_world(bed, lambda work: offering.next_unit(work, bed.world, moved)) is None


async def test_a_colleague_takes_up_the_follow_up_of_somebody_who_left(bed: TestBed) -> None:
    member, case = await closed_in(bed, Stage.IN_REHABILITATION)
    colleague = await bed.counsellor(SECOND, alias="Kak Kenanga")

    def leave(work: Work) -> None:
        casework.put_back_cases(work, bed.world, member)
        staffing.revoke(work, member.id)

    await in_world(bed, leave)
    bed.clock.pass_time(days=7, hours=1)
    await tick(bed)
    bed.clock.pass_time(days=3)
    await tick(bed)

    assert bed.last(SECOND).text == f"Perlu dilihat · {case.code}: kabar tidak dijawab"
    assert [row.code for row in await Desk(bed.world).queue(colleague)] == [case.code]
    await bed.tap(SECOND, "Terima")
    taken = await case_of(bed)
    assert (taken.id, taken.status, taken.staff_id) == (case.id, Status.ACCEPTED, colleague.id)
    await bed.say(SECOND, "halo, apa kabar?")
    assert bed.last(CLIENT).text.endswith("halo, apa kabar?")


async def test_the_unit_is_told_when_the_counsellor_has_no_chat(bed: TestBed) -> None:
    member, case = await accepted_case(bed)
    await bed.counsellor(SECOND, alias="Kak Kenanga")
    await in_world(bed, lambda work: staffing.unlink(work, staffing.folder_of(member), bed.channel.name))

    await bed.say(CLIENT, "saya mau mati")

    assert bed.last(SECOND).text == f"Perlu dilihat · {case.code}: tanda bahaya"
    assert bed.last(SECOND).keys == ()
    assert await reasons(bed) == ["danger"]


async def test_a_unit_that_left_the_directory_breaks_nothing(bed: TestBed) -> None:
    member, case = await accepted_case(bed)
    units = {unit_id: unit for unit_id, unit in bed.world.units.items() if unit_id != KENDARI}
    bed.world.units.exchange(Listing(units, {}))

    await bed.say(COUNSELLOR, "masih di sini")
    assert bed.last(CLIENT).text == f"{KENDARI}:\nmasih di sini"
    await bed.say(CLIENT, "saya juga")
    assert "saya juga" in bed.last(COUNSELLOR).text
    view = await Desk(bed.world).case(member, case.code)
    assert view is not None
    assert view.unit == KENDARI
    await in_world(bed, lambda work: casework.put_back_cases(work, bed.world, member))
    await bed.flush()
    assert offers(bed, COUNSELLOR) == 2
    bed.clock.pass_time(days=1)
    await tick(bed)
    await bed.tap(COUNSELLOR, "Terima")
    assert "siap mendengar" in bed.last(CLIENT).text
