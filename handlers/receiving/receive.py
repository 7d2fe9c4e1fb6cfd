"""Take what channels deliver: one lane per person, one transaction per delivery, nothing confirmed before it."""

import asyncio
import logging
import time
from weakref import WeakValueDictionary

from bot.care.safety import Calm, screen
from bot.dialogue.effects import Message
from bot.dialogue.script import Command
from bot.ports import Blocked, Channel, Crowded, Incoming, Moved, Other, Outgoing, Tap, Text
from handlers.conversing.phrases import NoPhraseReady
from handlers.receiving import turn
from handlers.receiving.attempts import Attempts
from handlers.receiving.congestion import Congestion
from handlers.receiving.limits import MOST_ACKNOWLEDGING, RETURN_PHRASES
from handlers.running.tally import TurnEnd
from handlers.sending.hatch import Handing
from handlers.speak import WEBCHAT, to_client
from handlers.world import World
from storage import outbox
from storage.clients import people
from storage.errors import Closed, CommitUnknown, Overloaded, Overtaken, StoreUnavailable
from storage.receiving import deliveries, tries
from storage.team import staffing
from storage.transaction import Work

log = logging.getLogger(__name__)

#: The store did not take it: nothing is wrong with the delivery, and the platform keeps it.
_REPEATABLE = (StoreUnavailable, CommitUnknown, Overloaded, Closed, Crowded)
#: Nobody can flood the service from its own machine but who runs it.
_OWN_MACHINE = "terminal"
#: Finds nobody: what a phrase that is not looked at is taken for.
_NOBODYS_PHRASE = bytes(16)


class Receiver:
    """Receives deliveries of every channel in this process."""

    def __init__(self, world: World) -> None:
        """Receive for a world."""
        self._world = world
        self._lanes: WeakValueDictionary[tuple[str, str], asyncio.Lock] = WeakValueDictionary()
        self._acknowledging: set[asyncio.Task[None]] = set()
        self._congestion = Congestion(world)
        self._attempts = Attempts(world)

    async def receive(self, incoming: Incoming) -> None:
        """Take one delivery; returns once everything that follows from it is durable.

        A delivery that fails five times is parked, its lane goes on and the person gets a kind sentence.  Raises
        StoreUnavailable, CommitUnknown, Overloaded, Closed or Crowded when it can not be stored now: the platform must
        keep the delivery and repeat it.  What is beyond the limits of its address is not taken and not repeated.
        """
        lane = self._lane(incoming)
        began = time.monotonic()
        async with lane:
            if await self._may_speak(incoming):
                await self._take_counted(incoming)
            else:
                self._world.tally.note_turn(incoming.channel, TurnEnd.SLOWED)
                await self._slow_down(incoming)
        self._world.tally.note_turn_time(time.monotonic() - began)
        self._acknowledge(incoming)
        await self._congestion.reassure(incoming)

    async def _may_speak(self, incoming: Incoming) -> bool:
        """Tell whether an address may be heard now; danger and staff always are."""
        source, now = (incoming.channel, incoming.address), self._world.clock().timestamp()
        if incoming.channel == _OWN_MACHINE or self._world.allowances.messages.take(source, now):
            return True
        if _is_urgent(self._world, incoming):
            return True
        # Whoever was warned a moment ago is not staff: a flood costs no look into the database.
        was_warned = self._world.allowances.warnings.spent(source, now) > 0
        return not was_warned and await self._is_staff(incoming)

    async def _is_staff(self, incoming: Incoming) -> bool:
        if incoming.group_sender is not None or incoming.channel == WEBCHAT:
            return False
        index = self._world.address_index(incoming.channel, incoming.address)
        return await self._world.database.read(lambda work: staffing.find_staff(work, index)) is not None

    async def _slow_down(self, incoming: Incoming) -> None:
        source, now = (incoming.channel, incoming.address), self._world.clock().timestamp()
        if self._world.allowances.warnings.take(source, now):
            await self._world.database.write(lambda work: _say_once(work, self._world, incoming, "too_fast"))

    async def _take_counted(self, incoming: Incoming) -> None:
        try:
            end = await self._take(incoming)
        except _REPEATABLE:
            self._world.tally.note_turn(incoming.channel, TurnEnd.REPEATED)
            raise
        self._world.tally.note_turn(incoming.channel, end)

    async def _take(self, incoming: Incoming) -> TurnEnd:
        index = self._world.delivery_index(incoming.channel, incoming.provider_id)
        if await self._attempts.has_given_up(index):
            await self._say_given_up(incoming, index)
            return TurnEnd.DEAD
        with self._attempts.noting(index, incoming.channel):
            return await self._try(incoming, index)

    async def _try(self, incoming: Incoming, index: bytes) -> TurnEnd:
        prepared = await self._prepare(incoming)
        for _ in range(deliveries.MAX_ATTEMPTS):
            try:
                end = await self._take_at_hatch(incoming, index, prepared)
            except _REPEATABLE:
                raise
            except Overtaken:
                continue  # another process was faster; nothing is wrong with the delivery
            except NoPhraseReady:
                await self._world.phrases.make_ready()
            except Exception as error:
                log.exception("turn", extra={"action": "turn.failed", "channel": incoming.channel, "error": error})
                self._world.tally.note_turn(incoming.channel, TurnEnd.STUMBLED)
                if await self._stumble(incoming, index, type(error).__name__):
                    return TurnEnd.DEAD
            else:
                return end
        raise StoreUnavailable("the delivery was not taken in five attempts; it is repeated")

    async def _take_at_hatch(self, incoming: Incoming, index: bytes, prepared: turn.Prepared) -> TurnEnd:
        """Take a delivery so that its answer is on its way with the commit, if the sender is here and has time."""
        with self._world.hatch.reach(incoming.channel) as handing:
            if handing is None:
                # Woken now, the sender asks for what the turn is about to put, and shares its commit.
                self._world.signals.outbox.expect()
            return await self._world.database.write(
                lambda work: self._take_once(work, incoming, index, prepared, handing)
            )

    def _take_once(
        self, work: Work, incoming: Incoming, index: bytes, prepared: turn.Prepared, handing: Handing | None
    ) -> TurnEnd:
        """Take a delivery; of one that was given up, here or by a process that is gone, the person is told once."""
        if turn.take(work, self._world, incoming, prepared):
            if handing is not None:
                handing.claim(work)
            return TurnEnd.TAKEN
        if not deliveries.note_told(work, index):
            return TurnEnd.TAKEN
        _say_once(work, self._world, incoming, "error_kind")
        return TurnEnd.DEAD

    async def _stumble(self, incoming: Incoming, index: bytes, name: str) -> bool:
        """Count a failure; True when the delivery is given up, and the person was told if that is possible at all."""
        database = self._world.database
        dead = await database.write(lambda work: deliveries.stumble(work, index, incoming.channel, name))
        if dead:
            await self._say_given_up(incoming, index)
        return dead

    async def _say_given_up(self, incoming: Incoming, index: bytes) -> None:
        def say(work: Work) -> None:
            if deliveries.note_told(work, index):
                _say_once(work, self._world, incoming, "error_kind")

        try:
            await self._world.database.write(say)
        except _REPEATABLE:
            raise
        except Exception as error:
            log.exception("turn", extra={"action": "turn.unsaid", "channel": incoming.channel, "error": error})

    async def _prepare(self, incoming: Incoming) -> turn.Prepared:
        """Hash a typed return phrase before the transaction; everything else needs no preparation."""
        if not isinstance(incoming.content, Text) or incoming.group_sender is not None:
            return turn.Prepared()
        phrase = self._world.phrases.read(incoming.content.text)
        if phrase is None:
            return turn.Prepared()
        if not await self._may_try(incoming):
            return turn.Prepared(_NOBODYS_PHRASE)
        return turn.Prepared(await self._world.phrases.find_index(phrase))

    async def _may_try(self, incoming: Incoming) -> bool:
        """Count a try at a return phrase, in all processes together; too many in this one alone are refused first."""
        if not self._world.allowances.all_return_phrases.take("all", self._world.clock().timestamp()):
            return False
        index = self._world.keyring.index("tries.phrase", f"{incoming.channel} {incoming.address}")
        most, seconds = RETURN_PHRASES.most, RETURN_PHRASES.seconds
        return await self._world.database.write(lambda work: tries.take(work, index, most, seconds))

    def _acknowledge(self, incoming: Incoming) -> None:
        """Tell the platform that a tap was heard, while the next delivery is taken already."""
        channel = self._world.channels.get(incoming.channel)
        if channel is None or not isinstance(incoming.content, Tap) or not incoming.content.callback:
            return
        if len(self._acknowledging) < MOST_ACKNOWLEDGING:
            task = asyncio.create_task(_acknowledge(channel, incoming.content.callback))
            self._acknowledging.add(task)
            task.add_done_callback(self._acknowledging.discard)

    def _lane(self, incoming: Incoming) -> asyncio.Lock:
        key = (incoming.channel, incoming.address)
        lane = self._lanes.get(key)
        if lane is None:
            lane = self._lanes[key] = asyncio.Lock()
        return lane


async def _acknowledge(channel: Channel, callback: str) -> None:
    try:
        await channel.acknowledge(callback)
    except Exception as error:  # noqa: BLE001 - a button that looks busy for a while; the tap was taken
        log.debug("tap", extra={"action": "tap.unacknowledged", "channel": channel.name, "error": error})


def _is_urgent(world: World, incoming: Incoming) -> bool:
    """Tell whether somebody may be in danger, or the platform itself speaks."""
    match incoming.content:
        case Text(words) | Other(_, words):
            is_asked = world.script.command(words.strip()) is Command.EMERGENCY
            return is_asked or not isinstance(screen(words, world.script.dangers), Calm)
        case Tap(token):
            return token.rpartition(":")[2] == Command.EMERGENCY
        case Blocked() | Moved():
            return True
        case _:
            return False


def _say_once(work: Work, world: World, incoming: Incoming, phrase: str) -> None:
    """Say one of the service's own sentences outside the conversation, if that is possible at all."""
    if incoming.group_sender is not None:
        return
    client_id = people.find_client(work, world.address_index(incoming.channel, incoming.address))
    if client_id is not None:
        language = people.load_client(work, client_id).language
        to_client(work, world, client_id, [Message(world.script.say(phrase, language))])
    elif incoming.channel != WEBCHAT:  # the first message of somebody new, or staff: nothing is stored to answer to
        sentence = Outgoing(world.script.say(phrase, world.script.default))
        outbox.put_farewell(work, incoming.channel, incoming.address, sentence)
        work.after_commit(world.signals.outbox.set)
