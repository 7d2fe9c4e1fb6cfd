"""Hand a self-referral to a unit, and pass words between client and counsellor until it is closed."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from bot.care.units.unit import Unknown, local_time, opening
from bot.dialogue.effects import Message
from bot.dialogue.flow import Answer
from handlers.caring.offering import offer
from handlers.conversing.lookup import opens, unit_name
from handlers.speak import Way, to_client, to_staff, to_unit
from handlers.team import staffwords
from handlers.world import World
from storage.casework import cases, chats, reminders, tasks
from storage.casework.cases import Case, CaseId, Status
from storage.casework.chats import Side
from storage.clients import people
from storage.clients.people import ClientId
from storage.outbox import Lane
from storage.team import staffing
from storage.transaction import Work

#: A phrase to say to the client, with its words.
Saying = tuple[str, dict[str, object]]
#: Danger that is heard again while staff has been told is told again only after this long.
_TELL_AGAIN = timedelta(minutes=10)
#: A warning of silence is given once in the ninety days to which it belongs.
_SILENCE = timedelta(days=60)


def refer(  # noqa: PLR0913 - a referral is made of that much
    work: Work,
    world: World,
    client_id: ClientId,
    flow: str,
    answers: Mapping[str, Answer],
    language: str,
    *,
    withheld: tuple[str, ...] = (),
) -> list[Saying]:
    """Open a case from what the person sent, or correct the one that is open; return what to say to them.

    `withheld`: keys of lines that staff is not to be shown.
    """
    unit_id = str(answers["unit"])
    case = cases.open_case_of(work, client_id, lock=True)
    if case is None:
        case = offer(work, world, cases.open_case(work, client_id, unit_id, flow, answers, withheld))
        if staffwords.is_urgent(world, case):
            tasks.add_task(work, case, "danger", work.now)
    else:
        case = _correct(work, world, replace(case, flow=flow, withheld=withheld), unit_id, answers)
    said: Saying = ("submitted", {"unit": unit_name(world, case.unit_id), "code": case.code})
    return [said, *_when_answered(work, world, case, language)]


def withdraw(work: Work, world: World, case: Case) -> None:
    """Take a request back at the client's wish, and end its follow-up; whoever had it can read it no more."""
    cases.recall(work, case)
    tell_staff_of(work, world, case, "staff_withdrawn")
    gone = replace(case, status=Status.CLOSED, staff_id=None, answer_by=None, outcome=cases.WITHDRAWN)
    cases.save_case(work, gone)
    reminders.forget_case(work, case.id)
    tasks.finish_tasks_of(work, case)


def forget_minor(work: Work, world: World, client_id: ClientId) -> None:
    """Delete every case of somebody who turns out to be under age; staff learns no more than of a withdrawal."""
    profile = people.load_client(work, client_id).profile
    people.save_profile(work, client_id, replace(profile, zone=None))
    for case in cases.list_cases_of(work, client_id):
        cases.erase_case(work, case)
        if case.status is not Status.CLOSED:
            tell_staff_of(work, world, case, "staff_withdrawn")


def client_says(work: Work, world: World, client_id: ClientId, text: str) -> None:
    """Pass the client's words to the counsellor, in order."""
    case = cases.open_case_of(work, client_id, lock=True)
    if case is None or case.staff_id is None:
        return
    said = chats.add_message(work, case, Side.CLIENT, text)
    member = staffing.load_staff(work, case.staff_id)
    if member is not None and member.speaking_in not in (None, case.code):
        # Somebody else is heard now: whom the next words are for must be said, not guessed.
        staffing.speak_in(work, member, None)
    *earlier, last = staffwords.client_words(world, case, text)
    for chat in staffing.chats_of(work, case.staff_id):
        for message in earlier:
            to_staff(work, world, chat, message, about=case.id)
        to_staff(work, world, chat, last, message_id=said.id, about=case.id)
    work.after_commit(lambda: world.signals.wake_page(case.id))


def counsellor_says(work: Work, world: World, case: Case, text: str) -> None:
    """Pass the counsellor's words to the client, under the name of the unit."""
    said = chats.add_message(work, case, Side.COUNSELLOR, text)
    language = people.load_client(work, case.client_id).language
    words = staffwords.counsellor_words(world, case, text, language)
    reached = to_client(work, world, case.client_id, words, Way(Lane.COUNSELLOR, message_id=said.id))
    if not reached:
        chats.mark(work, said.id, chats.Delivery.FAILED)
        tell_staff_of(work, world, case, "staff_unreachable")
    work.after_commit(lambda: world.signals.wake_page(case.id))


def raise_alert(work: Work, world: World, client_id: ClientId) -> str | None:
    """Call a human to the last case, and return its unit; None if there is nobody who could be told.

    The words that were heard stay where they were said.
    """
    case = cases.last_case_of(work, client_id, lock=True)
    if case is None:
        return None
    is_new = tasks.add_task(work, case, "danger", work.now)
    if is_new or case.alerted_at is None or work.now - case.alerted_at >= _TELL_AGAIN:
        cases.save_case(work, replace(case, alerted_at=work.now))
        return case.unit_id if tell_about_task(work, world, case, "danger") else None
    return case.unit_id


def warn_of_silence(work: Work, world: World, case: Case) -> None:
    """Tell the counsellor, once, that the case will soon be closed because nobody says a word in it."""
    if not tasks.was_raised(work, case, "silent", work.now - _SILENCE):
        tasks.add_task(work, case, "silent", work.now)
        tell_about_task(work, world, case, "silent")


def answer_relapse(work: Work, world: World, case: Case) -> None:
    """Lead somebody who used again back to a human: a case that was closed is offered anew, with its clock."""
    if case.status is Status.CLOSED:
        case = offer(work, world, replace(case, asked_units=(), outcome=None))
    tasks.add_task(work, case, "relapse", work.now)
    tell_about_task(work, world, case, "relapse")


def tell_about_task(work: Work, world: World, case: Case, reason: str) -> int:
    """Tell the counsellor of the case, or else the unit, that a human must look; return how many chats that were."""
    to_all = replace(staffwords.task_card(world, replace(case, staff_id=None), reason), buttons=())
    return _tell(work, world, case, staffwords.task_card(world, case, reason), to_all)


def tell_client_unreachable(work: Work, world: World, client_id: ClientId) -> None:
    """Tell the counsellor of an open case that the client cannot be reached any more."""
    case = cases.open_case_of(work, client_id)
    if case is not None:
        tell_staff_of(work, world, case, "staff_unreachable")


def tell_undelivered(work: Work, world: World, case_id: CaseId, phrase: str) -> None:
    """Tell the counsellor that their last words may not have arrived, or have not."""
    case = cases.load_case(work, case_id)
    if case is not None and case.staff_id is not None:
        for chat in staffing.chats_of(work, case.staff_id):
            told = Message(world.script.say(phrase, world.script.default, code=case.code))
            to_staff(work, world, chat, told, about=case.id)


def tell_client_left(work: Work, world: World, case: Case) -> None:
    """Tell the counsellor that the client erased everything."""
    tell_staff_of(work, world, case, "staff_client_left")


def tell_staff_of(work: Work, world: World, case: Case, phrase: str, **words: object) -> None:
    """Tell the counsellor who has the case, or the unit while nobody has it or that person has no chat."""
    told = Message(world.script.say(phrase, world.script.default, code=case.code, **words))
    _tell(work, world, case, told, told)


def _correct(work: Work, world: World, case: Case, unit_id: str, answers: Mapping[str, Answer]) -> Case:
    """Keep what was corrected; a waiting case moves only if the client chose another unit than has it now."""
    if unit_id == case.unit_id or case.status is not Status.OFFERED:
        corrected = replace(case, answers={**answers, "unit": case.answers["unit"]})
        cases.save_case(work, corrected)
        return corrected
    asked = case.asked_units if case.unit_id in case.asked_units else (*case.asked_units, case.unit_id)
    return offer(work, world, replace(case, answers=answers, unit_id=unit_id, asked_units=asked))


def _tell(work: Work, world: World, case: Case, message: Message, to_all: Message) -> int:
    """Tell whoever has the case, or the unit, and return how many chats that were.

    `to_all` is for the unit when that person has no chat.
    """
    if case.staff_id is None:
        return to_unit(work, world, case, message)
    reached = staffing.chats_of(work, case.staff_id)
    for chat in reached:
        to_staff(work, world, chat, message, about=case.id)
    return len(reached) or to_unit(work, world, case, to_all)


def _when_answered(work: Work, world: World, case: Case, language: str) -> list[Saying]:
    unit = world.units.get(case.unit_id)
    if unit is None:
        return []
    when = opens(world, unit, work.now, language)
    if when:
        return [("submitted_closed", {"unit": unit.name, "opens": f"{when['day']} {when['time']}"})]
    is_unknown = isinstance(opening(unit, local_time(unit, work.now)), Unknown)
    return [("submitted_ask_hours", {"unit": unit.name})] if is_unknown else []
