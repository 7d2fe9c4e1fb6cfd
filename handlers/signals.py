"""Wake who waits inside this process: the sender for letters, open pages for new lines."""

import asyncio
from weakref import WeakValueDictionary

_MOST_FAREWELLS = 1_000


class Signal:
    """Wakes everybody who waits, now or since they last looked."""

    def __init__(self) -> None:
        """Start silent."""
        self._event = asyncio.Event()

    def wake(self) -> None:
        """Wake everybody who waits."""
        event, self._event = self._event, asyncio.Event()
        event.set()

    def listen(self) -> "Listening":
        """Listen from now on, to wait later: what wakes in between is not missed."""
        return Listening(self._event)

    async def wait(self, seconds: float) -> bool:
        """Wait to be woken from now on; False when the time is over."""
        return await self.listen().wait(seconds)


class Listening:
    """Remembers whether there was a wake since it began."""

    def __init__(self, event: asyncio.Event) -> None:
        """Begin with the event of the next wake."""
        self._event = event

    async def wait(self, seconds: float) -> bool:
        """Wait to be woken, at once if that has happened; False when the time is over."""
        try:
            await asyncio.wait_for(self._event.wait(), seconds)
        except TimeoutError:
            return False
        return True


class Signals:
    """One signal for the outbox, one per folder whose page may be open."""

    def __init__(self) -> None:
        """Start with nobody waiting."""
        self.outbox = asyncio.Event()
        self.receiving: set[str] = set()  #: channels that bring what is sent to them just now
        self._pages: WeakValueDictionary[bytes, Signal] = WeakValueDictionary()
        self._farewells: dict[bytes, str] = {}

    def page(self, folder: bytes) -> Signal:
        """Return the signal of a folder; it lives as long as somebody holds it."""
        signal = self._pages.get(folder)
        if signal is None:
            signal = self._pages[folder] = Signal()
        return signal

    def wake_page(self, folder: bytes) -> None:
        """Wake open pages of a folder."""
        signal = self._pages.get(folder)
        if signal is not None:
            signal.wake()

    def say_farewell(self, address_index: bytes, text: str) -> None:
        """Let the page of an erased person show a last sentence once; it is kept in memory only."""
        if len(self._farewells) >= _MOST_FAREWELLS:
            self._farewells.pop(next(iter(self._farewells)))
        self._farewells[address_index] = text

    def take_farewell(self, address_index: bytes) -> str | None:
        """Return the last sentence for a page and forget it."""
        return self._farewells.pop(address_index, None)
