"""Ask once more about danger nobody answered, and call again while nobody has taken an alarm."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.dialogue import danger
from bot.dialogue.effects import Message
from bot.dialogue.state import State
from handlers.caring import handoff
from handlers.conversing.lookup import unit_name
from handlers.danger import danger_calls
from handlers.danger.danger_calls import CALLED
from handlers.danger.nearby_help import say_help
from handlers.speak import Way, to_client, to_staff
from handlers.world import World
from storage.casework import cases, chats, reminders, tasks
from storage.casework.cases import Case, CaseId
from storage.casework.chats import Side
from storage.casework.reminders import Reminder
from storage.clients import conversations, people
from storage.clients.people import ClientId
from storage.outbox import Lane
from storage.team import staffing
from storage.transaction import Work

#: How long a question about danger, and then its repetition, waits for an answer.
_PATIENCE = timedelta(minutes=3)
#: An alarm nobody takes is told again so often, so many times; from the second on to the coordinators as well.
_CALL_EVERY, _MOST_CALLS, _COORDINATORS_FROM = timedelta(minutes=5), 6, 2
#: What is watched, as kinds of reminders: claimed like those, but deleted when due.  The words tell no one of danger.
_ASKED, _SILENT = "again", "silence"
KINDS = frozenset({_ASKED, _SILENT, CALLED})
#: Why a human must look when the question stayed without an answer.
_UNANSWERED = "danger_unanswered"


@dataclass(frozen=True, slots=True)
class _Call:
    """One telling of an alarm.  `alarm`: minute since 1970 at which it was raised.  `number`: from 1."""

    alarm: int
    number: int

    def slot(self) -> str:
        return f"{CALLED}.{self.alarm}.{self.number}"


def watch_question(work: Work, client_id: ClientId) -> None:
    """Ask again in a few minutes if the question about danger that is put now gets no answer."""
    _schedule(work, client_id, None, _ASKED, f"{_ASKED}.{_minute_of(work.now)}", _PATIENCE)


def watch_alarm(work: Work, client_id: ClientId) -> None:
    """Call again in a few minutes if nobody takes the alarm that is raised now of somebody with a case."""
    case = cases.last_case_of(work, client_id)
    if case is not None and case.alerted_at is not None:
        call = _Call(_minute_of(case.alerted_at), 1)
        _schedule(work, client_id, case.id, CALLED, call.slot(), _CALL_EVERY)


def decide(work: Work, world: World, reminder: Reminder) -> None:
    """Do what is due about a question or an alarm, unless somebody has answered or taken it; no trace is kept."""
    if reminder.kind == CALLED and reminder.case_id is None:
        danger_calls.call_again(work, world, reminder)
        return
    if not reminders.drop(work, reminder):
        return
    if reminder.kind == CALLED:
        _call_again(work, world, reminder)
    elif reminder.kind == _ASKED:
        _ask_again(work, world, reminder.client_id)
    else:
        _flag_silence(work, world, reminder.client_id)


def _ask_again(work: Work, world: World, client_id: ClientId) -> None:
    state = _still_wondering(work, client_id)
    if state is None:
        return
    if people.load_client(work, client_id).reminders_on:
        again = say_help(work, world, client_id, state, danger.put_again(world.script, state), danger=state.wondered)
        to_client(work, world, client_id, [again], Way(Lane.COUNSELLOR))
    _schedule(work, client_id, None, _SILENT, f"{_SILENT}.{_minute_of(work.now)}", _PATIENCE)


def _flag_silence(work: Work, world: World, client_id: ClientId) -> None:
    case = cases.last_case_of(work, client_id)
    if case is None or _still_wondering(work, client_id) is None:
        return
    if tasks.add_task(work, case, _UNANSWERED, work.now):
        handoff.tell_about_task(work, world, case, _UNANSWERED)


def _call_again(work: Work, world: World, reminder: Reminder) -> None:
    case = cases.load_case(work, CaseId(reminder.case_id)) if reminder.case_id is not None else None
    call = _read_call(reminder.slot)
    if case is None or case.alerted_at is None or _minute_of(case.alerted_at) != call.alarm or _is_taken(work, case):
        return
    handoff.tell_about_task(work, world, case, "danger")
    if call.number >= _COORDINATORS_FROM:
        _tell_coordinators(work, world, case)
    if call.number < _MOST_CALLS:
        following = _Call(call.alarm, call.number + 1)
        _schedule(work, case.client_id, case.id, CALLED, following.slot(), _CALL_EVERY)


def _is_taken(work: Work, case: Case) -> bool:
    """Tell whether somebody has marked the alarm as seen, or has written to the person since."""
    if not tasks.is_waiting(work, case, "danger"):
        return True
    raised = f"{case.alerted_at:%Y-%m-%dT%H:%MZ}"
    return any(said.side is Side.COUNSELLOR and said.said_at >= raised for said in chats.load_chat(work, case))


def _tell_coordinators(work: Work, world: World, case: Case) -> None:
    words = {"code": case.code, "unit": unit_name(world, case.unit_id)}
    told = Message(world.script.say("staff_danger_untaken", world.script.default, **words))
    for member in staffing.coordinators(work):
        for chat in staffing.chats_of(work, member.id):
            to_staff(work, world, chat, told, about=case.id)


def _still_wondering(work: Work, client_id: ClientId) -> State | None:
    """Return where a person is while the question about danger is on the screen and no counsellor listens."""
    loaded = conversations.load_state(work, client_id)
    return loaded[0] if loaded is not None and loaded[0].wondering and not loaded[0].accompanied else None


def _schedule(work: Work, client_id: ClientId, case_id: bytes | None, kind: str, slot: str, wait: timedelta) -> None:
    reminders.schedule(work, client_id, case_id, [(kind, slot, work.now + wait)])


def _read_call(slot: str) -> _Call:
    _, alarm, number = slot.split(".")
    return _Call(int(alarm), int(number))


def _minute_of(moment: datetime) -> int:
    return int(moment.timestamp()) // 60
