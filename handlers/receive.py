"""Take what channels deliver: one lane per person, one transaction per delivery, nothing confirmed before it."""

import asyncio
import logging
from weakref import WeakValueDictionary

from bot.dialogue.effects import Message
from bot.ports import Incoming, Outgoing, Tap, Text
from handlers import turn
from handlers.speak import WEBCHAT, to_client
from handlers.world import World
from storage import deliveries, outbox, people
from storage.conversations import ConversationMoved
from storage.errors import Closed, CommitUnknown, Overloaded, StoreUnavailable
from storage.transaction import Work

log = logging.getLogger(__name__)

#: The store did not take it: nothing is wrong with the delivery, and the platform keeps it.
_REPEATABLE = (StoreUnavailable, CommitUnknown, Overloaded, Closed)


class Receiver:
    """Receives deliveries of every channel in this process."""

    def __init__(self, world: World) -> None:
        """Receive for a world."""
        self._world = world
        self._lanes: WeakValueDictionary[tuple[str, str], asyncio.Lock] = WeakValueDictionary()

    async def receive(self, incoming: Incoming) -> None:
        """Take one delivery; returns once everything that follows from it is durable.

        A delivery that fails five times is parked, its lane goes on and the person gets a kind sentence.  Raises
        StoreUnavailable, CommitUnknown, Overloaded or Closed when nothing can be stored now: the platform must keep
        the delivery and repeat it.
        """
        lane = self._lane(incoming)
        async with lane:
            await self._take(incoming)
        await self._acknowledge(incoming)

    async def _take(self, incoming: Incoming) -> None:
        prepared = await self._prepare(incoming)
        index = self._world.delivery_index(incoming.channel, incoming.provider_id)
        for _ in range(deliveries.MAX_ATTEMPTS):
            try:
                await self._world.database.write(lambda work: turn.take(work, self._world, incoming, prepared))
            except _REPEATABLE:
                raise
            except ConversationMoved:
                continue  # another process was faster; nothing is wrong with the delivery
            except Exception as error:
                log.exception("turn", extra={"action": "turn.failed", "channel": incoming.channel, "error": error})
                if await self._stumble(incoming, index, type(error).__name__):
                    return
            else:
                return

    async def _stumble(self, incoming: Incoming, index: bytes, name: str) -> bool:
        """Count a failure; True when the delivery is given up, and the person was told if that is possible at all."""
        database = self._world.database
        dead = await database.write(lambda work: deliveries.stumble(work, index, incoming.channel, name))
        if dead:
            try:
                await database.write(lambda work: _apologise(work, self._world, incoming))
            except _REPEATABLE:
                raise
            except Exception as error:
                log.exception("turn", extra={"action": "turn.unsaid", "channel": incoming.channel, "error": error})
        return dead

    async def _prepare(self, incoming: Incoming) -> turn.Prepared:
        """Hash a typed return phrase before the transaction; everything else needs no preparation."""
        if not isinstance(incoming.content, Text) or incoming.group_sender is not None:
            return turn.Prepared()
        return turn.Prepared(await asyncio.to_thread(self._world.phrases.find_index, incoming.content.text))

    async def _acknowledge(self, incoming: Incoming) -> None:
        channel = self._world.channels.get(incoming.channel)
        if channel is not None and isinstance(incoming.content, Tap) and incoming.content.callback:
            await channel.acknowledge(incoming.content.callback)

    def _lane(self, incoming: Incoming) -> asyncio.Lock:
        key = (incoming.channel, incoming.address)
        lane = self._lanes.get(key)
        if lane is None:
            lane = self._lanes[key] = asyncio.Lock()
        return lane


def _apologise(work: Work, world: World, incoming: Incoming) -> None:
    if incoming.group_sender is not None:
        return
    client_id = people.find_client(work, world.address_index(incoming.channel, incoming.address))
    if client_id is not None:
        language = people.load_client(work, client_id).language
        to_client(work, world, client_id, [Message(world.script.say("error_kind", language))])
    elif incoming.channel != WEBCHAT:  # the first message of somebody new, or staff: nothing is stored to answer to
        sentence = Outgoing(world.script.say("error_kind", world.script.default))
        outbox.put_farewell(work, incoming.channel, incoming.address, sentence)
        work.after_commit(world.signals.outbox.set)
