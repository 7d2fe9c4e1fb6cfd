"""Call a human to somebody in danger: whoever has their case, else the nearest unit or the coordinators."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from bot.care.geography.gazetteer import AreaCode
from bot.care.helplines import ASKED
from bot.care.safety import IMMEDIATE
from bot.care.units import matching
from bot.care.units.unit import OpensAt, Unit, local_time, opening
from bot.dialogue import wording
from bot.dialogue.effects import Alert, Button, Message
from bot.dialogue.state import State
from handlers.caring import handoff
from handlers.danger.nearby_help import area_of
from handlers.speak import Way, to_client, to_staff
from handlers.team import staffwords
from handlers.world import World
from storage.casework import cases, reminders
from storage.casework.reminders import Reminder
from storage.clients import conversations, people
from storage.clients.people import ClientId
from storage.outbox import Lane
from storage.team import staffing
from storage.team.staffing import StaffAddress
from storage.transaction import Work

#: Kind of the reminders that tell an alarm again; the word tells nobody of danger.
CALLED: Final = "call"
#: Without a case it is told so often in all, so far apart; nobody can be made to answer somebody they cannot write to.
_TELL_EVERY, _MOST_TELLINGS = timedelta(minutes=5), 3
_UNITS_LOOKED_AT: Final = 6
#: Flows of people who ask for somebody else; the emergency button there shows whom to call, and calls nobody.
_RELATIVES: Final = "family"
_COORDINATORS: Final = "coordinators"


def call_human(work: Work, world: World, client_id: ClientId, state: State, alert: Alert) -> str:
    """Call a human, and return what to say to the person about it; empty where nobody is to be called."""
    if alert.danger == ASKED and state.flow.startswith(_RELATIVES):
        return ""
    if cases.last_case_of(work, client_id) is not None:
        return _call_to_case(work, world, client_id, state)
    if alert.severity != IMMEDIATE:
        return ""
    unit, where = _whom(work, world, state)
    if not where:
        return _say(world, state, "called_nobody")
    if reminders.find_waiting(work, client_id, CALLED) is None:
        name = unit.id if unit is not None else _COORDINATORS
        if not world.allowances.alarm_calls.take(name, work.now.timestamp()):
            return _say(world, state, "called_nobody")
        about = _watch(work, client_id)
        kind = world.script.say(f"alarm_{alert.danger}", world.script.default)
        _tell(work, world, where, _card(world, "staff_alarm", state, about, kind=kind))
    return _say_called(world, state, unit, work.now)


def call_again(work: Work, world: World, reminder: Reminder) -> None:
    """Tell once more of an alarm without a case, if nobody has looked and no request has come; then let it be."""
    loaded = conversations.load_state(work, reminder.client_id)
    has_case = cases.last_case_of(work, reminder.client_id) is not None
    if loaded is None or has_case or work.now >= _first_told(reminder) + _MOST_TELLINGS * _TELL_EVERY:
        reminders.drop(work, reminder)
    elif reminders.shift(work, reminder, work.now + _TELL_EVERY):
        unit, where = _whom(work, world, loaded[0])
        more = [] if unit is None else _coordinators(work)
        _tell(work, world, [*where, *more], _card(world, "staff_alarm_again", loaded[0], reminder.id))


def note_seen(work: Work, world: World, about: str) -> bool:
    """Tell the person that somebody has looked, and call no more; False if it is over already."""
    reminder = reminders.load(work, bytes.fromhex(about))
    if reminder is None or not reminders.drop(work, reminder):
        return False
    client_id = reminder.client_id
    language = people.load_client(work, client_id).language
    human = wording.system_button(world.script, language, "human_button", "human")
    said = Message(world.script.say("alarm_seen", language), (human,))
    to_client(work, world, client_id, [said], Way(Lane.COUNSELLOR))
    return True


def call_no_more(work: Work, client_id: ClientId) -> None:
    """End the calls of an alarm without a case: the person is safe, or was misunderstood."""
    waiting = reminders.find_waiting(work, client_id, CALLED)
    if waiting is not None and waiting.case_id is None:
        reminders.drop(work, waiting)


def _watch(work: Work, client_id: ClientId) -> bytes:
    """Let the alarm be told again unless somebody looks; return the id under which it waits."""
    slot = f"{CALLED}.{int(work.now.timestamp()) // 60}.0"
    reminders.schedule(work, client_id, None, [(CALLED, slot, work.now + _TELL_EVERY)])
    waiting = reminders.find_waiting(work, client_id, CALLED)
    return b"" if waiting is None else waiting.id


def _first_told(reminder: Reminder) -> datetime:
    _, minute, _ = reminder.slot.split(".")
    return datetime.fromtimestamp(int(minute) * 60, UTC)


def _call_to_case(work: Work, world: World, client_id: ClientId, state: State) -> str:
    unit_id = handoff.raise_alert(work, world, client_id)
    if unit_id is None:
        return _say(world, state, "called_nobody")
    unit = world.units.get(unit_id)
    told = _say(world, state, "called_counsellor", unit=unit.name if unit is not None else unit_id)
    return _with_hours(world, state, told, unit, work.now)


def _whom(work: Work, world: World, state: State) -> tuple[Unit | None, list[StaffAddress]]:
    """Find the nearest unit where somebody can be told, else the coordinators; without anybody the list is empty."""
    for unit in _units_near(world, state):
        members = staffing.staff_of_unit(work, unit.id)
        private = [chat for member in members for chat in staffing.chats_of(work, member.id)]
        where = [*private, *staffing.groups_of(work, unit.id)]
        if where:
            return unit, where
    return None, _coordinators(work)


def _units_near(world: World, state: State) -> Sequence[Unit]:
    area = area_of(state)
    if area is None:
        return ()
    ranked = matching.rank(
        world.units.map,
        world.gazetteer,
        world.travel,
        AreaCode(area),
        _UNITS_LOOKED_AT,
        wanted=lambda unit: unit.takes_handoffs,
    )
    return [found.unit for found in ranked if matching.is_sensible(found)]


def _coordinators(work: Work) -> list[StaffAddress]:
    return [chat for member in staffing.coordinators(work) for chat in staffing.chats_of(work, member.id)]


def _tell(work: Work, world: World, where: Sequence[StaffAddress], message: Message) -> None:
    for chat in where:
        to_staff(work, world, chat, message)


def _card(world: World, phrase: str, state: State, about: bytes, **words: object) -> Message:
    """Say no more than the kind of danger and the regency, for the person has agreed to nothing yet."""
    area = world.gazetteer.area((area_of(state) or "")[: len("74.71")])
    language = world.script.default
    place = area.name if area is not None else world.script.say("alarm_place_unknown", language)
    seen = Button(staffwords.STAFF, about.hex(), staffwords.SEEN, world.script.say("staff_seen", language))
    return Message(world.script.say(phrase, language, place=place, **words), (seen,))


def _say_called(world: World, state: State, unit: Unit | None, now: datetime) -> str:
    if unit is None:
        return _say(world, state, "called_coordinators")
    return _with_hours(world, state, _say(world, state, "called_unit", unit=unit.name), unit, now)


def _with_hours(world: World, state: State, told: str, unit: Unit | None, now: datetime) -> str:
    is_closed = unit is not None and isinstance(opening(unit, local_time(unit, now)), OpensAt)
    return f"{told} {_say(world, state, 'called_when_closed')}" if is_closed else told


def _say(world: World, state: State, phrase: str, **words: object) -> str:
    return world.script.say(phrase, state.language, **words)
