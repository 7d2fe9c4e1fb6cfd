"""See to the cases of units that have closed: nobody waits at a door that stays shut."""

from datetime import timedelta
from functools import partial

from handlers import handoff, offering
from handlers.apart import keep_apart
from handlers.world import World
from storage import tasks, unitcases
from storage.cases import Case, Status
from storage.transaction import Work

#: Why a counsellor must look: their unit is closed, so the client needs another.
UNIT_CLOSED = "unit_closed"
_ASKED_AGAIN_AFTER = timedelta(days=30)


def leave_closed_units(work: Work, world: World) -> int:
    """Pass on what waits at a closed unit, and ask its counsellors to find another for whom they accompany.

    Returns how many cases there were.  A case that nobody else can take stays where it is, and readable.
    """
    closed = [unit.id for unit in world.units.values() if not unit.active]
    found = [case for case in unitcases.list_open_in(work, closed) if not case.waits_for_anybody]
    for case in found:
        keep_apart(work, partial(_leave, work, world, case))
    return len(found)


def _leave(work: Work, world: World, case: Case) -> None:
    if case.status is Status.OFFERED:
        offering.pass_on(work, world, case)
    elif not tasks.was_raised(work, case, UNIT_CLOSED, work.now - _ASKED_AGAIN_AFTER):
        tasks.add_task(work, case, UNIT_CLOSED, work.now)
        handoff.tell_about_task(work, world, case, UNIT_CLOSED)
