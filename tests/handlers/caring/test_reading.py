"""Reading a case is recorded each time, and what is unusual is told to those who answer for the unit."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from bot.ports import Start
from handlers.caring import reading
from handlers.caring.reading import Reason
from storage.casework.cases import Case
from storage.team import staffing
from storage.team.staffing import Purpose, Role, StaffMember
from storage.trail import audit
from storage.trail.audit import actor_of
from storage.transaction import Work
from tests.handlers.given import taken_case
from tests.handlers.walking import CLIENT, COUNSELLOR, KENDARI, in_world
from tests.worlds import TestBed

HEAD, COLLEAGUE, ABOVE = "3001", "3002", "3003"


async def _join(bed: TestBed, address: str, role: Role, alias: str, unit: str | None = KENDARI) -> StaffMember:
    def step(work: Work) -> tuple[StaffMember, str]:
        member = staffing.add_staff(work, role, unit, alias)
        return member, staffing.invite(work, member.id, Purpose.LINK_CHAT)

    member, token = await in_world(bed, step)
    await bed.deliver(address, Start(token))
    return member


async def _read(bed: TestBed, member: StaffMember, case: Case, words: str = "") -> Case | None:
    found = await in_world(
        bed, lambda work: reading.read_for_reason(work, bed.world, member, case.code, Reason.COVER, words)
    )
    await bed.flush()
    return found


async def _actions(bed: TestBed, member: StaffMember) -> list[str]:
    rows = await in_world(bed, lambda work: list(audit.read_rows(work)))
    return [row.action for row in rows if row.actor == actor_of(member.id)]


async def test_a_case_read_for_a_reason_is_told_to_its_counsellor_and_the_head_without_content(bed: TestBed) -> None:
    _, case = await taken_case(bed)
    await _join(bed, HEAD, Role.UNIT_HEAD, "Bu Kenanga")
    colleague = await _join(bed, COLLEAGUE, Role.COUNSELLOR, "Kak Seroja")

    assert await _read(bed, colleague, case, "untuk shift malam") == case

    told = f"Kak Seroja membuka kasus {case.code}. Alasan: menggantikan rekan."
    assert bed.heard(HEAD)[-1] == bed.heard(COUNSELLOR)[-1] == told
    assert told not in bed.heard(COLLEAGUE)
    assert told not in bed.heard(CLIENT)
    (row, *_) = await in_world(bed, lambda work: audit.newest_rows(work, 1))
    assert (row.action, row.about_id) == ("case_read_for_reason", case.id)
    detail = await in_world(bed, lambda work: audit.read_detail(work, row))
    assert detail == {"reason": "cover", "words": "untuk shift malam"}


async def test_somebody_of_another_unit_reads_nothing_and_nobody_is_told(bed: TestBed) -> None:
    _, case = await taken_case(bed)
    stranger = await _join(bed, COLLEAGUE, Role.COUNSELLOR, "Kak Seroja", "bnnk-kolaka")
    before = bed.heard(COUNSELLOR)

    assert await _read(bed, stranger, case) is None

    assert bed.heard(COUNSELLOR) == before
    assert "case_read_for_reason" not in await _actions(bed, stranger)


async def test_thirty_openings_in_ten_minutes_alert_head_and_coordinator_once(bed: TestBed) -> None:
    member, case = await taken_case(bed)
    await _join(bed, HEAD, Role.UNIT_HEAD, "Bu Kenanga")
    await _join(bed, ABOVE, Role.COORDINATOR, "Bu Cempaka", None)

    async def open_times(times: int) -> None:
        for _ in range(times):
            await in_world(bed, lambda work: reading.read_own(work, bed.world, member, case.code))
        await bed.flush()

    def alerts(address: str) -> int:
        return len([said for said in bed.heard(address) if "dalam 10 menit" in said])

    await open_times(29)
    assert alerts(HEAD) == 0
    await open_times(5)
    assert (alerts(HEAD), alerts(ABOVE), alerts(COUNSELLOR)) == (1, 1, 0)
    bed.clock.pass_time(minutes=11)
    await open_times(29)
    assert alerts(HEAD) == 1
    await open_times(1)
    assert alerts(HEAD) == 2


async def test_taking_a_case_in_the_chat_stands_in_the_chain(bed: TestBed) -> None:
    member, _ = await taken_case(bed)
    assert await _actions(bed, member) == ["chat_linked", "case_taken"]


async def test_an_erased_client_leaves_the_chain_whole_and_no_reason_that_could_be_read(bed: TestBed) -> None:
    _, case = await taken_case(bed)
    colleague = await _join(bed, COLLEAGUE, Role.COUNSELLOR, "Kak Seroja")
    await _read(bed, colleague, case, "catatan")
    await bed.say(CLIENT, "hapus")
    await bed.tap(CLIENT, "Ya, hapus")

    rows = await in_world(bed, lambda work: list(audit.read_rows(work)))

    assert rows[-1].action == "erased"
    assert rows[-1].about_id not in (case.id, case.client_id)
    details = await in_world(bed, lambda work: [dict(audit.read_detail(work, row)) for row in rows])
    assert [one for one in details if one] == []
    assert await _read(bed, colleague, case) is None


async def test_without_the_chain_nothing_is_read_or_taken_but_people_are_still_heard_and_erased(bed: TestBed) -> None:
    member, case = await taken_case(bed)
    await in_world(bed, lambda work: work.data.execute(text("ALTER TABLE audit_rows RENAME TO audit_rows_away")))

    with pytest.raises(DBAPIError):
        await in_world(bed, lambda work: reading.read_own(work, bed.world, member, case.code))

    await bed.say(CLIENT, "Halo, ini contoh.")
    assert "Halo, ini contoh." in bed.heard(COUNSELLOR)[-1]
    await bed.say(CLIENT, "hapus")
    await bed.tap(CLIENT, "Ya, hapus")
    await in_world(bed, lambda work: work.data.execute(text("ALTER TABLE audit_rows_away RENAME TO audit_rows")))
    assert await in_world(bed, lambda work: reading.read_own(work, bed.world, member, case.code)) is None
