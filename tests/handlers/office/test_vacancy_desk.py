"""Who said how many places are free stands in the chain, with the unit and the number."""

from handlers.caring.casework import Result
from handlers.office.oversight import list_lines
from handlers.office.vacancy_desk import VacancyDesk
from storage.team import staffing
from storage.team.staffing import Role
from tests.worlds import TestBed


async def test_setting_free_places_and_taking_it_back_are_recorded(bed: TestBed) -> None:
    database = bed.world.database
    head = await database.write(lambda work: staffing.add_staff(work, Role.UNIT_HEAD, "bnnk-kendari", "Bu Contoh"))
    desk = VacancyDesk(bed.world)

    assert await desk.set_places(head, "bnnk-kendari", 3) is Result.DONE
    assert await desk.set_places(head, "bnnk-kendari", None) is Result.DONE
    assert await desk.set_places(head, "bnnk-kendari", 100) is Result.GONE

    lines = await database.read(lambda work: list_lines(work, 10))
    assert [(line.action, line.detail["unit"], line.detail["places"]) for line in lines] == [
        ("places_set", "bnnk-kendari", "-"),
        ("places_set", "bnnk-kendari", "3"),
    ]
    assert all(line.who.startswith("Bu Contoh") for line in lines)
