"""See to the cases of units that have closed: nobody waits at a door that stays shut."""

from datetime import timedelta
from functools import partial

from handlers.caring import handoff, offering
from handlers.steps import Steps
from handlers.world import World
from storage.casework import cases, tasks, unitcases
from storage.casework.cases import Case, CaseId, Status
from storage.transaction import Work

#: Why a counsellor must look: their unit is closed, so the client needs another.
UNIT_CLOSED = "unit_closed"
_ASKED_AGAIN_AFTER = timedelta(days=30)


async def leave_closed_units(steps: Steps) -> int:
    """Pass on what waits at a closed unit, and ask its counsellors to find another for whom they accompany.

    Returns how many cases there were.  A case that nobody else can take stays where it is, and readable.
    """
    here = await steps.look(lambda work: unitcases.find_open_in(work, _list_closed(steps.world)))
    return await steps.for_each(here, partial(_leave_if_closed, steps.world))


def _list_closed(world: World) -> frozenset[str]:
    return frozenset(unit.id for unit in world.units.values() if not unit.active)


def _leave_if_closed(world: World, work: Work, case_id: CaseId) -> bool:
    case = cases.load_case(work, case_id, lock=True)
    if case is None or case.status is Status.CLOSED or case.waits_for_anybody:
        return False
    is_here = case.unit_id in _list_closed(world)  # else it was passed on meanwhile
    if is_here:
        _leave(work, world, case)
    return is_here


def _leave(work: Work, world: World, case: Case) -> None:
    if case.status is Status.OFFERED:
        offering.pass_on(work, world, case)
    elif not tasks.was_raised(work, case, UNIT_CLOSED, work.now - _ASKED_AGAIN_AFTER):
        tasks.add_task(work, case, UNIT_CLOSED, work.now)
        handoff.tell_about_task(work, world, case, UNIT_CLOSED)
