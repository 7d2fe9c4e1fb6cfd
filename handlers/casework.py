"""What a counsellor does with a case: take it, pass it on, speak, set the stage, transfer, close."""

from dataclasses import replace
from enum import StrEnum

from bot.care import matching
from bot.care.followup import occasions
from bot.care.gazetteer import AreaCode
from bot.care.units import Unit
from bot.dialogue.events import Accompanied, Released
from bot.dialogue.script import MENU
from handlers import handoff
from handlers.access import Action, may
from handlers.conversation import Conversation
from handlers.world import World
from storage import cases, people, reminders, staffing
from storage.cases import Case, Stage, Status
from storage.outbox import Lane
from storage.staffing import StaffMember
from storage.transaction import Work

#: How a case can end; `withdrawn` is the client's own word.
OUTCOMES = ("started", "referred", "informed", "completed", "no_reply")
_MOST_UNITS_SHOWN = 8
STAGES = (Stage.IN_REHABILITATION, Stage.AFTER_REHABILITATION)


class Result(StrEnum):
    """What became of a wish of staff."""

    DONE = "done"
    TAKEN = "taken"
    GONE = "gone"


def accept(work: Work, world: World, member: StaffMember, code: str) -> tuple[Result, Case | None]:
    """Take a case; only one person can.  The case is returned only when it was taken by this person."""
    case = cases.find_by_code(work, code)
    if case is None or case.status is Status.CLOSED or case.unit_id != member.unit_id:
        return Result.GONE, None
    if case.staff_id == member.id:
        return Result.DONE, case
    if not may(member, Action.TAKE, case):
        return Result.TAKEN, None
    taken = replace(case, status=Status.ACCEPTED, staff_id=member.id, answer_by=None)
    cases.save_case(work, taken)
    staffing.speak_in(work, member, code)
    language = people.load_client(work, case.client_id).language
    unit = world.units[case.unit_id]
    text = world.script.say("accepted", language, unit=unit.name, alias=member.alias)
    Conversation(work, world, case.client_id, lane=Lane.COUNSELLOR).take(Accompanied(text))
    work.after_commit(lambda: world.signals.wake_page(case.id))
    return Result.DONE, taken


def decline(work: Work, world: World, member: StaffMember, code: str) -> Result:
    """Leave a case to another unit."""
    case = cases.find_by_code(work, code)
    if case is None or not may(member, Action.TAKE, case):
        return Result.GONE
    handoff.pass_on(work, world, case)
    return Result.DONE


def speak(work: Work, world: World, member: StaffMember, code: str, text: str) -> Result:
    """Say something to the client."""
    case = _mine(work, member, code, Action.SPEAK)
    if case is None:
        return Result.GONE
    handoff.counsellor_says(work, world, case, text)
    return Result.DONE


def close(work: Work, world: World, member: StaffMember, code: str, outcome: str) -> Result:
    """Close a case with an outcome; the service speaks with the client again."""
    case = _mine(work, member, code, Action.MOVE)
    if case is None or outcome not in OUTCOMES:
        return Result.GONE
    cases.save_case(work, replace(case, status=Status.CLOSED, answer_by=None, outcome=outcome))
    people.restart_retention(work, case.client_id)
    _stop_speaking_in(work, member, code)
    _release(work, world, case, "closed_by_counsellor", MENU)
    return Result.DONE


def transfer(work: Work, world: World, member: StaffMember, code: str, unit_id: str) -> Result:
    """Give a case to another unit; the client does not have to repeat anything."""
    case = _mine(work, member, code, Action.MOVE)
    unit = world.units.get(unit_id)
    if case is None or unit is None or not unit.takes_handoffs or unit.id == case.unit_id:
        return Result.GONE
    _stop_speaking_in(work, member, code)
    _release(work, world, case, "transferred", "waiting", unit=unit.name)
    handoff.offer(work, world, replace(case, unit_id=unit.id, asked_units=(*case.asked_units, case.unit_id)))
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
        reminders.cancel_all(work, case.client_id)
        reminders.schedule(work, case.client_id, case.id, occasions(plan, stage, work.now, zone))
    return Result.DONE


def put_back_cases(work: Work, world: World, member: StaffMember) -> int:
    """Put every case of somebody who leaves back into the unit's queue; return how many."""
    mine = cases.cases_of(work, member.id)
    for case in mine:
        _release(work, world, case, "nobody_free", "waiting")
        handoff.offer(work, world, case)
    return len(mine)


def nearest_other_units(world: World, case: Case) -> list[Unit]:
    """List the units a case could be given to, nearest to the client first, at most eight."""
    others = [unit for unit in world.units.values() if unit.takes_handoffs and unit.active and unit.id != case.unit_id]
    area = case.answers.get("area")
    if not isinstance(area, str):
        return others[:_MOST_UNITS_SHOWN]
    ranked = matching.rank(others, world.gazetteer, AreaCode(area), _MOST_UNITS_SHOWN)
    return [offer.unit for offer in ranked]


def _mine(work: Work, member: StaffMember, code: str, action: Action) -> Case | None:
    case = cases.find_by_code(work, code)
    if case is None or case.status is not Status.ACCEPTED or not may(member, action, case):
        return None
    return case


def _stop_speaking_in(work: Work, member: StaffMember, code: str) -> None:
    if member.speaking_in == code:
        staffing.speak_in(work, member, None)


def _release(work: Work, world: World, case: Case, phrase: str, flow: str, **words: object) -> None:
    language = people.load_client(work, case.client_id).language
    text = world.script.say(phrase, language, **words)
    Conversation(work, world, case.client_id, lane=Lane.COUNSELLOR).take(Released(text, flow))
    work.after_commit(lambda: world.signals.wake_page(case.id))
