"""Who may do what with a case: one table, asked before every action."""

from enum import StrEnum

from storage.cases import WITHDRAWN, Case, Stage, Status
from storage.staffing import Role, StaffMember


class Action(StrEnum):
    """What staff can do with a case."""

    SEE_QUEUE = "see_queue"  # code, unit and waiting time only
    TAKE = "take"
    READ = "read"  # what the client sent, and the chat
    SPEAK = "speak"
    MOVE = "move"  # close, transfer, set the stage


_LOOKS_AFTER_CASES = frozenset({Role.COUNSELLOR, Role.AGENT, Role.UNIT_HEAD})
_OWN_CASE = frozenset({Action.READ, Action.SPEAK, Action.MOVE})


def may(member: StaffMember, action: Action, case: Case) -> bool:
    """Tell whether a staff member may do this with this case; an administrator may read no case at all."""
    here = member.unit_id == case.unit_id
    match action:
        case Action.SEE_QUEUE:
            return member.role is Role.COORDINATOR or (here and member.role in _LOOKS_AFTER_CASES)
        case Action.TAKE:
            return here and member.role in _LOOKS_AFTER_CASES and (case.status is Status.OFFERED or is_orphaned(case))
        case Action.READ | Action.SPEAK | Action.MOVE:
            return member.role in _LOOKS_AFTER_CASES and case.staff_id == member.id and action in _OWN_CASE


def is_orphaned(case: Case) -> bool:
    """Tell whether a closed case goes on although its counsellor is gone, so that a colleague may take it up."""
    goes_on = case.stage is not Stage.REFERRED and case.outcome != WITHDRAWN
    return case.status is Status.CLOSED and case.staff_id is None and goes_on
