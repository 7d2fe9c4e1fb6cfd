"""Singgah as it runs: real content, real keys, SQLite with a sync at every commit."""

import asyncio
import contextlib
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

from sqlalchemy import func, select

from bench.driving import Contender
from bench.intake import Delivery
from bench.null_server import NullServer
from bot.config import parse
from bot.ports import Channels
from channels.telegram import TelegramChannel
from channels.telegram_rates import Rates
from channels.telegram_updates import read_update
from handlers.house.opening import open_world
from handlers.receiving.receive import Receiver
from handlers.sending.deliver import Sender
from handlers.world import World
from storage import outbox
from storage.tables import seen

_LOOK_SECONDS = 0.001


@contextlib.asynccontextmanager
async def open_to_commit() -> AsyncIterator[Contender]:
    """Open Singgah with nobody sending: an update is taken when its answer is durable in the outbox."""
    async with _open({}) as world:
        yield _ToCommit(world)


@contextlib.asynccontextmanager
async def open_to_sent() -> AsyncIterator[Contender]:
    """Open Singgah with its sender: an update is taken when the answer has left through the Telegram channel."""
    server = NullServer()
    channel = TelegramChannel("7:bench", rates=Rates(10_000, 10_000, 10_000), server=server)
    async with _open({channel.name: channel}) as world:
        sender = Sender(world)
        sending = asyncio.create_task(sender.run())
        yield _ToSent(world, server)
        sender.stop()
        await sending


class _ToCommit:
    def __init__(self, world: World) -> None:
        self._world = world
        self._receiver = Receiver(world)

    async def take(self, delivery: Delivery) -> None:
        incoming = read_update(delivery.raw).incoming
        if incoming is None:
            raise AssertionError("an update of the intake was not understood")
        await self._receiver.receive(incoming)

    async def kept(self) -> int:
        return await self._world.database.read(
            lambda work: work.data.execute(select(func.count()).select_from(seen)).scalar_one()
        )

    async def settle(self) -> None:
        """Everything is durable already."""


class _ToSent(_ToCommit):
    def __init__(self, world: World, server: NullServer) -> None:
        super().__init__(world)
        self._server = server

    async def take(self, delivery: Delivery) -> None:
        await super().take(delivery)
        await self._server.wait_for(delivery.chat)

    async def settle(self) -> None:
        while await self._world.database.read(outbox.count_states):  # noqa: ASYNC110 - the outbox is a table
            await asyncio.sleep(_LOOK_SECONDS)


@contextlib.asynccontextmanager
async def _open(channels: Channels) -> AsyncIterator[World]:
    with tempfile.TemporaryDirectory() as folder:
        async with open_world(parse("", str(Path(folder) / "config.toml")), channels) as world:
            yield world
