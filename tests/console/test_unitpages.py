"""The page of the directory: who may say how many places there are this week, and who reads it."""

from dataclasses import replace
from datetime import date

from bot.care.units.listing import Listing
from bot.care.units.unit import Particulars
from storage.casework import vacancies
from storage.team.staffing import Role
from tests.console.desks import ELSEWHERE, HERE, Browser, TestDesk


async def say(browser: Browser, unit: str, places: str) -> str:
    response = await browser.post(f"/desk/units/{unit}/places", places=places)
    assert response.status_code == 303
    return response.headers["location"]


async def said(desk: TestDesk) -> dict[str, int]:
    known = await desk.bed.world.database.read(vacancies.load_vacancies)
    return {unit_id: one.places for unit_id, one in known.items()}


async def test_a_unit_head_says_it_for_the_own_unit_and_everybody_reads_it(desk: TestDesk) -> None:
    head = await desk.sign_in(await desk.hire(Role.UNIT_HEAD))

    assert "note=places_kept" in await say(head, HERE, "3")

    assert await said(desk) == {HERE: 3}
    assert 'name="places"' in (await head.open("/desk/units")).text
    page = (await (await desk.sign_in(await desk.hire(Role.COUNSELLOR))).open("/desk/units")).text
    assert "minggu ini ada 3 tempat" in page
    assert 'name="places"' not in page


async def test_an_empty_box_takes_it_back(desk: TestDesk) -> None:
    head = await desk.sign_in(await desk.hire(Role.UNIT_HEAD))
    await say(head, HERE, "0")

    assert "note=places_kept" in await say(head, HERE, "")

    assert await said(desk) == {}


async def test_a_coordinator_says_it_for_any_unit_that_takes_clients_here(desk: TestDesk) -> None:
    coordinator = await desk.sign_in(await desk.hire(Role.COORDINATOR, None))

    await say(coordinator, ELSEWHERE, "12")

    assert await said(desk) == {ELSEWHERE: 12}
    assert "note=places_not_kept" in await say(coordinator, "puskesmas-kemaraya", "1")
    assert "note=places_not_kept" in await say(coordinator, "gone", "1")


async def test_nobody_else_may(desk: TestDesk) -> None:
    for role in (Role.COUNSELLOR, Role.AGENT, Role.BROADCASTER, Role.AUDITOR, Role.ADMIN):
        browser = await desk.sign_in(await desk.hire(role))

        assert "note=places_not_kept" in await say(browser, HERE, "3")
    assert await said(desk) == {}


async def test_a_unit_head_may_not_speak_for_another_unit(desk: TestDesk) -> None:
    head = await desk.sign_in(await desk.hire(Role.UNIT_HEAD))

    assert "note=places_not_kept" in await say(head, ELSEWHERE, "3")
    assert await said(desk) == {}


async def test_what_is_no_number_of_places_is_not_kept(desk: TestDesk) -> None:
    head = await desk.sign_in(await desk.hire(Role.UNIT_HEAD))

    for places in ("-1", "100", "1000", "3.5", "tiga", "²"):
        assert "note=places_not_kept" in await say(head, HERE, places)
    assert await said(desk) == {}


async def test_the_directory_says_who_confirmed_a_unit_and_when_one_closed_in_both_languages(desk: TestDesk) -> None:
    units = desk.bed.world.units
    confirmed = replace(units[HERE], verified_on=date(2026, 11, 3))
    gone = replace(units[ELSEWHERE], active=False)
    said = {
        HERE: Particulars(verified_by="Kepala klinik contoh"),
        ELSEWHERE: Particulars(closed_on=date(2026, 11, 5)),
    }
    units.exchange(Listing({HERE: confirmed, ELSEWHERE: gone}, said))
    browser = await desk.sign_in(await desk.hire(Role.COUNSELLOR))

    page = (await browser.open("/desk/units")).text

    assert "oleh Kepala klinik contoh" in page
    assert "tutup 5 Nov 2026" in page
    in_english = (await browser.open("/desk/units?lang=en")).text
    assert "by Kepala klinik contoh" in in_english
    assert "closed 5 Nov 2026" in in_english
