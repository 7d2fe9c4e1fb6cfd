"""Do what a completed questionnaire is for: open a case, or note how somebody is doing."""

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from bot.care.followup import worries
from bot.dialogue import wording
from bot.dialogue.effects import Message
from bot.dialogue.flow import Answer
from bot.dialogue.script import CONTACT_PARTS, NEWS, Command
from handlers.broadcasts import subscribing
from handlers.caring import handoff
from handlers.discreet import wishing
from storage.casework import cases, reminders, tasks
from storage.clients import people

if TYPE_CHECKING:
    from handlers.conversing.conversation import Conversation


def complete(conversation: "Conversation", flow: str, answers: Mapping[str, Answer]) -> None:
    """Act on a completed flow: one that names a unit is a self-referral, one with a plan is a check-in."""
    if flow in CONTACT_PARTS:
        wishing.complete_wishes(conversation, flow, answers)
    elif flow == NEWS:
        subscribing.keep(conversation, answers)
    elif isinstance(answers.get("unit"), str):
        _refer(conversation, flow, answers)
    elif flow in conversation.world.plans.kinds:
        _check_in(conversation, flow, answers)


def _refer(conversation: "Conversation", flow: str, answers: Mapping[str, Answer]) -> None:
    work, world = conversation.work, conversation.world
    area = answers.get("area")
    profile = people.load_client(work, conversation.client_id).profile
    zone = world.plans.zone(area if isinstance(area, str) else None)
    people.save_profile(work, conversation.client_id, replace(profile, zone=zone))
    language = conversation.state.language
    is_first = not cases.list_cases_of(work, conversation.client_id)
    withheld = conversation.state.withheld
    said = handoff.refer(work, world, conversation.client_id, flow, answers, language, withheld=withheld)
    conversation.state = replace(conversation.state, withheld=())
    conversation.add(Message("\n\n".join(world.script.say(phrase, language, **words) for phrase, words in said)))
    if is_first:
        button = wording.system_button(world.script, language, "contact_button", Command.CONTACT)
        conversation.add(Message(world.script.say("contact_offer", language), (button,)))


def _check_in(conversation: "Conversation", flow: str, answers: Mapping[str, Answer]) -> None:
    work, world = conversation.work, conversation.world
    reminders.answer_latest(work, conversation.client_id, flow)
    case = cases.last_case_of(work, conversation.client_id, lock=True)
    worrying = worries(world.plans, flow, answers)
    if case is not None:
        zone = people.load_client(work, conversation.client_id).profile.zone or world.plans.zone(None)
        noted = {"flow": flow, "day": f"{work.now.astimezone(ZoneInfo(zone)):%Y-%m-%d}", "answers": dict(answers)}
        case = replace(case, check_ins=(*case.check_ins, noted))
        cases.save_case(work, case)
        if worrying:
            tasks.add_task(work, case, "worrying_check_in", work.now)
            handoff.tell_about_task(work, world, case, "worrying_check_in")
    conversation.say("checkin_worry" if worrying and case is not None else "checkin_thanks")
