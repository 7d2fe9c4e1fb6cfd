"""A running house on loopback and two people in front of it: somebody at the web chat, a counsellor at the desk."""

import asyncio
import contextlib
import re
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import uvicorn
from playwright.async_api import Browser, Page, async_playwright

from commands.web import build_app
from commands.welcome import sign_in_link
from storage.team import staffing
from storage.team.staffing import Role
from storage.transaction import Work
from tests.worlds import TestBed

_QUIET = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-sync"]
PHONE = {"width": 390, "height": 844}
LAPTOP = {"width": 1200, "height": 800}


@dataclass
class House:
    """Where everything is."""

    bed: TestBed
    url: str
    browser: Browser

    async def visit_chat(self, *, scripts: bool) -> "ChatPage":
        """Open the web chat on a phone."""
        context = await self.browser.new_context(viewport=PHONE, device_scale_factor=2, java_script_enabled=scripts)  # type: ignore[arg-type] # a ViewportSize
        page = await context.new_page()
        await page.goto(f"{self.url}/chat")
        return ChatPage(page, scripts)

    async def visit_desk(self, *, scripts: bool, unit_id: str = "bnnk-kendari") -> Page:
        """Sign a new counsellor in on a laptop."""

        def step(work: Work) -> str:
            member = staffing.add_staff(work, Role.COUNSELLOR, unit_id, "Kak Melati")
            return sign_in_link(work, self.bed.world.config, member)

        link = await self.bed.world.database.write(step)
        context = await self.browser.new_context(viewport=LAPTOP, java_script_enabled=scripts)  # type: ignore[arg-type] # a ViewportSize
        page = await context.new_page()
        await page.goto(self.url + link.partition(self.bed.world.config.server.url)[2])
        await page.get_by_role("button", name=re.compile("Masuk")).click()
        return page


@dataclass
class ChatPage:
    """The web chat as somebody uses it."""

    page: Page
    scripts: bool

    async def tap(self, label: str) -> None:
        """Tap a choice and wait for what it brings."""
        before = await self.page.locator("#log .line").count()
        await self.page.locator("#keys button", has_text=label).first.click()
        await self._wait_for_more(before, label)

    async def write(self, text: str) -> None:
        """Write a message and wait until it stands on the page."""
        await self.page.fill("#text", text)
        await self.page.click("#send")
        await self.page.locator("#log .mine", has_text=text).last.wait_for()

    async def mark(self, label: str) -> None:
        """Mark one of several choices."""
        await self.page.locator("#keys button", has_text=label).first.click()
        await self.page.locator("#keys button[aria-pressed=true]", has_text=label).wait_for()

    async def reads(self, text: str) -> None:
        """Wait until something is said; without scripts the page has to be opened again."""
        line = self.page.locator("#log .line", has_text=text).first
        for _ in range(20):
            with contextlib.suppress(Exception):
                await line.wait_for(timeout=500)
                return
            if not self.scripts:
                await self.page.reload()
        await line.wait_for(timeout=500)

    async def _wait_for_more(self, before: int, label: str) -> None:
        mine = self.page.locator("#log .mine", has_text=label).last
        await mine.wait_for()
        for _ in range(50):
            if await self.page.locator("#log .line").count() > before + 1:
                return
            await asyncio.sleep(0.05)


@contextlib.asynccontextmanager
async def open_house(bed: TestBed, chromium: Path) -> AsyncIterator[House]:
    """Serve a test bed on a free loopback port and open a browser."""
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.bind(("127.0.0.1", 0))
    app = build_app(bed.world, bed.receiver)
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="off", timeout_graceful_shutdown=1))
    serving = asyncio.create_task(server.serve(sockets=[listening]))
    url = f"http://127.0.0.1:{listening.getsockname()[1]}"
    try:
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=chromium, args=_QUIET)
            yield House(bed, url, browser)
            await browser.close()
    finally:
        server.should_exit = True
        await serving
