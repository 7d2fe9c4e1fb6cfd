"""What becomes of the cases of a unit that closes, and how a running service hears of it."""

import json
import os
from dataclasses import replace
from pathlib import Path

from click.testing import CliRunner

from bot.__main__ import main
from bot.care.units.listing import Listing
from bot.care.units.revision import write_listing
from handlers.caring.closing import leave_closed_units
from handlers.house.directory import own_file
from handlers.house.directory_watch import DirectoryWatch
from handlers.office.desk import Desk
from handlers.steps import Steps
from storage.casework.cases import Status
from storage.casework.unitcases import count_open
from storage.shipped.directory_file import write_directory
from tests.handlers.walking import CLIENT, KENDARI, SULTRA, accepted_case, case_of, reasons, send_intake
from tests.surroundings.geography import whole_gazetteer
from tests.worlds import TestBed, config_in, open_test_bed


def without(bed: TestBed, *closed: str) -> Listing:
    units = dict(bed.world.units.items())
    units |= {name: replace(units[name], active=False) for name in closed}
    return Listing(units, dict(bed.world.units.particulars))


async def close(bed: TestBed, *closed: str) -> int:
    bed.world.units.exchange(without(bed, *closed))
    count = await leave_closed_units(Steps(bed.world))
    await bed.flush()
    return count


async def test_a_request_that_waits_at_a_closed_unit_goes_on_to_the_next(bed: TestBed) -> None:
    await bed.counsellor("2001", SULTRA)
    await send_intake(bed)

    assert await close(bed, KENDARI) == 1

    case = await case_of(bed)
    assert (case.unit_id, case.status) == (SULTRA, Status.OFFERED)
    assert await close(bed, KENDARI) == 0


async def test_a_closed_unit_is_offered_to_nobody_any_more(bed: TestBed) -> None:
    await send_intake(bed)
    await close(bed, KENDARI, SULTRA)

    case = await case_of(bed)
    assert case.waits_for_anybody
    assert await close(bed, KENDARI, SULTRA) == 0


async def test_a_counsellor_of_a_closed_unit_keeps_the_case_and_is_asked_to_find_another(bed: TestBed) -> None:
    member, case = await accepted_case(bed)

    await close(bed, KENDARI)
    await close(bed, KENDARI)

    assert await reasons(bed, KENDARI) == ["unit_closed"]
    assert (await case_of(bed)).status is Status.ACCEPTED
    view = await Desk(bed.world).case(member, case.code)
    assert view is not None
    assert view.unit == "BNN Kota Kendari"
    assert SULTRA in [unit_id for unit_id, _ in view.other_units]


async def test_what_is_open_is_counted_without_a_key(bed: TestBed) -> None:
    await send_intake(bed)

    assert count_open(bed.world.config.storage.url) == {KENDARI: 1}


async def test_a_changed_directory_is_taken_up_while_the_service_runs(bed: TestBed) -> None:
    await bed.counsellor("2001", SULTRA)
    await send_intake(bed, CLIENT)
    watch = DirectoryWatch(bed.world)
    assert not await watch.take_up()

    write_directory(own_file(bed.world.config), write_listing(without(bed, KENDARI), whole_gazetteer()))

    assert await watch.take_up()
    assert not await watch.take_up()
    assert not bed.world.units[KENDARI].active
    assert (await case_of(bed)).unit_id == SULTRA


async def test_a_directory_that_cannot_be_used_leaves_the_present_one_in_force(bed: TestBed) -> None:
    watch = DirectoryWatch(bed.world)
    write_directory(own_file(bed.world.config), "[[unit]]\n")

    assert not await watch.take_up()
    assert bed.world.units[KENDARI].active
    os.utime(own_file(bed.world.config), (0, 0))
    assert not await watch.take_up()


async def test_a_closed_unit_with_open_cases_is_named_by_the_check(tmp_path: Path) -> None:
    config = config_in(tmp_path)
    async with open_test_bed(config) as bed:
        await send_intake(bed)
        write_directory(own_file(config), write_listing(without(bed, KENDARI, SULTRA), whole_gazetteer()))
    (tmp_path / "config.toml").write_text("")

    shown = CliRunner().invoke(main, ["units", "check", "--json", "--config", str(tmp_path / "config.toml")])

    gaps = {row["id"]: row["gaps"] for row in json.loads(shown.stdout)}
    assert gaps[KENDARI] == ["closed with open cases"]
    assert SULTRA not in gaps
