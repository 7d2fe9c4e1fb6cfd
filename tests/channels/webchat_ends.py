"""Both ends of the web chat: what the handlers put on a page, and somebody who reads and answers it there."""

import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx

from bot.ports import ChannelName, Incoming, Limits, Line, Outgoing
from channels.webchat_forms import WEBCHAT
from tests.channels.webchat_site import Screen, Talk, TinyPages, make_site


@dataclass(slots=True)
class PageChannel:
    """Puts messages on the page of one address, as the handlers do; the page itself sends nothing."""

    talk: Talk

    @property
    def name(self) -> ChannelName:
        """The name deliveries of the page carry."""
        return WEBCHAT

    @property
    def limits(self) -> Limits:
        """A page has room for everything."""
        return Limits(text_units=100_000, keys=200, label_chars=200, token_bytes=512, can_replace=True)

    async def send(self, address: str, message: Outgoing) -> str | None:
        """Add a line, or put it in the place of the one it replaces."""
        del address
        line = Line(message.text, mine=False, keys=message.keys, ask=message.ask, share_label=message.share_label)
        place = int(message.replaces) if message.replaces and message.replaces.isdecimal() else len(self.talk.lines)
        if place < len(self.talk.lines):
            self.talk.lines[place] = line
            return str(place)
        self.talk.add(line)
        return str(len(self.talk.lines) - 1)

    async def take_back(self, address: str, references: Sequence[str]) -> int:
        """Take back nothing: a page is emptied by the handlers."""
        del address
        return len(references)

    async def acknowledge(self, callback: str) -> None:
        """Nobody waits for it."""

    async def check(self) -> None:
        """A page is there."""


@dataclass(slots=True)
class WebchatEnds:
    """A page with consent, read by somebody whose browser runs no scripts."""

    channel: PageChannel
    pages: TinyPages
    http: httpx.AsyncClient
    address: str
    gone: str | None = None

    async def read_texts(self) -> list[str]:
        """Read the service's lines."""
        return (await self.open()).texts

    async def read_labels(self) -> list[str]:
        """Read the keys."""
        return (await self.open()).labels

    async def tap(self, label: str) -> Incoming:
        """Press a button."""
        screen = await self.open()
        button = screen.button(label)
        return await self.post(screen, {button.name: button.value})

    async def write(self, text: str) -> Incoming:
        """Write into the field; browsers send line ends their own way."""
        return await self.post(await self.open(), {"text": re.sub(r"\r?\n", "\r\n", text)})

    async def open(self) -> Screen:
        """Load the page."""
        return Screen((await self.http.get("/chat")).text)

    async def post(self, screen: Screen, fields: dict[str, str]) -> Incoming:
        """Send the form."""
        (await self.http.post("/chat", data={**screen.fields, **fields})).raise_for_status()
        return self.pages.arrived[-1]


@asynccontextmanager
async def open_webchat() -> AsyncIterator[WebchatEnds]:
    """Open a page whose conversation is still empty."""
    pages = TinyPages()
    transport = httpx.ASGITransport(make_site(pages))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1", follow_redirects=True) as http:
        screen = Screen((await http.get("/chat")).text)
        address = screen.fields["address"]
        talk = pages.talks[address] = Talk(consented=True)
        await http.post("/chat", data={name: value for name, value in screen.fields.items() if name != "start"})
        yield WebchatEnds(PageChannel(talk), pages, http, address)
