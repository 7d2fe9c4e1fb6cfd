"""Offer a case to its unit, and to the next one while nobody takes it, each on its own clock."""

from dataclasses import replace
from datetime import datetime, time, timedelta
from functools import partial

from bot.care.geography.gazetteer import AreaCode
from bot.care.units import matching
from bot.care.units.unit import OFFSETS, Open, OpensAt, Unit, local_time, opening
from bot.dialogue.effects import Message
from handlers.conversing.lookup import unit_name
from handlers.conversing.unit_choice import may_be_sent
from handlers.speak import Way, to_client, to_staff, to_unit
from handlers.steps import Steps
from handlers.team import staffwords
from handlers.world import World
from storage.casework import cases
from storage.casework.cases import Case, CaseId, Status
from storage.clients import people
from storage.outbox import Lane
from storage.team import staffing
from storage.transaction import Work

#: Office hours of Indonesian public services: where a unit's own are unknown, its minutes run only within these, so
#: that a request of the night is not carried through every unit before anybody is awake.
_USUALLY_OPENS, _USUALLY_CLOSES = time(8), time(16)
_DAY = timedelta(days=1)
#: What the service says of a case by itself waits, like a counsellor's words, for whoever shares a phone.
_UNASKED = Way(Lane.COUNSELLOR)


def offer(work: Work, world: World, case: Case) -> Case:
    """Offer a case to its unit; the clock starts when the unit is open."""
    minutes = timedelta(minutes=world.config.care.offer_minutes)
    answer_by = _open_from(world.units.get(case.unit_id), work.now) + minutes
    offered = replace(case, status=Status.OFFERED, staff_id=None, answer_by=answer_by, waits_for_anybody=False)
    cases.save_case(work, offered)
    _show(work, world, offered)
    return offered


def next_unit(work: Work, world: World, case: Case) -> Unit | None:
    """Find the nearest unit with people that was not asked yet; None if there is nobody else a person can be sent to.

    Neighbours of the client are not asked unless the client chose them.
    """
    area = case.answers.get("area")
    if not isinstance(area, str):
        return None
    asked = {*case.asked_units, case.unit_id}
    ranked = matching.rank(
        world.units.map,
        world.gazetteer,
        world.travel,
        AreaCode(area),
        len(world.units),
        wanted=lambda unit: unit.takes_handoffs and unit.id not in asked and may_be_sent(world, case.answers, unit),
    )
    near = (offer.unit for offer in ranked if matching.is_sensible(offer) and "own_neighbourhood" not in offer.reasons)
    return next((unit for unit in near if staffing.staff_of_unit(work, unit.id)), None)


def pass_on(work: Work, world: World, case: Case) -> Case:
    """Move an untaken case to the next unit; where there is none, it waits with the unit the client chose."""
    unit = next_unit(work, world, case)
    if unit is None:
        return _wait_for_anybody(work, world, case)
    _tell_client(work, world, case, "declined_moved", unit=unit.name)
    return offer(work, world, replace(case, unit_id=unit.id, asked_units=_asked(case)))


async def pass_on_overdue(steps: Steps) -> int:
    """Move every case that was not taken in time; return how many."""
    return await steps.for_each(await steps.look(cases.list_overdue), partial(_pass_on_late, steps.world))


def _pass_on_late(world: World, work: Work, case_id: CaseId) -> bool:
    case = cases.load_overdue(work, case_id)
    if case is None:
        return False  # taken meanwhile
    waiting = pass_on(work, world, case)
    if case.waits_for_anybody and waiting.waits_for_anybody:
        _show(work, world, waiting)
    return True


def _wait_for_anybody(work: Work, world: World, case: Case) -> Case:
    """Leave a case with the unit the client chose, to be offered again whenever it opens; say so once."""
    chosen = str(case.answers.get("unit", case.unit_id))
    home = chosen if chosen in world.units else case.unit_id
    again = _opens_again(world.units.get(home), work.now)
    waiting = replace(case, unit_id=home, asked_units=_asked(case), answer_by=again, waits_for_anybody=True)
    cases.save_case(work, waiting)
    if not case.waits_for_anybody:
        _tell_client(work, world, case, "nobody_free")
        _tell_coordinators(work, world, waiting)
    return waiting


def _asked(case: Case) -> tuple[str, ...]:
    return case.asked_units if case.unit_id in case.asked_units else (*case.asked_units, case.unit_id)


def _show(work: Work, world: World, case: Case) -> None:
    card = staffwords.offer_card(world, case)
    to_unit(work, world, case, card, group_message=card)


def _tell_client(work: Work, world: World, case: Case, phrase: str, **words: object) -> None:
    """Say what became of a case, but to nobody who said "berhenti"."""
    client = people.load_client(work, case.client_id)
    if client.reminders_on:
        said = Message(world.script.say(phrase, client.language, **words))
        to_client(work, world, case.client_id, [said], _UNASKED)


def _tell_coordinators(work: Work, world: World, case: Case) -> None:
    words = {"code": case.code, "unit": unit_name(world, case.unit_id)}
    told = Message(world.script.say("staff_nobody_free", world.script.default, **words))
    for member in staffing.coordinators(work):
        for chat in staffing.chats_of(work, member.id):
            to_staff(work, world, chat, told, about=case.id)


def _open_from(unit: Unit | None, now: datetime) -> datetime:
    """Return now while the unit is open, else when it opens next."""
    if unit is None:
        return now
    local = local_time(unit, now)
    match opening(unit, local):
        case Open():
            return now
        case OpensAt(weekday, at):
            return _next(weekday, at, local)
        case _:
            clock = local.time()
            if _USUALLY_OPENS <= clock < _USUALLY_CLOSES:
                return now
            day = local.date() + (_DAY if clock >= _USUALLY_CLOSES else timedelta())
            return datetime.combine(day, _USUALLY_OPENS, OFFSETS[unit.timezone])


def _opens_again(unit: Unit | None, now: datetime) -> datetime:
    """Return when the unit opens next after it has been closed."""
    if unit is None:
        return now + _DAY
    local = local_time(unit, now)
    match opening(unit, local):
        case Open(closes):
            later = datetime.combine(local.date(), closes, local.tzinfo)
        case OpensAt():
            later = local
        case _:
            later = local if local.time() < _USUALLY_OPENS else datetime.combine(local.date(), time.max, local.tzinfo)
    again = _open_from(unit, later)
    return again if again > now else now + _DAY


def _next(weekday: int, at: time, local: datetime) -> datetime:
    days = (weekday - local.weekday()) % 7
    if days == 0 and at <= local.time():
        days = 7
    return datetime.combine(local.date() + timedelta(days=days), at, local.tzinfo)
