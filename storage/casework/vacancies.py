"""How many places units have this week, as they say themselves."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import delete, select

from storage.engine.inserting import insert_into
from storage.engine.prepared import Prepared
from storage.tables import unit_vacancies
from storage.team.staffing import StaffId
from storage.transaction import Work


@dataclass(frozen=True, slots=True)
class Vacancy:
    """What a unit said.  `monday`: of the week it is about, as in 2026-11-23.  `staff_id`: who said so."""

    monday: str
    places: int
    staff_id: StaffId


_ALL = Prepared(select(unit_vacancies))


def save_vacancy(work: Work, unit_id: str, vacancy: Vacancy) -> None:
    """Keep what a unit says in the place of what it said before."""
    row = {"monday": vacancy.monday, "places": vacancy.places, "staff_id": vacancy.staff_id}
    put = insert_into(unit_vacancies, work.data.dialect.name).values(unit_id=unit_id, **row)
    work.data.execute(put.on_conflict_do_update(index_elements=[unit_vacancies.c.unit_id], set_=row))


def forget_vacancy(work: Work, unit_id: str) -> None:
    """Take back what a unit said."""
    work.data.execute(delete(unit_vacancies).where(unit_vacancies.c.unit_id == unit_id))


def load_vacancies(work: Work) -> Mapping[str, Vacancy]:
    """List what every unit said last, by its id; the week may be over."""
    return {row.unit_id: Vacancy(row.monday, row.places, StaffId(row.staff_id)) for row in _ALL.all(work)}
