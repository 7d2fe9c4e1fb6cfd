"""Send what waits in the outbox: claimed first, sent outside any transaction, marked afterwards."""

import asyncio
import logging
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import groupby

from bot.dialogue.layout import fit
from bot.ports import Channel, ChannelError, ChannelName, Rejected, TryLater, Uncertain, Unreachable
from handlers import handoff
from handlers.world import World
from storage import cases, chats, outbox, people, staffing
from storage.chats import Delivery
from storage.errors import StorageError
from storage.outbox import Letter
from storage.people import ClientId
from storage.transaction import Work

log = logging.getLogger(__name__)

_CLAIMED_AT_ONCE = 50
_IDLE_SECONDS = 1.0
#: At five minutes each more than a day: an outage is waited out before anything is given up.
_MOST_ATTEMPTS = 400
_LONGEST_DELAY_S = 300.0


@dataclass(frozen=True, slots=True)
class Route:
    """Where a letter goes.  `index`: of a client's address, None for staff.  `screen`: the message to replace."""

    channel: Channel
    address: str
    index: bytes | None = None
    screen: str | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a letter.

    `rest`: what was not sent yet.  `reference`: the provider's id of what was sent; `error`: what went wrong.
    """

    letter: Letter
    route: Route | None
    rest: Outgoing
    reference: str | None = None
    error: ChannelError | None = None

    @property
    def waits(self) -> bool:
        """Tell whether the letter will be tried again, so that what comes after it must wait too."""
        match self.error:
            case TryLater():
                return self.letter.attempts < _MOST_ATTEMPTS
            case Uncertain():
                return not self.letter.again
            case _:
                return False


class Sender:
    """Sends for every channel this process speaks on."""

    def __init__(self, world: World) -> None:
        """Send for a world."""
        self._world = world
        self._names = [str(name) for name in world.channels]
        self._stopping = False

    async def run(self) -> None:
        """Send until `stop` is called; what a crash left under way is looked at first."""
        await self._world.database.write(lambda work: outbox.recover(work, self._names))
        while not self._stopping:
            self._world.signals.outbox.clear()
            try:
                sent = await self.send_due()
            except StorageError as error:
                log.warning("outbox", extra={"action": "outbox.waiting", "error": error})
                sent = 0
            if sent == 0 and not self._stopping:
                await self._rest()

    def stop(self) -> None:
        """Finish what is under way and end `run`."""
        self._stopping = True
        self._world.signals.outbox.set()

    async def send_due(self) -> int:
        """Send everything that may go now, once; return how many letters were taken up."""
        claimed = await self._world.database.write(
            lambda work: [
                (letter, self._route(work, letter))
                for letter in outbox.claim(work, self._names, most=_CLAIMED_AT_ONCE)
            ]
        )
        if not claimed:
            return 0
        by_recipient = sorted(claimed, key=lambda pair: pair[0].recipient)
        queues = [list(queue) for _, queue in groupby(by_recipient, key=lambda pair: pair[0].recipient)]
        await asyncio.gather(*(self._send_queue(queue) for queue in queues))
        return len(claimed)

    async def _send_queue(self, queue: Sequence[tuple[Letter, Route | None]]) -> None:
        """Send one recipient's letters in order; after one that must wait, the rest waits behind it."""
        outcomes: list[Outcome] = []
        screen: str | None = None
        for letter, route in queue:
            route = replace(route, screen=screen) if route and screen else route  # noqa: PLW2901 - the newest screen
            outcome = await _send(letter, route)
            outcomes.append(outcome)
            screen = outcome.reference or screen
            if isinstance(outcome.error, TryLater):
                break
        unsent = [letter for letter, _ in queue[len(outcomes) :]]
        await self._world.database.write(lambda work: self._settle(work, outcomes, unsent))

    def _route(self, work: Work, letter: Letter) -> Route | None:
        channel = self._world.channels[ChannelName(letter.channel)]
        if letter.to is not None:
            return Route(channel, letter.to)
        staff = staffing.address_in(work, letter.recipient, letter.channel)
        if staff is not None:
            return Route(channel, staff.address)
        client = people.address_on(work, ClientId(letter.recipient), letter.channel)
        return None if client is None else Route(channel, client.address, client.index, client.screen)

    def _settle(self, work: Work, outcomes: Iterable[Outcome], unsent: Sequence[Letter]) -> None:
        for outcome in outcomes:
            self._settle_one(work, outcome)
        if unsent:
            outbox.put_back(work, unsent, timedelta())

    def _settle_one(self, work: Work, outcome: Outcome) -> None:
        letter, route = outcome.letter, outcome.route
        match outcome.error:
            case None:
                outbox.mark_sent(work, letter)
                self._mark(work, letter, Delivery.SENT)
                if route and route.index and outcome.reference and letter.message.keys:
                    people.set_screen(work, ClientId(letter.recipient), route.index, outcome.reference)
            case TryLater(seconds=seconds):
                self._retry(work, letter, seconds)
            case Unreachable():
                self._forget(work, letter)
            case Uncertain() if letter.attempts < 2:  # noqa: PLR2004 - once more at most
                outbox.put_back(work, [letter], timedelta(seconds=_delay(letter.attempts)))
            case Uncertain():
                outbox.park(work, letter, "uncertain")
                self._mark(work, letter, Delivery.UNCERTAIN)
            case _:
                outbox.park(work, letter, "failed")
                self._mark(work, letter, Delivery.FAILED)

    def _retry(self, work: Work, letter: Letter, seconds: float) -> None:
        if letter.attempts >= _MOST_ATTEMPTS:
            outbox.park(work, letter, "failed")
            self._mark(work, letter, Delivery.FAILED)
        else:
            outbox.put_back(work, [letter], timedelta(seconds=max(seconds, _delay(letter.attempts))))

    def _forget(self, work: Work, letter: Letter) -> None:
        """Forget an address that is gone; a counsellor who spoke to it is told."""
        outbox.mark_sent(work, letter)
        self._mark(work, letter, Delivery.FAILED)
        if letter.to is not None:
            return
        if staffing.address_in(work, letter.recipient, letter.channel) is not None:
            staffing.unlink(work, letter.recipient, letter.channel)
            return
        client_id = ClientId(letter.recipient)
        people.forget_address(work, client_id, letter.channel)
        case = cases.open_case_of(work, client_id)
        if case is not None:
            handoff.tell_staff_of(work, self._world, case, "staff_unreachable")

    def _mark(self, work: Work, letter: Letter, delivery: Delivery) -> None:
        if letter.message_id is not None:
            case_id = chats.mark(work, letter.message_id, delivery)
            if case_id is not None:
                work.after_commit(lambda: self._world.signals.wake_page(case_id))

    async def _rest(self) -> None:
        try:
            await asyncio.wait_for(self._world.signals.outbox.wait(), _IDLE_SECONDS)
        except TimeoutError:
            pass


async def _send(letter: Letter, route: Route | None) -> Outcome:
    if route is None:
        return Outcome(letter, None, error=Unreachable("no address left"))
    message = replace(letter.message, replaces=route.screen if letter.replace else None)
    reference: str | None = None
    try:
        for piece in fit(message, route.channel.limits):
            reference = await route.channel.send(route.address, piece)
    except ChannelError as error:
        log.info("outbox", extra={"action": "outbox.unsent", "channel": letter.channel, "error": error})
        return Outcome(letter, route, error=error)
    except Exception as error:  # noqa: BLE001 - a letter that breaks a channel must not stop the others
        log.exception("outbox", extra={"action": "outbox.broken", "channel": letter.channel, "error": error})
        return Outcome(letter, route, error=Rejected(type(error).__name__))
    return Outcome(letter, route, reference)


def _delay(attempts: int) -> float:
    """Back off from one second to five minutes, with a jitter of half."""
    longest = min(2.0 ** (attempts - 1), _LONGEST_DELAY_S)
    return longest * (0.5 + secrets.randbelow(1000) / 2000)
