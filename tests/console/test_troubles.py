"""What is wrong with the service stands over every page of the desk, in the language of whoever works there."""

import pytest

from handlers.running import watch
from storage.transaction import Work
from tests.console.desks import TestDesk


@pytest.fixture(autouse=True)
def every_look_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look each time somebody opens a page."""
    monkeypatch.setattr(watch, "_LOOK_SECONDS", 0.0)


async def test_trouble_is_told_on_every_page_and_gone_when_it_is_over(desk: TestDesk) -> None:
    browser = await desk.sign_in(await desk.hire())
    said, english = "Telegram sedang tidak terjangkau", "Telegram cannot be reached"
    assert said not in (await browser.open("/desk")).text

    desk.bed.world.signals.deaf.add("telegram")
    for path in ("/desk", "/desk/cases", "/desk/tasks", "/desk/units"):
        assert said in (await browser.open(path)).text
    assert english in (await browser.open("/desk?lang=en")).text

    desk.bed.world.signals.deaf.clear()
    assert said not in (await browser.open("/desk")).text


async def test_a_stranger_learns_nothing_of_it(desk: TestDesk) -> None:
    desk.bed.world.signals.deaf.add("telegram")

    assert "tidak terjangkau" not in (await desk.visitor().get("/desk")).text


async def test_pages_can_be_read_while_nothing_can_be_written_and_nothing_is_half_done(desk: TestDesk) -> None:
    code = await desk.refer()
    browser = await desk.sign_in(await desk.hire())
    check = await browser.find_check()
    await _run(desk, "PRAGMA query_only=ON")

    queue = await browser.open("/desk")
    taken = await browser.post(f"/desk/cases/{code}/take", check=check)

    assert queue.status_code == 200
    assert code in queue.text
    assert "Penyimpanan belum menjawab" in queue.text
    assert (taken.status_code, "coba lagi" in taken.text) == (503, True)
    assert code in (await browser.open("/desk")).text


async def test_a_case_whose_reading_cannot_be_recorded_is_not_shown(desk: TestDesk) -> None:
    code = await desk.refer()
    browser = await desk.sign_in(await desk.hire())
    await browser.post(f"/desk/cases/{code}/take")
    stop = "CREATE TRIGGER broken BEFORE INSERT ON audit_rows BEGIN SELECT RAISE(ABORT, 'broken'); END"
    await _run(desk, stop)

    refused = await browser.open(f"/desk/cases/{code}")

    assert refused.status_code == 503
    await desk.bed.say("9001", "/start")
    assert desk.bed.heard("9001")
    await _run(desk, "DROP TRIGGER broken")
    assert (await browser.open(f"/desk/cases/{code}")).status_code == 200


async def _run(desk: TestDesk, statement: str) -> None:
    def step(work: Work) -> None:
        work.data.exec_driver_sql(statement)

    await desk.bed.world.database.write(step)
