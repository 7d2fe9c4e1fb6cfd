"""Do what a person chose to have done: see, correct, pause, stop, withdraw, erase, come back later."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from bot.dialogue import wording
from bot.dialogue.effects import Message
from bot.dialogue.events import Event, Picked, Released, Restored
from bot.dialogue.flow import Answer, read
from bot.dialogue.script import INTAKE, MENU, Command
from handlers import erase, handoff
from handlers.lookup import unit_name
from storage import cases, people, reminders
from storage.cases import Case

if TYPE_CHECKING:
    from handlers.conversation import Conversation

PAUSE = timedelta(days=7)
#: Flow of somebody whose request lies with a unit.
WAITING = "waiting"


def act(conversation: "Conversation", action: str) -> Event | None:
    """Do one of the actions content may name; return an event if the conversation goes on with it."""
    return _ACTIONS[action](conversation)


def _show_data(conversation: "Conversation") -> Event | None:
    """Show the person everything that is kept, as it is kept."""
    work, client_id = conversation.work, conversation.client_id
    client = people.load_client(work, client_id)
    case = cases.last_case_of(work, client_id) or next(iter(cases.list_cases_of(work, client_id)), None)
    say = _sayer(conversation)
    lines = []
    if client.consent_version:
        given = (client.profile.consented_at or "").partition("T")[0]
        lines.append(say("data_consent", date=given, version=client.consent_version.rpartition(".")[2]))
    if case is not None:
        status = say(f"status_{case.outcome if case.outcome == cases.WITHDRAWN else case.status}")
        unit = unit_name(conversation.world, case.unit_id)
        lines.append(say("data_case", code=case.code, unit=unit, status=status))
        lines.append(_reminder_line(conversation))
    answers = [say("data_line", line=name, value=value) for name, value in _answer_lines(conversation, case)]
    lines.extend(answers or [say("nothing_stored")])
    conversation.add(Message("\n".join((say("data_header"), *lines) if len(lines) > 1 else lines)))
    return None


def _correct(conversation: "Conversation") -> Event | None:
    case = cases.open_case_of(conversation.work, conversation.client_id)
    if conversation.state.accompanied:
        conversation.say("accompanied_button")
        return None
    if case is not None:
        conversation.say("correct_sent")
        return Restored(case.flow, {**case.answers, "unit": case.unit_id})
    unsent = conversation.state.settled(INTAKE)
    if unsent:
        return Restored(INTAKE, unsent)
    conversation.say("correct_nothing")
    return None


def _pause(conversation: "Conversation") -> Event | None:
    until = conversation.work.now + PAUSE
    people.set_reminders(conversation.work, conversation.client_id, on=True, paused_until=until)
    reminders.drop_open(conversation.work, conversation.client_id)
    conversation.say("paused")
    return None


def _unpause(conversation: "Conversation") -> Event | None:
    people.set_reminders(conversation.work, conversation.client_id, on=True)
    conversation.say("unpaused")
    return None


def _stop(conversation: "Conversation") -> Event | None:
    people.set_reminders(conversation.work, conversation.client_id, on=False)
    reminders.drop_open(conversation.work, conversation.client_id)
    conversation.say("stopped")
    return None


def _withdraw(conversation: "Conversation") -> Event | None:
    """Take back the open request, or a closed one that still has follow-up."""
    case = cases.last_case_of(conversation.work, conversation.client_id, lock=True)
    if case is None:
        conversation.say("withdraw_nothing")
        return None
    handoff.withdraw(conversation.work, conversation.world, case)
    conversation.state = replace(conversation.state.settle(case.flow, {}), invited=None)
    return Released(_sayer(conversation)("withdrawn"), MENU)


def _erase(conversation: "Conversation") -> Event | None:
    erase.erase(conversation.work, conversation.world, conversation.client_id, conversation.state.language)
    conversation.erased = True
    return None


def _show_phrase(conversation: "Conversation") -> Event | None:
    phrase, index = conversation.world.phrases.take()
    people.keep_phrase(conversation.work, conversation.client_id, index)
    say = _sayer(conversation)
    conversation.add(Message(say("phrase_shown", phrase=phrase), afterwards=say("phrase_afterwards")))
    return None


def _relapse(conversation: "Conversation") -> Event | None:
    """Lead back to a human, never to a list."""
    case = cases.last_case_of(conversation.work, conversation.client_id)
    if case is None:
        conversation.say("relapse_no_case")
        return Picked(wording.SYSTEM, wording.SYSTEM, Command.HUMAN.value)
    handoff.answer_relapse(conversation.work, conversation.world, case)
    return Released(_sayer(conversation)("relapse_thanks"), WAITING)


def _reminder_line(conversation: "Conversation") -> str:
    client = people.load_client(conversation.work, conversation.client_id)
    say = _sayer(conversation)
    if not client.reminders_on:
        return say("data_reminders_off")
    if client.paused_until is not None and client.paused_until > conversation.work.now:
        zone = client.profile.zone or conversation.world.plans.zone(None)
        until = client.paused_until.astimezone(ZoneInfo(zone))
        return say("data_reminders_paused", date=f"{until:%Y-%m-%d}")
    return say("data_reminders_on")


def _answer_lines(conversation: "Conversation", case: Case | None) -> list[tuple[str, str]]:
    flow_id = case.flow if case else INTAKE
    answers: Mapping[str, Answer] = conversation.state.settled(INTAKE)
    if case is not None:
        answers = {**case.answers, "unit": case.unit_id}
    return card_lines(conversation, flow_id, answers)


def card_lines(conversation: "Conversation", flow_id: str, answers: Mapping[str, Answer]) -> list[tuple[str, str]]:
    """List (name, value) of answers in the wording the person sees."""
    script, language = conversation.world.script, conversation.state.language
    flow = script.flow(flow_id, language)
    return [(name, value) for _, name, value in wording.card(script, flow, read(flow, answers), language)]


def _sayer(conversation: "Conversation") -> Callable[..., str]:
    def say(phrase: str, /, **words: object) -> str:
        return conversation.world.script.say(phrase, conversation.state.language, **words)

    return say


_ACTIONS: Mapping[str, Callable[["Conversation"], Event | None]] = {
    "show_data": _show_data,
    "correct": _correct,
    "pause": _pause,
    "unpause": _unpause,
    "stop": _stop,
    "withdraw": _withdraw,
    "erase": _erase,
    "show_phrase": _show_phrase,
    "relapse": _relapse,
}
