"""Wake who waits, here and in other processes: the sender for letters, open pages for new lines."""

import asyncio
from collections.abc import Callable
from weakref import WeakValueDictionary

_MOST_FAREWELLS = 1_000
_OUTBOX = "outbox"


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


class OutboxSignal(asyncio.Event):
    """Set when letters may wait; other processes hear of it unless this one sends them itself."""

    def __init__(self) -> None:
        """Start with nobody to tell."""
        super().__init__()
        self.is_ours: Callable[[], bool] = bool  #: tells whether this process sends on every channel
        self.tell: Callable[[], None] | None = None
        self.heard = 0  #: how often others have told of letters

    def set(self) -> None:
        """Wake the sender."""
        super().set()
        if self.tell is not None and not self.is_ours():
            self.tell()

    def set_here(self) -> None:
        """Wake the sender of this process only, for others know already."""
        self.heard += 1
        super().set()

    def expect(self) -> None:
        """Wake the sender of this process for what a step that was just begun will put."""
        super().set()

    def forget(self, heard: int) -> None:
        """Forget what was put before a claim that has seen it; not what others have told of since they had `heard`."""
        if heard == self.heard:
            self.clear()


class Signals:
    """One signal for the outbox, one per folder whose page may be open, one for duties that became free."""

    def __init__(self) -> None:
        """Start with nobody waiting, and alone."""
        self.outbox = OutboxSignal()
        self.duties = Signal()
        self.receiving: set[str] = set()  #: channels that bring what is sent to them just now
        self.deaf: set[str] = set()  #: channels whose platform this process asks in vain just now
        self._pages: WeakValueDictionary[bytes, Signal] = WeakValueDictionary()
        self._farewells: dict[bytes, str] = {}
        self._tell: Callable[[str], None] | None = None
        self._blind: Callable[[bytes], bytes] = bytes

    def share(self, tell: Callable[[str], None], blind: Callable[[bytes], bytes]) -> None:
        """Tell other processes from now on.  `blind`: makes of a folder what finds it there and tells nothing else."""
        self._tell, self._blind = tell, blind
        self.outbox.tell = lambda: tell(_OUTBOX)

    def hear(self, told: str) -> None:
        """Wake whom another process told of; what it cannot name wakes everybody."""
        kind, _, rest = told.partition(" ")
        blinded, _, text = rest.partition(" ")
        match kind:
            case "outbox":
                self.outbox.set_here()
            case "page":
                self._wake(bytes.fromhex(blinded))
            case "farewell":
                self._keep_farewell(bytes.fromhex(blinded), text)
            case "said":
                self._farewells.pop(bytes.fromhex(blinded), None)
            case "duties":
                self.duties.wake()
            case _:
                self._wake_everybody()

    def page(self, folder: bytes) -> Signal:
        """Return the signal of a folder; it lives as long as somebody holds it."""
        blinded = self._blind(folder)
        signal = self._pages.get(blinded)
        if signal is None:
            signal = self._pages[blinded] = Signal()
        return signal

    def wake_page(self, folder: bytes) -> None:
        """Wake open pages of a folder."""
        blinded = self._blind(folder)
        self._wake(blinded)
        self._say(f"page {blinded.hex()}")

    def announce_duties(self) -> None:
        """Tell others that a duty became free."""
        self._say("duties")

    def say_farewell(self, address_index: bytes, text: str) -> None:
        """Let the page of an erased person show a last sentence once; it is kept in memory only.

        `text`: one of the service's own sentences, for other processes are told it as it is.
        """
        blinded = self._blind(address_index)
        self._keep_farewell(blinded, text)
        self._say(f"farewell {blinded.hex()} {text}")

    def take_farewell(self, address_index: bytes) -> str | None:
        """Return the last sentence for a page and forget it."""
        blinded = self._blind(address_index)
        text = self._farewells.pop(blinded, None)
        if text is not None:
            self._say(f"said {blinded.hex()}")
        return text

    def _say(self, told: str) -> None:
        if self._tell is not None:
            self._tell(told)

    def _wake(self, blinded: bytes) -> None:
        signal = self._pages.get(blinded)
        if signal is not None:
            signal.wake()

    def _wake_everybody(self) -> None:
        self.outbox.set_here()
        self.duties.wake()
        for signal in list(self._pages.values()):
            signal.wake()

    def _keep_farewell(self, blinded: bytes, text: str) -> None:
        if len(self._farewells) >= _MOST_FAREWELLS:
            self._farewells.pop(next(iter(self._farewells)))
        self._farewells[blinded] = text
