"""Run the parts one process has: each duty by one process at a time, everything else side by side."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import uvicorn

from bot.ports import ChannelName
from commands.parts import Part
from commands.place import Place
from commands.sealed import web_settings
from commands.web import Station, build_app
from handlers.broadcasts.pictures import StoredPictures
from handlers.keeping import auditing
from handlers.receiving.receive import Receiver
from handlers.running.clock import Clock
from handlers.running.duties import TICK, Duties, Duty
from handlers.sending.deliver import Sender
from handlers.world import World
from storage.engine.occupancy import is_for_many

if TYPE_CHECKING:
    from channels.telegram import TelegramChannel


@dataclass(slots=True)
class Receiving:
    """Has one platform bring what is sent to the bot."""

    world: World
    telegram: "TelegramChannel"
    receiver: Receiver
    ended: asyncio.Future[None]
    _stopped: asyncio.Event

    async def run(self) -> None:
        """Receive until `stop` is called."""
        from commands.telegram import converse  # noqa: PLC0415 - loaded only where there is a bot

        await converse(self.world, self.telegram, self.receiver, self._stopped, self.ended)
        self.world.signals.receiving.discard(self.telegram.name)

    def stop(self) -> None:
        """End `run`."""
        self._stopped.set()


@contextlib.asynccontextmanager
async def running(
    world: World, telegram: "TelegramChannel | None", place: Place, parts: frozenset[Part], ended: asyncio.Future[None]
) -> AsyncIterator[None]:
    """Run everything this process does, and end it in the opposite order: duties are given back at the very end."""
    receiver, stop = Receiver(world), asyncio.Event()
    if telegram is not None:
        telegram.show_from(StoredPictures(world.database))
    duties = Duties(world.database, world.signals, _name_duties(world, parts))
    async with _sharing(world, duties, parts), asyncio.TaskGroup() as group:
        station = Station(parts, duties.states)
        server = uvicorn.Server(web_settings(build_app(world, receiver, station)))
        server.capture_signals = contextlib.nullcontext  # type: ignore[assignment, method-assign] # signals are ours
        group.create_task(server.serve(sockets=[place.listening]))
        if Part.SEND in parts:
            for name in world.channels:
                group.create_task(_send(world, name, duties[_sending(name)], stop))
        if Part.RECEIVE in parts and telegram is not None:
            duty = duties[_receiving(telegram.name)]
            group.create_task(duty.perform(lambda: Receiving(world, telegram, receiver, ended, asyncio.Event()), stop))
        clock = Clock(world, duties[TICK] if Part.TICK in parts else Duty(TICK))
        clock.start()
        try:
            yield
        finally:
            stop.set()
            clock.stop()
            server.should_exit = True
    if Part.TICK in parts:
        await auditing.sign_quietly(world)  # nobody would notice what was cut off until the next start
    if telegram is not None:
        await telegram.close()


async def _send(world: World, name: ChannelName, duty: Duty, stop: asyncio.Event) -> None:
    own = replace(world, channels={name: world.channels[name]})
    await duty.perform(lambda: Sender(own, duty.is_held, duty.check), stop)


@contextlib.asynccontextmanager
async def _sharing(world: World, duties: Duties, parts: frozenset[Part]) -> AsyncIterator[None]:
    """Share duties and news with other processes; where there can be none, have every duty for good."""
    url = world.config.storage.url
    if not is_for_many(url):
        duties.hold_all()
        yield
        return
    from storage.engine.notices import Notices  # noqa: PLC0415 - the driver of PostgreSQL, which SQLite need not wait for

    notices = Notices(url, world.signals.hear)
    world.signals.share(notices.tell, lambda folder: world.keyring.index("notice", folder.hex()))
    world.signals.outbox.is_ours = lambda: (
        Part.SEND in parts and all(duties[_sending(name)].is_held() for name in world.channels)
    )
    async with _beside(notices.run, notices.end):
        await duties.look()  # what is free is held before anything begins
        async with _beside(duties.run, duties.stop):
            yield


@contextlib.asynccontextmanager
async def _beside(run: Callable[[], Awaitable[None]], stop: Callable[[], None]) -> AsyncIterator[None]:
    async def go_on() -> None:
        await run()

    async with asyncio.TaskGroup() as group:
        group.create_task(go_on())
        try:
            yield
        finally:
            stop()


def _name_duties(world: World, parts: frozenset[Part]) -> list[str]:
    names = [TICK] if Part.TICK in parts else []
    for name in world.channels:
        names += [_sending(name)] if Part.SEND in parts else []
        names += [_receiving(name)] if Part.RECEIVE in parts else []
    return names


def _sending(channel: ChannelName) -> str:
    return f"send:{channel}"


def _receiving(channel: ChannelName) -> str:
    return f"poll:{channel}"
