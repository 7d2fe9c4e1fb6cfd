"""Hand a self-referral to a unit, and pass words between client and counsellor until it is closed."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from bot.care import matching
from bot.care.gazetteer import AreaCode
from bot.care.units import OFFSETS, OpensAt, Unit, Unknown, local_time, opening
from bot.dialogue.effects import Message
from bot.dialogue.flow import Answer
from handlers import staffwords
from handlers.apart import keep_apart
from handlers.lookup import opens
from handlers.speak import Way, to_client, to_staff, to_unit
from handlers.world import World
from storage import cases, chats, people, staffing, tasks
from storage.cases import Case, CaseId, Status
from storage.chats import Side
from storage.outbox import Lane
from storage.people import ClientId
from storage.transaction import Work

#: A phrase to say to the client, with its words.
Saying = tuple[str, dict[str, object]]


def refer(
    work: Work, world: World, client_id: ClientId, flow: str, answers: Mapping[str, Answer], language: str
) -> list[Saying]:
    """Open a case from what the person sent, or correct the one that is open; return what to say to them."""
    unit_id = str(answers["unit"])
    case = cases.open_case_of(work, client_id, lock=True)
    if case is None:
        case = cases.open_case(work, client_id, unit_id, flow, answers)
        case = offer(work, world, case)
    else:
        moved = case.unit_id != unit_id and case.status is Status.OFFERED
        case = replace(case, flow=flow, answers=answers, unit_id=unit_id if moved else case.unit_id)
        case = offer(work, world, case) if moved else case
        cases.save_case(work, case)
    unit = world.units[case.unit_id]
    return [("submitted", {"unit": unit.name, "code": case.code}), *_when_answered(work, world, unit, language)]


def offer(work: Work, world: World, case: Case) -> Case:
    """Offer a case to its unit; the clock starts when the unit is open."""
    unit = world.units[case.unit_id]
    offered = replace(case, status=Status.OFFERED, staff_id=None, answer_by=_answer_by(world, unit, work.now))
    cases.save_case(work, offered)
    card = staffwords.offer_card(world, offered)
    to_unit(work, world, unit.id, card, group_message=card)
    return offered


def next_unit(work: Work, world: World, case: Case) -> Unit | None:
    """Find the nearest unit with people that was not asked yet; None if there is nobody else."""
    area = case.answers.get("area")
    asked = {*case.asked_units, case.unit_id}
    answering = [unit for unit in world.units.values() if unit.takes_handoffs and unit.id not in asked]
    if not isinstance(area, str):
        return None
    ranked = matching.rank(answering, world.gazetteer, world.travel, AreaCode(area), len(answering))
    near = [ranked_offer.unit for ranked_offer in ranked if "far_away" not in ranked_offer.reasons]
    return next((unit for unit in near if staffing.staff_of_unit(work, unit.id)), None)


def pass_on(work: Work, world: World, case: Case) -> Case:
    """Move an untaken case to the next unit, or leave it in the queue and say so honestly."""
    unit = next_unit(work, world, case)
    language = people.load_client(work, case.client_id).language
    if unit is None:
        waiting = replace(case, answer_by=None)
        cases.save_case(work, waiting)
        if case.answer_by is not None:  # said once, however many decline after it
            _tell_client(work, world, case, world.script.say("nobody_free", language))
        return waiting
    moved = replace(case, unit_id=unit.id, asked_units=(*case.asked_units, case.unit_id))
    _tell_client(work, world, case, world.script.say("declined_moved", language, unit=unit.name))
    return offer(work, world, moved)


def pass_on_overdue(work: Work, world: World) -> int:
    """Move every case that was not taken in time; return how many."""
    late = cases.overdue(work)
    for case in late:
        keep_apart(work, partial(pass_on, work, world, case))
    return len(late)


def withdraw(work: Work, world: World, case: Case) -> None:
    """Take a request back from the unit at the client's wish; whoever had it can read it no more."""
    tell_staff_of(work, world, case, "staff_withdrawn")
    gone = replace(case, status=Status.CLOSED, staff_id=None, answer_by=None, outcome="withdrawn")
    cases.save_case(work, gone)


def client_says(work: Work, world: World, client_id: ClientId, text: str) -> None:
    """Pass the client's words to the counsellor, in order."""
    case = cases.open_case_of(work, client_id)
    if case is None or case.staff_id is None:
        return
    said = chats.add_message(work, case, Side.CLIENT, text)
    member = staffing.load_staff(work, case.staff_id)
    if member is not None and member.speaking_in not in (None, case.code):
        # Somebody else is heard now: whom the next words are for must be said, not guessed.
        staffing.speak_in(work, member, None)
    reached = staffing.chats_of(work, case.staff_id)
    for chat in reached:
        to_staff(work, world, chat, staffwords.client_words(world, case, text), message_id=said.id)
    work.after_commit(lambda: world.signals.wake_page(case.id))


def counsellor_says(work: Work, world: World, case: Case, text: str) -> None:
    """Pass the counsellor's words to the client, under the name of the unit."""
    said = chats.add_message(work, case, Side.COUNSELLOR, text)
    language = people.load_client(work, case.client_id).language
    head = world.script.say("counsellor_says", language, unit=world.units[case.unit_id].name)
    words = Message(f"{head}\n{text}")
    reached = to_client(work, world, case.client_id, [words], Way(Lane.COUNSELLOR, message_id=said.id))
    if not reached:
        chats.mark(work, said.id, chats.Delivery.FAILED)
        tell_staff_of(work, world, case, "staff_unreachable")
    work.after_commit(lambda: world.signals.wake_page(case.id))


def raise_alert(work: Work, world: World, client_id: ClientId, danger: str) -> None:
    """Call a human to the case; the words that were heard stay where they were said."""
    case = cases.last_case_of(work, client_id)
    if case is None or danger == "asked":
        return
    tasks.add_task(work, case, "danger", work.now)
    tell_about_task(work, world, case, "danger")


def answer_relapse(work: Work, world: World, case: Case) -> None:
    """Lead somebody who used again back to a human: a case that was closed is offered anew, with its clock."""
    if case.status is Status.CLOSED:
        case = offer(work, world, replace(case, asked_units=(), outcome=None))
    tasks.add_task(work, case, "relapse", work.now)
    tell_about_task(work, world, case, "relapse")


def tell_about_task(work: Work, world: World, case: Case, reason: str) -> None:
    """Tell the counsellor of the case, or else the unit, that a human must look."""
    _tell(work, world, case, staffwords.task_card(world, case, reason))


def tell_client_unreachable(work: Work, world: World, client_id: ClientId) -> None:
    """Tell the counsellor of an open case that the client cannot be reached any more."""
    case = cases.open_case_of(work, client_id)
    if case is not None:
        tell_staff_of(work, world, case, "staff_unreachable")


def tell_undelivered(work: Work, world: World, case_id: CaseId, phrase: str) -> None:
    """Tell the counsellor that their last words may not have arrived, or have not."""
    case = cases.load_case(work, case_id)
    if case is not None:
        tell_staff_of(work, world, case, phrase)


def tell_client_left(work: Work, world: World, case: Case) -> None:
    """Tell the counsellor that the client erased everything."""
    tell_staff_of(work, world, case, "staff_client_left")


def tell_staff_of(work: Work, world: World, case: Case, phrase: str, **words: object) -> None:
    """Tell the counsellor who has the case, or the unit while nobody has it."""
    _tell(work, world, case, Message(world.script.say(phrase, world.script.default, code=case.code, **words)))


def _tell(work: Work, world: World, case: Case, message: Message) -> None:
    if case.staff_id is None:
        to_unit(work, world, case.unit_id, message)
        return
    for chat in staffing.chats_of(work, case.staff_id):
        to_staff(work, world, chat, message)


def _tell_client(work: Work, world: World, case: Case, text: str) -> None:
    to_client(work, world, case.client_id, [Message(text)])


def _when_answered(work: Work, world: World, unit: Unit, language: str) -> list[Saying]:
    when = opens(world, unit, work.now, language)
    if when:
        return [("submitted_closed", {"unit": unit.name, "opens": f"{when['day']} {when['time']}"})]
    is_unknown = isinstance(opening(unit, local_time(unit, work.now)), Unknown)
    return [("submitted_ask_hours", {"unit": unit.name})] if is_unknown else []


def _answer_by(world: World, unit: Unit, now: datetime) -> datetime:
    """Give the unit its minutes, counted from when it opens."""
    local = local_time(unit, now)
    starts = now
    match opening(unit, local):
        case OpensAt(weekday, at):
            days = (weekday - local.weekday()) % 7
            day = local.date() + timedelta(days=days)
            if days == 0 and at <= local.time():
                day += timedelta(days=7)
            starts = datetime.combine(day, at, OFFSETS[unit.timezone])
        case _:
            pass
    return starts + timedelta(minutes=world.config.care.offer_minutes)
