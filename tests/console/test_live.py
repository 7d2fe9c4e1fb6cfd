"""What an open page is told while it is open."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine

import pytest
from httpx import AsyncClient

from storage.team import staffing
from tests.botapi.server import serve
from tests.console.desks import Browser, TestDesk

#: Begins to listen and returns, once the stream is open, what waits for the name of the next event.
Listen = Callable[[Browser, str], Coroutine[None, None, asyncio.Task[str]]]


async def _take(desk: TestDesk) -> tuple[Browser, str]:
    code = await desk.refer()
    browser = await desk.sign_in(await desk.hire())
    await browser.post(f"/desk/cases/{code}/take")
    return browser, code


@pytest.fixture
async def listen(desk: TestDesk) -> AsyncIterator[Listen]:
    """Serve the desk; wait for the next event about a case and return its name."""
    listener = await serve(desk.app)

    async def hear(browser: Browser, code: str, opened: asyncio.Event) -> str:
        revision = (await browser.open(f"/desk/cases/{code}")).text.partition("revision=")[2].partition('"')[0]
        cookies = dict(browser.http.cookies)
        async with (
            AsyncClient(base_url=f"http://127.0.0.1:{listener.port}", cookies=cookies, timeout=20) as http,
            http.stream("GET", f"/desk/cases/{code}/events?revision={revision}") as stream,
        ):
            assert stream.headers["cache-control"] == "no-store"
            async for line in stream.aiter_lines():
                opened.set()
                if line.startswith("event: "):
                    return line.removeprefix("event: ")
        return "ended"

    async def begin(browser: Browser, code: str) -> asyncio.Task[str]:
        opened = asyncio.Event()
        hearing = asyncio.create_task(hear(browser, code, opened))
        await asyncio.wait_for(opened.wait(), 20)
        return hearing

    yield begin
    await listener.close()


async def test_a_page_is_told_of_a_new_message_but_not_its_words(desk: TestDesk, listen: Listen) -> None:
    browser, code = await _take(desk)
    hearing = await listen(browser, code)
    assert not hearing.done()
    await desk.client_says(code, "Kalimat contoh")
    assert await hearing == "changed"


async def test_a_page_hears_that_its_session_is_over(desk: TestDesk, listen: Listen) -> None:
    browser, code = await _take(desk)
    hearing = await listen(browser, code)
    await desk.bed.world.database.write(lambda work: staffing.revoke(work, browser.member.id))
    assert await hearing == "over"


async def test_a_page_hears_that_the_case_is_no_longer_its_own(desk: TestDesk, listen: Listen) -> None:
    browser, code = await _take(desk)
    hearing = await listen(browser, code)
    await browser.post(f"/desk/cases/{code}/transfer", unit="bnnp-sultra")
    assert await hearing == "over"


async def test_the_fragment_holds_the_moving_parts_only(desk: TestDesk) -> None:
    browser, code = await _take(desk)
    await desk.client_says(code, "Kalimat contoh")
    part = (await browser.open(f"/desk/cases/{code}/chat")).text
    assert "Kalimat contoh" in part
    assert "<html" not in part
    assert "Sabu" not in part
