"""What an open page is told while it is open."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine

import pytest
from httpx import AsyncClient

from storage import staffing
from tests.botapi.server import serve
from tests.console.desks import Browser, TestDesk

Hear = Callable[[Browser, str], Coroutine[None, None, str]]


async def _take(desk: TestDesk) -> tuple[Browser, str]:
    code = await desk.refer()
    browser = await desk.sign_in(await desk.hire())
    await browser.post(f"/desk/cases/{code}/take")
    return browser, code


@pytest.fixture
async def listen(desk: TestDesk) -> AsyncIterator[Hear]:
    """Serve the desk; wait for the next event about a case and return its name."""
    listener = await serve(desk.app)

    async def hear(browser: Browser, code: str) -> str:
        revision = (await browser.open(f"/desk/cases/{code}")).text.partition("revision=")[2].partition('"')[0]
        cookies = dict(browser.http.cookies)
        async with (
            AsyncClient(base_url=f"http://127.0.0.1:{listener.port}", cookies=cookies, timeout=20) as http,
            http.stream("GET", f"/desk/cases/{code}/events?revision={revision}") as stream,
        ):
            assert stream.headers["cache-control"] == "no-store"
            async for line in stream.aiter_lines():
                if line.startswith("event: "):
                    return line.removeprefix("event: ")
        return "ended"

    yield hear
    await listener.close()


async def test_a_page_is_told_of_a_new_message_but_not_its_words(desk: TestDesk, listen: Hear) -> None:
    browser, code = await _take(desk)
    hearing = asyncio.create_task(listen(browser, code))
    await asyncio.sleep(0.3)
    assert not hearing.done()
    await desk.client_says(code, "Kalimat contoh")
    assert await hearing == "changed"


async def test_a_page_hears_that_its_session_is_over(desk: TestDesk, listen: Hear) -> None:
    browser, code = await _take(desk)
    hearing = asyncio.create_task(listen(browser, code))
    await asyncio.sleep(0.3)
    await desk.bed.world.database.write(lambda work: staffing.revoke(work, browser.member.id))
    assert await hearing == "over"


async def test_a_page_hears_that_the_case_is_no_longer_its_own(desk: TestDesk, listen: Hear) -> None:
    browser, code = await _take(desk)
    hearing = asyncio.create_task(listen(browser, code))
    await asyncio.sleep(0.3)
    await browser.post(f"/desk/cases/{code}/transfer", unit="bnnp-sultra")
    assert await hearing == "over"


async def test_the_fragment_holds_the_moving_parts_only(desk: TestDesk) -> None:
    browser, code = await _take(desk)
    await desk.client_says(code, "Kalimat contoh")
    part = (await browser.open(f"/desk/cases/{code}/chat")).text
    assert "Kalimat contoh" in part
    assert "<html" not in part
    assert "Sabu" not in part
