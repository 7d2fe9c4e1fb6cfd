"""How many places units have this week: who may say so at the desk, and what was said."""

from collections.abc import Mapping
from typing import Final

from handlers.access import Right, has_right
from handlers.caring.casework import Result
from handlers.conversing.unit_choice import free_places, monday_of
from handlers.world import World
from storage.casework import vacancies
from storage.casework.vacancies import Vacancy
from storage.team import staffing
from storage.team.staffing import StaffMember
from storage.trail import audit
from storage.trail.audit import Deed, Detail, actor_of
from storage.transaction import Work

#: More places than this in one week are a slip of the finger.
MOST_PLACES: Final = 99


class VacancyDesk:
    """The places of one installation."""

    def __init__(self, world: World) -> None:
        """Serve a world."""
        self._world = world

    def settable(self, member: StaffMember) -> frozenset[str]:
        """List the units for which somebody may say it: their own, or every one that takes clients here."""
        if not has_right(member, Right.SET_PLACES):
            return frozenset()
        units = (unit for unit in self._world.units.values() if unit.active and unit.takes_handoffs)
        return frozenset(unit.id for unit in units if member.unit_id in (None, unit.id))

    async def places(self) -> Mapping[str, int]:
        """List the places of this week by unit; a unit that has not said is not there."""

        def step(work: Work) -> dict[str, int]:
            known = vacancies.load_vacancies(work)
            units = (self._world.units[unit_id] for unit_id in known if unit_id in self._world.units)
            said = {str(unit.id): free_places(known, unit, work.now) for unit in units}
            return {unit_id: count for unit_id, count in said.items() if count is not None}

        return await self._world.database.read(step)

    async def set_places(self, member: StaffMember, unit_id: str, places: int | None) -> Result:
        """Say how many places a unit has until its week is over; None takes back what was said."""
        if unit_id not in self.settable(member) or (places is not None and not 0 <= places <= MOST_PLACES):
            return Result.GONE

        def step(work: Work) -> Result:
            if places is None:
                vacancies.forget_vacancy(work, unit_id)
            else:
                monday = monday_of(self._world.units[unit_id], work.now)
                vacancies.save_vacancy(work, unit_id, Vacancy(monday, places, member.id))
            said = {"unit": unit_id, "places": "-" if places is None else str(places)}
            audit.record(
                work, actor_of(member.id), Deed.PLACES_SET, member.id, Detail(staffing.folder_of(member), said)
            )
            return Result.DONE

        return await self._world.database.write(step)
