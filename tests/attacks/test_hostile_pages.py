"""T22: five hundred hostile texts at the desk, in a real browser, and not one runs."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.async_api import BrowserContext, Page, async_playwright, expect

from bot.dialogue.layout import plain
from tests.botapi.server import serve
from tests.console.conftest import desk
from tests.console.desks import TestDesk
from tests.console.payloads import PAYLOADS

__all__ = ["desk"]

_QUIET = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync"]
_WATCH = "addEventListener('securitypolicyviolation', event => console.error('violation', event.violatedDirective))"
_WRAPPED = (
    "{}",
    '">{}',
    "'>{}",
    "</bdi>{}",
    "--></textarea>{}",
    "\u202e{}",
    "{} javascript:window.ran=1",
    "`{}`",
    "&#x22;&gt;{}",
)
_MOST, _AT_ONCE = 500, 100


@dataclass(slots=True)
class Watched:
    """A page and everything it complained about or asked others for."""

    page: Page
    complaints: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)


@pytest.fixture
async def watched(desk: TestDesk, chromium_path: Path) -> AsyncIterator[tuple[Watched, str]]:
    """Serve the desk to a browser."""
    listener = await serve(desk.app)
    url = f"http://127.0.0.1:{listener.port}"
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium_path, args=_QUIET)
        yield await _watch(await browser.new_context(base_url=url)), url
        await browser.close()
    await listener.close()


@pytest.mark.timeout(240)
async def test_five_hundred_hostile_texts_stay_words_at_the_desk(desk: TestDesk, watched: tuple[Watched, str]) -> None:
    (seen, url), page = watched, watched[0].page
    await page.goto(await desk.invite(await desk.hire()))
    await page.get_by_role("button", name="Masuk ke meja").click()
    payloads = [wrap.replace("{}", one) for wrap in _WRAPPED for one in PAYLOADS][:_MOST]
    assert len(payloads) == _MOST

    for first in range(0, _MOST, _AT_ONCE):
        code = await desk.refer(f"90{first}")
        await page.goto("/desk")
        await page.get_by_role("button", name=f"Terima {code}").click()
        batch = payloads[first : first + _AT_ONCE]
        for payload in batch:
            await desk.client_says(code, payload)
        await page.goto(f"/desk/cases/{code}")
        await expect(page.locator("#chat > li")).to_have_count(len(batch))
        assert await page.locator("#chat .typed").all_text_contents() == [plain(one) for one in batch]
        assert await page.locator("#chat .words *:not(.typed)").count() == 0
        assert await page.evaluate("window.ran") is None

    assert seen.complaints == []
    assert [there for there in seen.asked if not there.startswith(url)] == []


async def test_no_page_can_be_put_into_a_frame(desk: TestDesk, watched: tuple[Watched, str]) -> None:
    (seen, url), page = watched, watched[0].page
    await page.goto(await desk.invite(await desk.hire()))
    for path in ("/desk", "/desk/sign-in/x", "/desk/nothing"):
        await page.set_content(f'<iframe src="{url}{path}"></iframe>')
        await page.wait_for_timeout(300)
        frames = [frame for frame in page.frames if frame.parent_frame is not None]
        assert [await frame.locator("form").count() for frame in frames] == [0]
    assert any("frame" in said for said in seen.complaints)


async def _watch(context: BrowserContext) -> Watched:
    page = await context.new_page()
    seen = Watched(page)
    await page.add_init_script(_WATCH)
    page.on("console", lambda message: seen.complaints.append(message.text))
    page.on("pageerror", lambda error: seen.complaints.append(str(error)))
    page.on("dialog", lambda dialog: seen.complaints.append(dialog.message))
    context.on("request", lambda request: seen.asked.append(request.url))
    return seen
