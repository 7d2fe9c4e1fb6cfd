"""Do what one process at a time may do: take the duty, keep it, notice when it is lost, and hand it over."""

import asyncio
import logging
import math
import secrets
import time
from collections.abc import Callable, Iterable
from typing import Final, Protocol

from handlers.running.signals import Signal, Signals
from storage.database import Database
from storage.engine import leadership
from storage.engine.leadership import DutyLost, Term
from storage.errors import StorageError
from storage.transaction import Work

log = logging.getLogger(__name__)

#: How long a lease is good for on the database's clock, and when it is renewed.
LEASE_SECONDS: Final = 15.0
_RENEW_SECONDS: Final = 5.0
#: How often a standby looks whether a duty is free; it is woken at once when one is given back.
_LOOK_SECONDS: Final = 1.0
#: A holder stops so long before its lease ends, for two clocks do not run quite alike.
_MARGIN_SECONDS: Final = 1.0

TICK: Final = "tick"


class Activity(Protocol):
    """What is done while a duty is held."""

    async def run(self) -> None:
        """Go on until `stop` is called."""
        ...

    def stop(self) -> None:
        """End `run` soon, and begin nothing new."""
        ...


class Duty:
    """Something one process at a time may do."""

    def __init__(self, name: str) -> None:
        """Begin without it."""
        self.name = name
        self.changed = Signal()
        self._term: Term | None = None
        self._until = -math.inf

    def is_held(self) -> bool:
        """Tell whether this process may act now; asked right before each act, it costs nothing."""
        return read_seconds() < self._until

    def check(self, work: Work) -> None:
        """Raise DutyLost unless this process has the duty still and has it until the end of the step."""
        if not self.is_held():
            raise DutyLost(f"the duty {self.name} was lost; another process does what is left")
        if self._term is not None:
            leadership.check(work, self._term)

    async def perform(self, begin: Callable[[], Activity], stop: asyncio.Event) -> None:
        """Begin an activity whenever the duty is held and end it when it is lost, until `stop` is set."""
        while not stop.is_set():
            if not self.is_held():
                await self._rest(stop)
                continue
            activity = begin()
            running = asyncio.create_task(activity.run())
            while self.is_held() and not stop.is_set() and not running.done():
                await self._rest(stop, running)
            activity.stop()
            await running

    def begin_term(self, term: Term | None, until: float) -> None:
        """Have the duty until then, in seconds of `read_seconds`.  `term`: None where nobody else can have it."""
        self._term, self._until = term, until
        self.changed.wake()

    def renewed(self, until: float) -> None:
        """Have the duty for longer."""
        self._until = until

    def end_term(self) -> Term | None:
        """Act no more; return the term that ends."""
        term, self._term, self._until = self._term, None, -math.inf
        self.changed.wake()
        return term

    @property
    def term(self) -> Term | None:
        """The term this process has, or had until it notices; None without one."""
        return self._term

    async def _rest(self, stop: asyncio.Event, *tasks: asyncio.Task[None]) -> None:
        waits = (asyncio.ensure_future(self.changed.wait(_LOOK_SECONDS)), asyncio.ensure_future(stop.wait()))
        await asyncio.wait((*waits, *tasks), return_when=asyncio.FIRST_COMPLETED)
        for wait in waits:
            wait.cancel()


def held_for_good(name: str) -> Duty:
    """Return a duty that is this process's alone, as where nobody else can use the data."""
    duty = Duty(name)
    duty.begin_term(None, math.inf)
    return duty


class Duties:
    """Every duty this process is ready for."""

    def __init__(self, database: Database, signals: Signals, names: Iterable[str]) -> None:
        """Be ready for duties by name; none is held before `run` or `keep_all`."""
        self._database = database
        self._signals = signals
        self._holder = secrets.token_bytes(16)
        self._duties = {name: Duty(name) for name in names}
        self._renewed_at = -math.inf
        self._stopping = asyncio.Event()

    def __getitem__(self, name: str) -> Duty:
        """Return the duty of this name."""
        return self._duties[name]

    def states(self) -> dict[str, str]:
        """Say of every duty whether this process has it ("held") or another one may ("waiting")."""
        return {name: "held" if duty.is_held() else "waiting" for name, duty in sorted(self._duties.items())}

    def hold_all(self) -> None:
        """Have every duty for good, where no other process can use the data."""
        for duty in self._duties.values():
            duty.begin_term(None, math.inf)

    async def run(self) -> None:
        """Take what is free and keep what is held, until `stop` is called; then give everything back."""
        while not self._stopping.is_set():
            free = self._signals.duties.listen()
            await self.look()
            await free.wait(_LOOK_SECONDS)
        await self._give_back()

    async def look(self) -> None:
        """Renew and take once; trouble with the database passes, and a lease that is not renewed ends by itself."""
        began = read_seconds()
        held = [duty.term for duty in self._duties.values() if duty.term is not None]
        is_due = began - self._renewed_at >= _RENEW_SECONDS
        if len(held) == len(self._duties) and not is_due:
            return
        try:
            kept, taken = await self._database.write(lambda work: self._step(work, held if is_due else []))
        except StorageError as error:
            log.warning("duties", extra={"action": "duties.waiting", "error": error})
            return
        self._note(held if is_due else [], kept, taken, began + LEASE_SECONDS - _MARGIN_SECONDS)
        if is_due:
            self._renewed_at = began

    def stop(self) -> None:
        """End `run`; call it once nothing is done any more for which a duty is needed."""
        self._stopping.set()
        self._signals.duties.wake()

    def _step(self, work: Work, held: list[Term]) -> tuple[list[Term], list[Term]]:
        kept = [term for term in held if leadership.renew(work, term, LEASE_SECONDS)]
        free = [name for name, duty in self._duties.items() if duty.term is None]
        taken = [leadership.take(work, name, self._holder, LEASE_SECONDS) for name in free]
        return kept, [term for term in taken if term is not None]

    def _note(self, asked: list[Term], kept: list[Term], taken: list[Term], until: float) -> None:
        for term in asked:
            if term in kept:
                self._duties[term.name].renewed(until)
            else:
                self._duties[term.name].end_term()
                log.warning("duties", extra={"action": "duties.lost"})
        for term in taken:
            self._duties[term.name].begin_term(term, until)
            log.info("duties", extra={"action": "duties.taken"})

    async def _give_back(self) -> None:
        terms = [term for duty in self._duties.values() if (term := duty.end_term()) is not None]
        if not terms:
            return
        try:
            await self._database.write(lambda work: _give_back(work, terms))
        except StorageError as error:
            log.warning("duties", extra={"action": "duties.unreturned", "error": error})
        self._signals.announce_duties()


def _give_back(work: Work, terms: list[Term]) -> None:
    for term in terms:
        leadership.give_back(work, term)


def read_seconds() -> float:
    """Read a clock that goes on while the process is stopped and, where the system has one, while it sleeps."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))
