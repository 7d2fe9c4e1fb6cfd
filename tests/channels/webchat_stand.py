"""The web chat served over loopback, and a real browser in front of it."""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import pytest
import pytest_asyncio
import uvicorn
from playwright.async_api import Browser, BrowserContext, Page, async_playwright, expect

from tests.channels.webchat_site import CHOICES, TinyPages, make_site

Scripts = Literal["on", "off"]

SEEK, CONSENT = CHOICES[0], "Ya, saya setuju"
PHONE = {"width": 360, "height": 740}

both = pytest.mark.parametrize("scripts", ["on", "off"])


@dataclass(slots=True)
class Stand:
    """A served page, and what browsers asked for or complained about."""

    url: str
    pages: TinyPages
    browser: Browser
    asked: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    contexts: list[BrowserContext] = field(default_factory=list)

    async def visit(self, *, scripts: Scripts = "on", width: int = PHONE["width"], **options: object) -> Page:
        """Open the chat on a phone of that width, coming from an empty page."""
        context = await self.browser.new_context(
            java_script_enabled=scripts == "on",
            viewport={"width": width, "height": PHONE["height"]},
            **options,  # type: ignore[arg-type] # options of Playwright's own
        )
        self.contexts.append(context)
        page = await context.new_page()
        page.set_default_timeout(10_000)
        page.on("request", lambda request: self.asked.append(request.url))
        page.on("console", lambda said: self.complaints.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        await page.goto(f"{self.url}/chat")
        return page


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser(chromium_path: Path) -> AsyncIterator[Browser]:
    """Start one browser for the tests of a module; each of them gets a profile of its own."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium_path, args=["--no-sandbox"])
        yield browser
        await browser.close()


@pytest_asyncio.fixture(loop_scope="module")
async def stand(browser: Browser) -> AsyncIterator[Stand]:
    """Serve the page to the browser; at the end nothing may have been complained about or asked of others."""
    pages = TinyPages()
    # Listening from the start, so that nobody has to ask when the server is ready.
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(make_site(pages), log_config=None, lifespan="off", timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    stand = Stand(f"http://127.0.0.1:{listener.getsockname()[1]}", pages, browser)
    yield stand
    for context in stand.contexts:
        await context.close()
    server.should_exit = True
    await serving
    assert all(url.startswith(stand.url) for url in stand.asked), "a page asked somebody else"
    assert not stand.complaints


async def tap(page: Page, label: str) -> None:
    """Press a button."""
    await page.get_by_role("button", name=label, exact=True).click()


async def agree(page: Page) -> None:
    """Come as far as consent."""
    await tap(page, SEEK)
    await tap(page, CONSENT)
    await expect(page.get_by_text("Kamu tinggal di mana?")).to_be_visible()


async def write(page: Page, text: str) -> None:
    """Write and send."""
    await page.get_by_label("Tulis pesan").fill(text)
    await tap(page, "Kirim")


async def until(is_so: Callable[[], Awaitable[bool]]) -> None:
    """Wait at most ten seconds for what nobody announces."""
    async with asyncio.timeout(10):
        while not await is_so():  # noqa: ASYNC110 - it happens in another process
            await asyncio.sleep(0.02)
