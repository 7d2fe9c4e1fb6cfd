"""Reading a case: every time it is recorded, and what is unusual is told to those who answer for the unit."""

from datetime import timedelta
from enum import StrEnum
from typing import Final

from bot.dialogue.effects import Message
from handlers import access
from handlers.access import Action
from handlers.speak import to_staff
from handlers.world import World
from storage.casework.cases import Case
from storage.clients import people
from storage.team import staffing
from storage.team.staffing import StaffMember
from storage.trail import audit
from storage.trail.audit import SERVICE, Deed, Detail, actor_of
from storage.transaction import Work


class Reason(StrEnum):
    """Why somebody reads a case that is not their own."""

    COVER = "cover"
    DANGER = "danger"
    COMPLAINT = "complaint"
    SUPERVISION = "supervision"


#: An open page refreshes itself; for so long that is still the same reading.
_SAME_READING: Final = timedelta(hours=1)
_MANY: Final = 30
_MANY_WITHIN: Final = timedelta(minutes=10)
_READINGS: Final = (Deed.CASE_READ, Deed.CASE_READ_FOR_REASON)


def read_own(work: Work, world: World, member: StaffMember, code: str) -> Case | None:
    """Open a case of one's own; None if there is none that this person may read."""
    case = access.find(work, member, Action.READ, code)
    if case is not None:
        audit.record(work, actor_of(member.id), Deed.CASE_READ, case.id)
        _watch(work, world, member)
    return case


def read_again(work: Work, member: StaffMember, code: str) -> Case | None:
    """Refresh a case that was opened a short time ago; None if it may not be read, or must be opened anew."""
    case = access.find(work, member, Action.READ, code)
    if case is None or not audit.was_done(work, actor_of(member.id), Deed.CASE_READ, case.id, _SAME_READING):
        return None
    return case


def read_for_reason(
    work: Work, world: World, member: StaffMember, code: str, reason: Reason, words: str
) -> Case | None:
    """Open a colleague's case once; its counsellor and the heads of the unit hear of it, without any content."""
    case = access.find(work, member, Action.READ_FOR_REASON, code)
    if case is None:
        return None
    said = Detail(people.folder(case.client_id), {"reason": reason.value, "words": words})
    audit.record(work, actor_of(member.id), Deed.CASE_READ_FOR_REASON, case.id, said)
    why = _say(world, f"reading_{reason}")
    told = Message(_say(world, "staff_read_for_reason", alias=member.alias, code=case.code, reason=why))
    holder = None if case.staff_id is None else staffing.load_staff(work, case.staff_id)
    others = [] if holder is None else [holder]
    _tell(work, world, member, [*staffing.heads_of(work, case.unit_id), *others], told, case)
    _watch(work, world, member)
    return case


def _watch(work: Work, world: World, member: StaffMember) -> None:
    """Raise an alert when somebody opens cases faster than anybody reads, once in the time that is looked at."""
    opened = audit.count_deeds(work, actor_of(member.id), _READINGS, _MANY_WITHIN)
    if opened < _MANY or audit.was_done(work, SERVICE, Deed.MANY_READS, member.id, _MANY_WITHIN):
        return
    audit.record(work, SERVICE, Deed.MANY_READS, member.id)
    told = Message(_say(world, "staff_many_reads", alias=member.alias, count=opened))
    heads = staffing.heads_of(work, member.unit_id) if member.unit_id else []
    _tell(work, world, member, [*heads, *staffing.coordinators(work)], told)


def _tell(
    work: Work,
    world: World,
    reader: StaffMember,
    listeners: list[StaffMember],
    message: Message,
    case: Case | None = None,
) -> None:
    """Tell others than the reader in their private chats, everybody once."""
    for listener in dict.fromkeys(one.id for one in listeners if one.id != reader.id):
        for chat in staffing.chats_of(work, listener):
            to_staff(work, world, chat, message, about=None if case is None else case.id)


def _say(world: World, phrase: str, **words: object) -> str:
    return world.script.say(phrase, world.script.default, **words)
