"""How a case stands to a member of staff, told from a case and asked in a query alike."""

from collections.abc import Iterable, Mapping
from enum import StrEnum

from sqlalchemy import ColumnElement, false, or_

from storage.casework.cases import Case, Stage, Status
from storage.tables import cases
from storage.team.staffing import StaffMember


class Standing(StrEnum):
    """How a case stands to somebody; exactly one holds."""

    OFFERED = "offered to their unit"
    OWN = "their own"
    OWN_CLOSED = "their own, closed"
    COLLEAGUES = "a colleague's"
    COLLEAGUES_CLOSED = "a colleague's, closed"
    LEFT = "closed and followed up, its counsellor gone"
    OVER = "closed in their unit, nobody's"
    ELSEWHERE = "of another unit"


_CLOSED = {Standing.OWN: Standing.OWN_CLOSED, Standing.COLLEAGUES: Standing.COLLEAGUES_CLOSED}


def standing_of(member: StaffMember, case: Case) -> Standing:
    """Tell how a case stands to somebody."""
    is_here = case.unit_id == member.unit_id
    if case.status is Status.OFFERED:
        return Standing.OFFERED if is_here else Standing.ELSEWHERE
    if case.staff_id == member.id:
        held = Standing.OWN
    elif not is_here:
        return Standing.ELSEWHERE
    elif case.staff_id is None:
        return Standing.OVER if case.stage is Stage.REFERRED else Standing.LEFT
    else:
        held = Standing.COLLEAGUES
    return _CLOSED[held] if case.status is Status.CLOSED else held


def stands(member: StaffMember, standings: Iterable[Standing]) -> ColumnElement[bool]:
    """Ask in a query for cases that stand to somebody in one of these ways; no other row is even read."""
    conditions = _conditions(member)
    return or_(false(), *(conditions[standing] for standing in standings))


def _conditions(member: StaffMember) -> Mapping[Standing, ColumnElement[bool]]:
    is_here = cases.c.unit_id == member.unit_id
    is_offered = cases.c.status == Status.OFFERED.value
    is_closed = cases.c.status == Status.CLOSED.value
    is_theirs = ~is_offered & cases.c.staff_id.is_not(None) & (cases.c.staff_id == member.id)
    is_nobodys = ~is_offered & cases.c.staff_id.is_(None)
    of_colleague = is_here & ~is_offered & cases.c.staff_id.is_not(None) & (cases.c.staff_id != member.id)
    was_only_referred = cases.c.stage == Stage.REFERRED.value
    return {
        Standing.OFFERED: is_here & is_offered,
        Standing.OWN: is_theirs & ~is_closed,
        Standing.OWN_CLOSED: is_theirs & is_closed,
        Standing.COLLEAGUES: of_colleague & ~is_closed,
        Standing.COLLEAGUES_CLOSED: of_colleague & is_closed,
        Standing.LEFT: is_here & is_nobodys & ~was_only_referred,
        Standing.OVER: is_here & is_nobodys & was_only_referred,
        Standing.ELSEWHERE: cases.c.unit_id.is_distinct_from(member.unit_id) & ~is_theirs,
    }
