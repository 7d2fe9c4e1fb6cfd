"""Say anew, with what is true for a person's place and hour, whom to call and who has been called."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Final

from bot.care.geography.gazetteer import AreaCode
from bot.care.helplines import ASKED, write_lines
from bot.care.units import matching
from bot.care.units.unit import Open, Unit, Unknown, local_time, opening
from bot.dialogue.effects import Message
from bot.dialogue.state import State
from handlers.conversing.ways import describe_way
from handlers.discreet.guard import is_locked
from handlers.world import World
from storage.casework import cases
from storage.clients.held import minute_of
from storage.clients.people import ClientId
from storage.transaction import Work

#: The key under which every flow that asks for an area settles it.
_AREA: Final = "area"
#: Kinds of units that treat a body in need, and dangers with which nobody is sent there.
_CLINICS: Final = frozenset({"hospital", "mental_hospital", "puskesmas", "clinic"})
_NOT_TO_A_CLINIC: Final = frozenset({"violence_or_abuse", "child_danger"})
#: Of these somebody can be found at night even where no hours are known; of the others only when offices are open.
_DAY_AND_NIGHT: Final = frozenset({"hospital", "mental_hospital"})
_WORKING_DAYS, _OPENS, _CLOSES = 5, 8, 14
_CLINICS_LOOKED_AT: Final = 4


def say_help(  # noqa: PLR0913 - the message, and all that makes it true
    work: Work,
    world: World,
    client_id: ClientId,
    state: State,
    message: Message,
    *,
    danger: str = "",
    called: str = "",
) -> Message:
    """Say a message that names whom to call as is true there and then; any other message stays as it is.

    `danger`: kind of it, empty where it is not known.  `called`: sentence about who has been called.  Before a PIN only
    what holds everywhere is said, for a place or a unit would tell about the person.
    """
    if not message.calls:
        return message
    kind, language, now = danger or ASKED, state.language, work.now
    area = area_of(state) or _area_sent(work, client_id)
    if is_locked(state, minute_of(now)):
        area, called = None, ""
    lines = [write_lines(world.script.helplines.holding(area, kind, now), language)]
    if area is not None and kind not in _NOT_TO_A_CLINIC:
        lines += list(_nearest_clinic(world, area, language, now))
    words = {"contacts": "\n".join(lines), "called": f"\n{called}" if called else ""}
    return replace(message, text=world.script.say(message.calls, language, **words))


def area_of(state: State) -> str | None:
    """Return the area a person named last and has not sent yet; None if there is none."""
    named = [settled.get(_AREA) for settled in state.answers.values()]
    return next((area for area in reversed(named) if isinstance(area, str) and area), None)


def _area_sent(work: Work, client_id: ClientId) -> str | None:
    case = cases.last_case_of(work, client_id)
    area = None if case is None else case.answers.get(_AREA)
    return area if isinstance(area, str) else None


def _nearest_clinic(world: World, area: str, language: str, now: datetime) -> Iterator[str]:
    """Name the nearest place that can treat somebody, unless it is known to be closed now; then the next."""
    ranked = matching.rank(
        world.units.map,
        world.gazetteer,
        world.travel,
        AreaCode(area),
        _CLINICS_LOOKED_AT,
        wanted=lambda unit: unit.kind in _CLINICS,
    )
    for found in ranked:
        said = _say_hours(found.unit, now) if matching.is_sensible(found) else None
        if said is not None:
            way = describe_way(world.script, found.way, language)
            phrase, closes = said
            yield world.script.say(phrase, language, name=found.unit.name, way=way, closes=closes)
            return


def _say_hours(unit: Unit, now: datetime) -> tuple[str, str] | None:
    local = local_time(unit, now)
    match opening(unit, local):
        case Open(closes):
            return "help_clinic_open", f"{closes:%H.%M}"
        case Unknown() if unit.kind in _DAY_AND_NIGHT or _is_daytime(local):
            return "help_clinic_unknown", ""
        case _:
            return None


def _is_daytime(local: datetime) -> bool:
    return local.weekday() < _WORKING_DAYS and _OPENS <= local.hour < _CLOSES
