"""The tables of access, written out: who may do what with whose case, and at the desk."""

from dataclasses import replace
from itertools import product

import pytest

from handlers.access import CASES, DESK, Action, Right, can_ever, find, has_right, may, may_grant
from storage.casework import cases
from storage.casework.cases import WITHDRAWN, Case, CaseId, Stage, Status
from storage.casework.standing import Standing, standing_of
from storage.clients import people
from storage.clients.people import ClientId
from storage.team import staffing
from storage.team.staffing import Role, StaffId, StaffMember
from storage.transaction import Work
from tests.worlds import TestBed

WHOSE = CaseId(b"c" * 16), ClientId(b"p" * 16)
CASE = Case(*WHOSE, "K7QM-2XVR-5", "here", Status.OFFERED, Stage.REFERRED, None, None, "intake", {})
MEMBER = StaffMember(StaffId(b"s" * 16), Role.COUNSELLOR, "here", "Kak Melati", None)
SOMEBODY = b"o" * 16

LOOKS_AFTER = {Role.COUNSELLOR, Role.AGENT, Role.UNIT_HEAD}
OWN = {Action.READ, Action.SPEAK, Action.MOVE}
READS_FOR_REASON = {Role.COUNSELLOR, Role.UNIT_HEAD}


def _expected(role: Role, standing: Standing) -> set[Action]:
    if role is Role.COORDINATOR:
        return {Action.SEE_QUEUE}
    if role not in LOOKS_AFTER or standing is Standing.ELSEWHERE:
        return set()
    allowed = {Action.SEE_QUEUE}
    match standing:
        case Standing.OFFERED | Standing.LEFT:
            allowed |= {Action.TAKE}
        case Standing.OWN:
            allowed |= OWN
        case Standing.OWN_CLOSED:
            allowed |= OWN - {Action.MOVE}
        case Standing.COLLEAGUES | Standing.COLLEAGUES_CLOSED:
            allowed |= {Action.READ_FOR_REASON} if role in READS_FOR_REASON else set()
        case _:
            pass
    return allowed


@pytest.mark.parametrize("role", Role)
def test_each_role_may_do_exactly_what_the_table_says(role: Role) -> None:
    seen = set()
    for unit, owner, status, stage in product(("here", "elsewhere", None), (None, MEMBER.id, SOMEBODY), Status, Stage):
        member = replace(MEMBER, role=role, unit_id=unit)
        case = replace(CASE, staff_id=owner, status=status, stage=stage)
        standing = standing_of(member, case)
        seen.add(standing)

        assert {action for action in Action if may(member, action, case)} == _expected(role, standing), case
    assert seen == set(Standing)


@pytest.mark.parametrize("role", [Role.ADMIN, Role.AUDITOR, Role.BROADCASTER])
def test_who_looks_after_nobody_sees_no_case_at_all(role: Role) -> None:
    member = replace(MEMBER, role=role)
    for owner, status in product((None, MEMBER.id), Status):
        case = replace(CASE, staff_id=owner, status=status)
        assert not any(may(member, action, case) for action in Action)
    assert not any(can_ever(member, action) for action in Action)


def test_a_request_that_was_taken_back_is_taken_up_by_nobody() -> None:
    left = replace(CASE, status=Status.CLOSED, stage=Stage.IN_REHABILITATION)
    assert may(MEMBER, Action.TAKE, left)
    assert not may(MEMBER, Action.TAKE, replace(left, outcome=WITHDRAWN))


def test_every_role_stands_in_both_tables() -> None:
    assert set(CASES) == set(DESK) == set(Role)
    assert all(set(actions) == set(Action) for actions in CASES.values())
    assert [role for role in Role if has_right(replace(MEMBER, role=role), Right.SEE_AUDIT)] == [Role.AUDITOR]
    granting = [role for role in Role if has_right(replace(MEMBER, role=role), Right.GRANT)]
    assert granting == [Role.UNIT_HEAD, Role.ADMIN]
    listening = {role for role in Role if has_right(replace(MEMBER, role=role), Right.LISTEN_SEE)}
    assert listening == {*LOOKS_AFTER, Role.COORDINATOR, Role.ADMIN}
    changing = [role for role in Role if has_right(replace(MEMBER, role=role), Right.LISTEN_CHANGE)]
    assert changing == [Role.COORDINATOR, Role.ADMIN]


@pytest.mark.parametrize(
    ("who", "unit", "role", "into", "allowed"),
    [
        (Role.ADMIN, None, Role.UNIT_HEAD, "here", True),
        (Role.ADMIN, None, Role.ADMIN, None, True),
        (Role.UNIT_HEAD, "here", Role.COUNSELLOR, "here", True),
        (Role.UNIT_HEAD, "here", Role.COUNSELLOR, "elsewhere", False),
        (Role.UNIT_HEAD, "here", Role.UNIT_HEAD, "here", False),
        (Role.UNIT_HEAD, "here", Role.ADMIN, None, False),
        (Role.COUNSELLOR, "here", Role.COUNSELLOR, "here", False),
        (Role.COORDINATOR, None, Role.COUNSELLOR, "here", False),
    ],
)
def test_who_may_let_whom_in(who: Role, unit: str | None, role: Role, into: str | None, allowed: bool) -> None:  # noqa: FBT001 - a column
    assert may_grant(replace(MEMBER, role=who, unit_id=unit), role, into) is allowed


async def test_the_query_itself_finds_only_what_may_be_done(bed: TestBed) -> None:
    def step(work: Work) -> None:
        members = {role: staffing.add_staff(work, role, "here", "Kak Contoh") for role in Role}
        owners = (None, members[Role.COUNSELLOR].id, members[Role.UNIT_HEAD].id)
        for number, (unit, status, owner) in enumerate(product(("here", "there"), Status, owners)):
            client_id = people.welcome(work, bytes([number]) * 16, "telegram", f"{number}", "id")
            case = replace(cases.open_case(work, client_id, unit, "intake", {}), status=status, staff_id=owner)
            cases.save_case(work, case)
            for member, action in product(members.values(), Action):
                found = find(work, member, action, case.code)
                assert found == (case if may(member, action, case) else None), (member.role, action, case)

    await bed.world.database.write(step)
