"""How a case stands to somebody: told from the case and asked in a query, the answer is the same."""

from dataclasses import replace
from itertools import product

from sqlalchemy import select

from storage.casework import cases
from storage.casework.cases import Case, Stage, Status
from storage.casework.standing import Standing, standing_of, stands
from storage.clients import people
from storage.database import Database
from storage.tables import cases as table
from storage.team import staffing
from storage.team.staffing import Role, StaffMember
from storage.transaction import Work


def _add_everything(work: Work) -> tuple[list[StaffMember], list[Case]]:
    units = ("here", "there", None)
    members = [staffing.add_staff(work, Role.COUNSELLOR, unit, "Kak Contoh") for unit in units]
    added = []
    owners = (None, members[0].id, members[1].id)
    for number, (unit, status, stage, owner) in enumerate(product(units[:2], Status, Stage, owners)):
        client_id = people.welcome(work, bytes([number]) * 16, "telegram", f"{number}", "id")
        opened = cases.open_case(work, client_id, unit, "intake", {})
        case = replace(opened, status=status, stage=stage, staff_id=owner)
        cases.save_case(work, case)
        added.append(case)
    return members, added


async def test_exactly_one_standing_holds_and_the_query_finds_the_same(store: Database) -> None:
    members, added = await store.write(_add_everything)

    def ask(work: Work) -> None:
        for member in members:
            for standing in Standing:
                query = select(table.c.case_id).where(stands(member, [standing]))
                found = {row.case_id for row in work.data.execute(query)}
                assert found == {case.id for case in added if standing_of(member, case) is standing}, standing

    await store.read(ask)


async def test_nothing_is_found_without_a_standing(store: Database) -> None:
    members, added = await store.write(_add_everything)

    def ask(work: Work) -> list[Case | None]:
        return [cases.find_by_code(work, added[0].code, among=stands(members[0], some)) for some in ((), Standing)]

    assert await store.read(ask) == [None, added[0]]
