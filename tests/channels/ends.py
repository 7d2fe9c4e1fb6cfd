"""Both ends of every channel, so that one contract can be asked of all of them."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from types import MappingProxyType
from typing import Protocol

from bot.ports import Channel, Incoming
from channels.telegram import TelegramChannel
from channels.telegram_updates import read_updates
from tests.botapi.control import BotApi
from tests.botapi.people import Person
from tests.channels.terminal_ends import open_terminal
from tests.channels.webchat_ends import open_webchat


class Ends(Protocol):
    """A channel, and a person at the other end of it."""

    @property
    def channel(self) -> Channel:
        """The channel under test."""
        ...

    @property
    def address(self) -> str:
        """Where the person can be reached."""
        ...

    @property
    def gone(self) -> str | None:
        """An address nobody can be reached at, or None where there is no such thing."""
        ...

    async def read_texts(self) -> list[str]:
        """Read what the person sees of the service, oldest first."""
        ...

    async def read_labels(self) -> list[str]:
        """Read the keys the person can tap, in order."""
        ...

    async def tap(self, label: str) -> Incoming:
        """Let the person tap a key; return what arrives."""
        ...

    async def write(self, text: str) -> Incoming:
        """Let the person write; return what arrives."""
        ...


@dataclass(slots=True)
class TelegramEnds:
    """A bot and a person on the loopback Bot API."""

    channel: TelegramChannel
    person: Person
    gone: str | None
    position: int | None = None

    @property
    def address(self) -> str:
        """The private chat of the person."""
        return str(self.person.chat_id)

    async def read_texts(self) -> list[str]:
        """Read the bot's messages on the screen."""
        return [seen.text for seen in (await self.person.screen()).from_bot]

    async def read_labels(self) -> list[str]:
        """Read the buttons under the bot's last message that has any."""
        return list((await self.person.screen()).buttons)

    async def tap(self, label: str) -> Incoming:
        """Tap a button and fetch the update."""
        await self.person.press(label)
        return await self.fetch()

    async def write(self, text: str) -> Incoming:
        """Send a text and fetch the update."""
        await self.person.send(text)
        return await self.fetch()

    async def fetch(self) -> Incoming:
        """Fetch and confirm the one update that is pending."""
        (update,) = read_updates(await self.channel.fetch_updates(self.position, 1))
        assert update.update_id is not None
        assert update.incoming is not None
        self.position = update.update_id + 1
        return update.incoming


@asynccontextmanager
async def open_telegram() -> AsyncIterator[Ends]:
    """Open a Bot API with one person who pressed Start and one who blocked the bot."""
    api = await BotApi.start()
    channel = TelegramChannel(api.token, base_url=api.base_url)
    person, gone = api.person("Contoh"), api.person("Contoh Pergi")
    await person.start()
    ends = TelegramEnds(channel, person, str(gone.chat_id))
    await ends.fetch()
    try:
        yield ends
    finally:
        await channel.close()
        await api.stop()
    api.check()


#: A channel joins the contract by adding its opener here.
OPENERS: MappingProxyType[str, Callable[[], AbstractAsyncContextManager[Ends]]] = MappingProxyType(
    {"telegram": open_telegram, "webchat": open_webchat, "terminal": open_terminal}
)
