"""Say once to everyone who writes while replies pile up that theirs will come."""

import logging

from bot.ports import ChannelName, Incoming, Outgoing
from handlers.speak import WEBCHAT
from handlers.world import World
from storage import outbox
from storage.clients import people
from storage.errors import StorageError
from storage.outbox import Lane
from storage.transaction import Work

log = logging.getLogger(__name__)

#: How often it is looked whether replies pile up.
_LOOK_SECONDS = 5.0
#: A process that has just begun catches up first; one after the other, they would tell everybody again and again.
_CATCHING_UP_SECONDS = 30.0
#: Told in one congestion; beyond it nobody else is, so that what is remembered has an end.
_MOST_TOLD = 50_000


class Congestion:
    """Knows on which channels replies pile up, and who was told of it."""

    def __init__(self, world: World) -> None:
        """Begin with nothing piled up."""
        self._world = world
        self._began = world.clock().timestamp()
        self._looked_at: dict[ChannelName, float] = {}
        self._told: dict[ChannelName, set[str] | None] = {}  # None: nothing piles up there

    async def reassure(self, incoming: Incoming) -> None:
        """Say to whoever wrote that a reply will come, once in each congestion and ahead of what piles up."""
        is_young = 0 <= self._world.clock().timestamp() - self._began < _CATCHING_UP_SECONDS
        if is_young or incoming.group_sender is not None or incoming.channel == WEBCHAT:
            return
        try:
            await self._look(incoming.channel)
            told = self._told[incoming.channel]
            if told is None or incoming.address in told or len(told) >= _MOST_TOLD:
                return
            told.add(incoming.address)
            await self._world.database.write(lambda work: self._say(work, incoming))
        except StorageError as error:  # what was written is taken already; only the kind word is missing
            log.warning("outbox", extra={"action": "outbox.unreassured", "error": error})

    async def _look(self, channel: ChannelName) -> None:
        now = self._world.clock().timestamp()
        if channel in self._told and abs(now - self._looked_at[channel]) < _LOOK_SECONDS:
            return
        self._looked_at[channel] = now
        self._told.setdefault(channel, None)
        if not await self._world.database.read(lambda work: outbox.is_congested(work, [channel])):
            self._told[channel] = None
        elif self._told[channel] is None:
            self._told[channel] = set()

    def _say(self, work: Work, incoming: Incoming) -> None:
        client_id = people.find_client(work, self._world.address_index(incoming.channel, incoming.address))
        script = self._world.script
        language = script.default if client_id is None else people.load_client(work, client_id).language
        sentence = Outgoing(script.say("reply_follows", language))
        outbox.put_farewell(work, incoming.channel, incoming.address, sentence, lane=Lane.NOTICE)
        work.after_commit(self._world.signals.outbox.set)
