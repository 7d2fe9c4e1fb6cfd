"""A broadcast as Singgah sends it: the real sender, its real pace, a real database with a letter for everybody."""

import asyncio
import contextlib
import tempfile
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from math import ceil
from pathlib import Path

from bench.intake import REPLY
from bench.limiters import Platform
from bench.simulated import SimulatedLoop, WatchedDatabase
from bot.config import parse
from bot.ports import ChannelName, Limits, Outgoing, TryLater
from channels.telegram_rates import RATES, limits_at
from handlers.house.opening import open_world
from handlers.sending.deliver import Sender
from handlers.world import World
from storage import outbox
from storage.clients import people
from storage.clients.people import ClientId
from storage.outbox import Lane
from storage.transaction import Work

_BEGAN = datetime(2026, 11, 22, 3, tzinfo=UTC)
_CHANNEL = ChannelName("telegram")
_AT_ONCE = 500


class End:
    """The channel of the measurement: it reaches a platform that is exchanged from one run to the next."""

    name = _CHANNEL
    platform: Platform

    @property
    def limits(self) -> Limits:
        """Tell what the real channel tells."""
        return limits_at(RATES)

    async def send(self, address: str, message: Outgoing) -> str:
        """Carry a message."""
        del message
        wait = await self.platform.send(int(address))
        if wait:
            raise TryLater(ceil(wait))
        return str(len(self.platform.at))

    async def acknowledge(self, callback: str) -> None:
        """Nobody taps."""
        raise AssertionError(callback)

    async def check(self) -> None:
        """Be there."""

    async def take_back(self, address: str, references: Sequence[str]) -> int:
        """Nobody takes anything back."""
        raise AssertionError(address, references)


class Mailing:
    """An installation with people in it, whom letters are put down for."""

    def __init__(self, world: World, end: End, people_there: Sequence[ClientId]) -> None:
        """Use a world that is open; the chat of the first person is number 0."""
        self._world = world
        self._end = end
        self._people = people_there

    @contextlib.asynccontextmanager
    async def sending(self, platform: Platform) -> AsyncIterator[None]:
        """Run the sender towards a platform."""
        self._end.platform = platform
        sender = Sender(self._world)
        running = asyncio.create_task(sender.run())
        yield
        sender.stop()
        await running

    async def put_all(self, chats: Sequence[int]) -> None:
        """Put down a letter of the broadcast for each of these."""
        for start in range(0, len(chats), _AT_ONCE):
            some = chats[start : start + _AT_ONCE]
            await self._world.database.write(partial(self._put, chats=some, lane=Lane.BROADCAST))
        self._world.signals.outbox.set()

    async def reply(self, chat: int) -> None:
        """Put down words of a counsellor."""
        await self._world.database.write(lambda work: self._put(work, [chat], Lane.COUNSELLOR))
        self._world.signals.outbox.set()

    async def count(self) -> int:
        """Count the letters that are not done with."""
        return sum((await self._world.database.read(outbox.count_states)).values())

    def _put(self, work: Work, chats: Sequence[int], lane: Lane) -> None:
        for chat in chats:
            outbox.put(work, people.folder(self._people[chat]), _CHANNEL, lane, Outgoing(REPLY))


@contextlib.asynccontextmanager
async def open_mailing(loop: SimulatedLoop, size: int) -> AsyncIterator[Mailing]:
    """Open an installation in which so many people are reached on Telegram."""
    end = End()
    with tempfile.TemporaryDirectory() as folder:
        config = parse("", str(Path(folder) / "config.toml"))
        clock = lambda: _BEGAN + timedelta(seconds=loop.time())  # noqa: E731 - a clock
        async with open_world(config, {_CHANNEL: end}, clock, needs_land=False) as opened:
            world = replace(opened, database=WatchedDatabase(opened.database, loop))
            there: list[ClientId] = []
            for start in range(0, size, _AT_ONCE):
                some = range(start, min(size, start + _AT_ONCE))
                there += await world.database.write(partial(_welcome, world=world, chats=some))
            yield Mailing(world, end, there)


def _welcome(work: Work, world: World, chats: Sequence[int]) -> list[ClientId]:
    return [
        people.welcome(work, world.address_index(_CHANNEL, str(chat)), _CHANNEL, str(chat), world.script.default)
        for chat in chats
    ]
