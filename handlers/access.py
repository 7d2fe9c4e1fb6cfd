"""Who may do what with a case and at the desk: tables, asked in the query that finds a case and before every action."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from storage.casework import cases
from storage.casework.cases import WITHDRAWN, Case, Status
from storage.casework.standing import Standing, standing_of, stands
from storage.team.staffing import Role, StaffMember
from storage.transaction import Work


class Action(StrEnum):
    """What staff can do with a case."""

    SEE_QUEUE = "see_queue"  # code, unit and waiting time only
    TAKE = "take"
    READ = "read"  # what the client sent, and the chat
    READ_FOR_REASON = "read_for_reason"  # the same once, with a reason that others see
    SPEAK = "speak"
    MOVE = "move"  # close, transfer, set the stage


class Right(StrEnum):
    """What staff can do at the desk without a case."""

    SEE_AUDIT = "see_audit"
    SEE_READINGS = "see_readings"  # who read a case that is not their own, and why
    GRANT = "grant"  # ask that somebody be let in, and approve what another asked
    AGREE = "agree"  # to what the operator wants done with keys, retention and figures
    SET_PLACES = "set_places"  # say how many places a unit has this week
    BROADCAST = "broadcast"  # write programme information to many, once another has approved it
    APPROVE_BROADCAST = "approve_broadcast"  # approve what another wrote; hold or stop what is being sent
    LISTEN_SEE = "listen_see"  # see what danger and questions are heard by, try sentences, say what was missed
    LISTEN_CHANGE = "listen_change"  # propose changes to it, and agree to what another proposed


_HERE: Final = frozenset(Standing) - {Standing.ELSEWHERE}
_NONE: Final = frozenset[Standing]()
_OWN: Final = frozenset({Standing.OWN, Standing.OWN_CLOSED})

_AGENT: Final = MappingProxyType(
    {
        Action.SEE_QUEUE: _HERE,
        Action.TAKE: frozenset({Standing.OFFERED, Standing.LEFT}),
        Action.READ: _OWN,
        Action.READ_FOR_REASON: _NONE,  # may live next door to the client
        Action.SPEAK: _OWN,
        Action.MOVE: frozenset({Standing.OWN}),
    }
)
_COUNSELLOR: Final = MappingProxyType(
    {**_AGENT, Action.READ_FOR_REASON: frozenset({Standing.COLLEAGUES, Standing.COLLEAGUES_CLOSED})}
)
_NOBODY: Final = MappingProxyType(dict.fromkeys(Action, _NONE))

#: role -> action -> how a case must stand to whoever has the role.
CASES: Final[Mapping[Role, Mapping[Action, frozenset[Standing]]]] = MappingProxyType(
    {
        Role.COUNSELLOR: _COUNSELLOR,
        Role.AGENT: _AGENT,
        Role.UNIT_HEAD: _COUNSELLOR,
        Role.COORDINATOR: MappingProxyType({**_NOBODY, Action.SEE_QUEUE: frozenset(Standing)}),
        Role.BROADCASTER: _NOBODY,
        Role.AUDITOR: _NOBODY,
        Role.ADMIN: _NOBODY,
    }
)

_BROADCASTS: Final = frozenset({Right.BROADCAST, Right.APPROVE_BROADCAST})
_LISTENING: Final = frozenset({Right.LISTEN_SEE, Right.LISTEN_CHANGE})

#: role -> what it may do without a case.
DESK: Final[Mapping[Role, frozenset[Right]]] = MappingProxyType(
    {
        Role.COUNSELLOR: frozenset({Right.LISTEN_SEE}),
        Role.AGENT: frozenset({Right.LISTEN_SEE}),
        Role.UNIT_HEAD: frozenset({Right.SEE_READINGS, Right.GRANT, Right.SET_PLACES, Right.LISTEN_SEE}),
        Role.COORDINATOR: frozenset({Right.SEE_READINGS, Right.SET_PLACES, *_BROADCASTS, *_LISTENING}),
        Role.BROADCASTER: _BROADCASTS,
        Role.AUDITOR: frozenset({Right.SEE_AUDIT, Right.AGREE}),
        Role.ADMIN: frozenset({Right.GRANT, Right.AGREE, Right.APPROVE_BROADCAST, *_LISTENING}),
    }
)


#: role -> whom it may let in, and approve; somebody of a unit only into that unit.
GRANTS: Final[Mapping[Role, frozenset[Role]]] = MappingProxyType(
    {Role.ADMIN: frozenset(Role), Role.UNIT_HEAD: frozenset({Role.COUNSELLOR, Role.AGENT})}
)


def may_grant(member: StaffMember, role: Role, unit_id: str | None) -> bool:
    """Tell whether somebody may ask that a role be given, or approve that another asked."""
    return role in GRANTS.get(member.role, frozenset()) and member.unit_id in (None, unit_id)


def may(member: StaffMember, action: Action, case: Case) -> bool:
    """Tell whether somebody may do this with this case; an administrator may read no case at all."""
    standing = standing_of(member, case)
    # The outcome is sealed, so a query cannot know that the client took the request back.
    is_lost = standing is Standing.LEFT and action is Action.TAKE and case.outcome == WITHDRAWN
    return standing in CASES[member.role][action] and not is_lost


def can_ever(member: StaffMember, action: Action) -> bool:
    """Tell whether somebody may do this with any case whatever."""
    return bool(CASES[member.role][action])


def has_right(member: StaffMember, right: Right) -> bool:
    """Tell whether somebody may do this at the desk."""
    return right in DESK[member.role]


def find(work: Work, member: StaffMember, action: Action, code: str, *, lock: bool = False) -> Case | None:
    """Find a case with which somebody may do this; one with which they may not is not even read."""
    among = stands(member, CASES[member.role][action])
    found = cases.find_by_code(work, code, among=among, lock=lock)
    return found if found is not None and may(member, action, found) else None


def is_orphaned(case: Case) -> bool:
    """Tell whether a closed case goes on although its counsellor is gone, so that a colleague may take it up."""
    goes_on = case.stage is not cases.Stage.REFERRED and case.outcome != WITHDRAWN
    return case.status is Status.CLOSED and case.staff_id is None and goes_on
