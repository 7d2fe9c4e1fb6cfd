"""Somebody who meets the web chat with a browser that runs no scripts."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import httpx
import pytest
import pytest_asyncio

from tests.channels.webchat_site import CHOICES, Screen, TinyPages, make_site

SEEK, CONSENT = CHOICES[0], "Ya, saya setuju"


@dataclass(slots=True)
class Visitor:
    """Somebody with a browser that runs no scripts."""

    pages: TinyPages
    http: httpx.AsyncClient
    answer: httpx.Response | None = None

    @property
    def screen(self) -> Screen:
        """What is on the screen."""
        assert self.answer is not None
        return Screen(self.answer.text)

    async def open(self, **headers: str) -> Screen:
        """Open the page."""
        self.answer = await self.http.get("/chat", headers=headers)
        return self.screen

    async def post(self, **fields: str) -> Screen:
        """Send the form on the screen with these fields."""
        self.answer = await self.http.post("/chat", data={**self.screen.fields, **fields})
        return self.screen

    async def tap(self, label: str) -> Screen:
        """Press a button of the form."""
        button = self.screen.button(label)
        return await self.post(**{button.name: button.value})

    async def agree(self) -> Screen:
        """Come as far as consent."""
        await self.open()
        await self.tap(SEEK)
        return await self.tap(CONSENT)


@pytest.fixture
def pages() -> TinyPages:
    return TinyPages()


@pytest_asyncio.fixture
async def visitor(pages: TinyPages) -> AsyncIterator[Visitor]:
    transport = httpx.ASGITransport(make_site(pages))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1", follow_redirects=True) as http:
        yield Visitor(pages, http)
