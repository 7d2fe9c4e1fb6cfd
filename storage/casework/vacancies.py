"""How many places units have this week, as they say themselves."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import delete, insert, select

from storage.tables import unit_vacancies
from storage.team.staffing import StaffId
from storage.transaction import Work


@dataclass(frozen=True, slots=True)
class Vacancy:
    """What a unit said.  `monday`: of the week it is about, as in 2026-11-23.  `staff_id`: who said so."""

    monday: str
    places: int
    staff_id: StaffId


def save_vacancy(work: Work, unit_id: str, vacancy: Vacancy) -> None:
    """Keep what a unit says in the place of what it said before."""
    forget_vacancy(work, unit_id)
    row = {"monday": vacancy.monday, "places": vacancy.places, "staff_id": vacancy.staff_id}
    work.data.execute(insert(unit_vacancies).values(unit_id=unit_id, **row))


def forget_vacancy(work: Work, unit_id: str) -> None:
    """Take back what a unit said."""
    work.data.execute(delete(unit_vacancies).where(unit_vacancies.c.unit_id == unit_id))


def load_vacancies(work: Work) -> Mapping[str, Vacancy]:
    """List what every unit said last, by its id; the week may be over."""
    rows = work.data.execute(select(unit_vacancies))
    return {row.unit_id: Vacancy(row.monday, row.places, StaffId(row.staff_id)) for row in rows}
