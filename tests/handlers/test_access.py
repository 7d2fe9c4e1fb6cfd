"""The table of access, written out: who may do what with whose case."""

from dataclasses import replace
from itertools import product

import pytest

from handlers.access import Action, may
from storage.cases import Case, CaseId, Stage, Status
from storage.people import ClientId
from storage.staffing import Role, StaffId, StaffMember

WHOSE = CaseId(b"c" * 16), ClientId(b"p" * 16)
CASE = Case(*WHOSE, "K7QM-2XVR-5", "here", Status.OFFERED, Stage.REFERRED, None, None, "intake", {})
MEMBER = StaffMember(StaffId(b"s" * 16), Role.COUNSELLOR, "here", "Kak Melati", None)
SOMEBODY = b"o" * 16

LOOKS_AFTER = {Role.COUNSELLOR, Role.AGENT, Role.UNIT_HEAD}
OWN = {Action.READ, Action.SPEAK, Action.MOVE}


def _expected(role: Role, unit: str | None, owner: bytes | None, status: Status) -> set[Action]:
    allowed = set()
    if role in LOOKS_AFTER and unit == "here":
        allowed |= {Action.SEE_QUEUE} | ({Action.TAKE} if status is Status.OFFERED else set())
    if role is Role.COORDINATOR:
        allowed |= {Action.SEE_QUEUE}
    if role in LOOKS_AFTER and owner == MEMBER.id:
        allowed |= OWN
    return allowed


@pytest.mark.parametrize("role", Role)
def test_each_role_may_do_exactly_what_the_table_says(role: Role) -> None:
    for unit, owner, status in product(("here", "elsewhere", None), (None, MEMBER.id, SOMEBODY), Status):
        member = replace(MEMBER, role=role, unit_id=unit)
        case = replace(CASE, staff_id=owner, status=status)

        allowed = {action for action in Action if may(member, action, case)}

        assert allowed == _expected(role, unit, owner, status), (role, unit, owner, status)


@pytest.mark.parametrize("role", [Role.ADMIN, Role.AUDITOR, Role.BROADCASTER])
def test_who_looks_after_nobody_sees_no_case_at_all(role: Role) -> None:
    for owner, status in product((None, MEMBER.id), Status):
        case = replace(CASE, staff_id=owner, status=status)
        assert not any(may(replace(MEMBER, role=role), action, case) for action in Action)
