"""What units say of their places is kept until they say something newer."""

from storage.casework import vacancies
from storage.casework.vacancies import Vacancy
from storage.database import Database
from storage.team import staffing
from storage.team.staffing import Role
from storage.transaction import Work


async def test_a_unit_says_one_thing_at_a_time_and_may_take_it_back(store: Database) -> None:
    def say(work: Work) -> list[dict[str, Vacancy]]:
        member = staffing.add_staff(work, Role.UNIT_HEAD, "unit-a", "Kak Contoh")
        first, second = Vacancy("2026-11-16", 3, member.id), Vacancy("2026-11-23", 0, member.id)
        vacancies.save_vacancy(work, "unit-a", first)
        vacancies.save_vacancy(work, "unit-b", first)
        before = dict(vacancies.load_vacancies(work))
        vacancies.save_vacancy(work, "unit-a", second)
        vacancies.forget_vacancy(work, "unit-b")
        assert before == {"unit-a": first, "unit-b": first}
        return [dict(vacancies.load_vacancies(work)), {"unit-a": second}]

    now, expected = await store.write(say)

    assert now == expected
