"""Which unit an untaken case goes to next."""

from dataclasses import replace

from bot.care.geography.gazetteer import AreaCode
from bot.care.units.listing import Listing
from bot.care.units.unit import Unit
from handlers.caring.offering import next_unit
from storage.transaction import Work
from tests.handlers.walking import case_of, in_world, send_intake
from tests.worlds import TestBed

WANGI_WANGI = "74.07.01"
BAUBAU, MUNA, KOLAKA = "bnnk-baubau", "bnnk-muna", "bnnk-kolaka"


async def next_from(bed: TestBed, area: str, *asked: str) -> str | None:
    """Name the unit that is next for somebody who lives in an area, when some were asked already."""
    await send_intake(bed)
    case = await case_of(bed)
    moved = replace(case, answers={**case.answers, "area": area}, asked_units=asked)

    def find(work: Work) -> Unit | None:
        return next_unit(work, bed.world, moved)

    unit = await in_world(bed, find)
    return unit.id if unit else None


async def test_the_next_unit_is_the_one_the_way_to_which_is_shortest(bed: TestBed) -> None:
    await bed.counsellor("2101", KOLAKA)
    await bed.counsellor("2102", BAUBAU)

    assert await next_from(bed, WANGI_WANGI) == BAUBAU


async def test_a_unit_near_on_the_map_but_a_day_away_is_not_asked(bed: TestBed) -> None:
    await bed.counsellor("2101", MUNA)
    await bed.counsellor("2102", BAUBAU)

    assert await next_from(bed, WANGI_WANGI, BAUBAU) is None


async def test_a_unit_without_people_is_passed_over(bed: TestBed) -> None:
    await bed.counsellor("2101", KOLAKA)

    assert await next_from(bed, "74.71.01") == KOLAKA


async def test_neighbours_are_not_asked_unless_the_client_chose_them(bed: TestBed) -> None:
    neighbours = replace(bed.world.units[BAUBAU], kind="ibm", area=AreaCode(WANGI_WANGI))
    bed.world.units.exchange(Listing({**bed.world.units, BAUBAU: neighbours}, {}))
    await bed.counsellor("2101", BAUBAU)

    assert await next_from(bed, WANGI_WANGI) is None
    assert await next_from(bed, "74.07.05") == BAUBAU
