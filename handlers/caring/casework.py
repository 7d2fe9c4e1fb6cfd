"""What a counsellor does with a case: take it, pass it on, speak, set the stage, transfer, close."""

from dataclasses import replace
from enum import StrEnum

from bot.care.followup import occasions
from bot.care.geography.gazetteer import AreaCode
from bot.care.units import matching
from bot.care.units.unit import Unit
from bot.dialogue.events import Accompanied, Released
from handlers import access
from handlers.access import Action, is_orphaned
from handlers.caring import handoff, offering
from handlers.conversing.conversation import Conversation
from handlers.conversing.lookup import unit_name
from handlers.world import World
from storage.casework import cases, reminders
from storage.casework.cases import Case, Stage, Status
from storage.clients import conversations, people
from storage.outbox import Lane
from storage.team import staffing
from storage.team.staffing import StaffMember
from storage.trail import audit
from storage.trail.audit import Deed, actor_of
from storage.transaction import Work

#: How a counsellor can end a case.
OUTCOMES = ("started", "referred", "informed", "completed", "no_reply")
_MOST_UNITS_SHOWN = 8
STAGES = (Stage.IN_REHABILITATION, Stage.AFTER_REHABILITATION)


class Result(StrEnum):
    """What became of a wish of staff."""

    DONE = "done"
    TAKEN = "taken"
    GONE = "gone"


def accept(work: Work, world: World, member: StaffMember, code: str) -> tuple[Result, Case | None]:
    """Take a case; only one person can.  The case is returned, to be read, only when this person has it."""
    case = access.find(work, member, Action.SEE_QUEUE, code, lock=True)
    if case is None or not access.can_ever(member, Action.TAKE) or not _waits(work, case):
        return Result.GONE, None
    if case.staff_id == member.id:
        audit.record(work, actor_of(member.id), Deed.CASE_READ, case.id)
        return Result.DONE, case
    if not access.may(member, Action.TAKE, case) or not staffing.still_works(work, member.id):
        return Result.TAKEN, None
    accepted = replace(case, status=Status.ACCEPTED, staff_id=member.id, answer_by=None, outcome=None)
    taken = replace(accepted, waits_for_anybody=False)
    cases.save_case(work, taken)
    staffing.speak_in(work, member, code)
    audit.record(work, actor_of(member.id), Deed.CASE_TAKEN, case.id)
    _accompany(work, world, member, taken, "accepted")
    return Result.DONE, taken


def decline(work: Work, world: World, member: StaffMember, code: str) -> Result:
    """Leave a case to another unit."""
    case = access.find(work, member, Action.TAKE, code, lock=True)
    if case is None or case.status is not Status.OFFERED:
        return Result.GONE
    offering.pass_on(work, world, case)
    return Result.DONE


def speak(work: Work, world: World, member: StaffMember, code: str, text: str) -> Result:
    """Say something to the client; a case that this person closed is taken up again by it."""
    case = _mine(work, member, code, Action.SPEAK) or take_up(work, world, member, code)
    if case is None:
        return Result.GONE
    handoff.counsellor_says(work, world, case, text)
    return Result.DONE


def take_up(work: Work, world: World, member: StaffMember, code: str) -> Case | None:
    """Open a case again that this person closed; None if it may not be: taken back, or followed by another one."""
    case = access.find(work, member, Action.SPEAK, code, lock=True)
    if case is None or not staffing.still_works(work, member.id):
        return None
    conversations.hold(work, case.client_id)  # so that the client opens no other one meanwhile
    if not _may_be_taken_up(work, case):
        return None
    taken = replace(case, status=Status.ACCEPTED, outcome=None)
    cases.save_case(work, taken)
    staffing.speak_in(work, member, code)
    _accompany(work, world, member, taken, "taken_up")
    return taken


def can_take_up(work: Work, member: StaffMember, code: str) -> Case | None:
    """Return a closed case that this person may open again, or None."""
    case = access.find(work, member, Action.SPEAK, code)
    return case if case is not None and _may_be_taken_up(work, case) else None


def close(work: Work, world: World, member: StaffMember, code: str, outcome: str) -> Result:
    """Close a case with an outcome; the service speaks with the client again."""
    case = _mine(work, member, code, Action.MOVE)
    if case is None or outcome not in OUTCOMES:
        return Result.GONE
    cases.save_case(work, replace(case, status=Status.CLOSED, answer_by=None, outcome=outcome))
    people.restart_retention(work, case.client_id)
    _stop_speaking_in(work, member, code)
    _release(work, world, case, "closed_by_counsellor", "aftercare")
    return Result.DONE


def close_silent(work: Work, world: World, case: Case) -> None:
    """Close a case in which neither side has said a word for ninety days; nobody is spoken to."""
    cases.save_case(work, replace(case, status=Status.CLOSED, answer_by=None, outcome="no_reply"))
    people.restart_retention(work, case.client_id)
    member = None if case.staff_id is None else staffing.load_staff(work, case.staff_id)
    if member is not None:
        _stop_speaking_in(work, member, case.code)
    Conversation(work, world, case.client_id).take_silently(Released("", "aftercare"))
    work.after_commit(lambda: world.signals.wake_page(case.id))


def transfer(work: Work, world: World, member: StaffMember, code: str, unit_id: str) -> Result:
    """Give a case to another unit; the client does not have to repeat anything."""
    case = _mine(work, member, code, Action.MOVE)
    unit = world.units.get(unit_id)
    if case is None or unit is None or not unit.takes_handoffs or unit.id == case.unit_id:
        return Result.GONE
    _stop_speaking_in(work, member, code)
    _release(work, world, case, "transferred", "waiting", unit=unit.name)
    offering.offer(work, world, replace(case, unit_id=unit.id, asked_units=(*case.asked_units, case.unit_id)))
    return Result.DONE


def set_stage(work: Work, world: World, member: StaffMember, code: str, stage: Stage) -> Result:
    """Note where the client stands; a stage with a plan schedules its check-ins in place of earlier ones."""
    case = _mine(work, member, code, Action.MOVE)
    if case is None:
        return Result.GONE
    cases.save_case(work, replace(case, stage=stage))
    plan = world.plans.plans.get(stage)
    if plan is not None and stage is not case.stage:
        zone = people.load_client(work, case.client_id).profile.zone or world.plans.zone(None)
        reminders.forget_waiting(work, case.client_id)
        reminders.schedule(work, case.client_id, case.id, occasions(plan, stage, work.now, zone))
    return Result.DONE


def put_back_cases(work: Work, world: World, member: StaffMember) -> int:
    """Put every case of somebody who leaves back into the unit's queue; return how many.

    Closed ones stay closed; whoever of the unit is called to one may take it up.
    """
    mine = cases.cases_of(work, member.id, lock=True)
    for case in mine:
        _release(work, world, case, "nobody_free", "waiting")
        offering.offer(work, world, case)
    for case in cases.cases_of(work, member.id, closed=True, lock=True):
        cases.save_case(work, replace(case, staff_id=None))
    return len(mine)


def nearest_other_units(world: World, case: Case) -> list[Unit]:
    """List the units a case could be given to, nearest to the client first, at most eight."""
    others = [unit for unit in world.units.values() if unit.takes_handoffs and unit.active and unit.id != case.unit_id]
    area = case.answers.get("area")
    if not isinstance(area, str):
        return others[:_MOST_UNITS_SHOWN]
    ranked = matching.rank(others, world.gazetteer, world.travel, AreaCode(area), _MOST_UNITS_SHOWN)
    return [offer.unit for offer in ranked]


def _mine(work: Work, member: StaffMember, code: str, action: Action) -> Case | None:
    case = access.find(work, member, action, code, lock=True)
    return case if case is not None and case.status is Status.ACCEPTED else None


def _may_be_taken_up(work: Work, case: Case) -> bool:
    if case.status is not Status.CLOSED or case.outcome == cases.WITHDRAWN:
        return False
    return cases.open_case_of(work, case.client_id) is None


def _waits(work: Work, case: Case) -> bool:
    """Tell whether a case is open, or may be opened again because its counsellor is gone and no other is open."""
    if case.status is not Status.CLOSED:
        return True
    conversations.hold(work, case.client_id)  # so that the client opens no other one meanwhile
    return is_orphaned(case) and cases.open_case_of(work, case.client_id) is None


def _accompany(work: Work, world: World, member: StaffMember, case: Case, phrase: str) -> None:
    people.restart_retention(work, case.client_id)
    language = people.load_client(work, case.client_id).language
    text = world.script.say(phrase, language, unit=unit_name(world, case.unit_id), alias=member.alias)
    Conversation(work, world, case.client_id, lane=Lane.COUNSELLOR).take(Accompanied(text))
    work.after_commit(lambda: world.signals.wake_page(case.id))


def _stop_speaking_in(work: Work, member: StaffMember, code: str) -> None:
    if member.speaking_in == code:
        staffing.speak_in(work, member, None)


def _release(work: Work, world: World, case: Case, phrase: str, flow: str, **words: object) -> None:
    language = people.load_client(work, case.client_id).language
    text = world.script.say(phrase, language, **words)
    Conversation(work, world, case.client_id, lane=Lane.COUNSELLOR).take(Released(text, flow))
    work.after_commit(lambda: world.signals.wake_page(case.id))
