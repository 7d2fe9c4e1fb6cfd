"""Take the address and, with SQLite, the data; whoever finds the data taken waits until the other ends."""

import asyncio
import contextlib
import socket
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Final

from bot.config import Config
from commands.closed import Closed, build_closed_app
from commands.sealed import serving
from commands.settings import OneLine
from handlers.house.opening import make_folders, read_house
from storage.engine.occupancy import Occupancy, Occupied, is_for_many, is_occupied, occupy

_LOOK_SECONDS: Final = 0.2
#: The address of a process that ended is free a moment later at most.
_ADDRESS_SECONDS: Final = 5.0
_WAITING: Final = "Another Singgah uses this data; waiting until it ends"


@dataclass(slots=True)
class Place:
    """Where a process serves.  `occupancy`: None on PostgreSQL, which many share."""

    listening: socket.socket
    occupancy: Occupancy | None

    def close(self) -> None:
        """Leave the address, then the data."""
        self.listening.close()
        if self.occupancy is not None:
            self.occupancy.close()


async def take_place(config: Config, ended: asyncio.Future[None]) -> Place | None:
    """Take the address first, so that a second start elsewhere says so at once and changes nothing.

    Where another process uses the same data this one waits; None when it is to end before that is over.
    """
    if is_for_many(config.storage.url):
        return Place(listen(config), None)
    try:
        listening = listen(config)
    except OneLine:
        if not is_occupied(config.storage.url):
            raise
        listening = None
    make_folders(config)
    occupancy = _try(config) or await _wait(config, listening, ended)
    if occupancy is None:
        if listening is not None:
            listening.close()
        return None
    return Place(listening or await _listen_soon(config), occupancy)


def listen(config: Config) -> socket.socket:
    """Take the address.  Raises OneLine when another process has it."""
    host, port = config.server.address
    # The protocol is named because asyncio sends small answers without delay only where it can see that this is TCP.
    listening = socket.socket(
        socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP
    )
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
        listening.listen()
    except OSError as error:
        listening.close()
        raise OneLine(
            f"cannot listen on {config.server.listen} ({error.strerror}); end the other service or set server.listen"
        ) from None
    return listening


def _try(config: Config) -> Occupancy | None:
    try:
        return occupy(config.storage.url)
    except Occupied:
        return None


async def _wait(config: Config, listening: socket.socket | None, ended: asyncio.Future[None]) -> Occupancy | None:
    sys.stderr.write(f"{_WAITING}\n")
    sys.stderr.flush()
    occupancy = None
    async with _answering(config, listening):
        while occupancy is None and not ended.done():
            await asyncio.wait([ended], timeout=_LOOK_SECONDS)
            occupancy = _try(config)
    if occupancy is not None and ended.done():
        occupancy.close()
        return None
    return occupancy


@contextlib.asynccontextmanager
async def _answering(config: Config, listening: socket.socket | None) -> AsyncIterator[None]:
    """Say where there is an address that this process waits, and to people whom to call."""
    if listening is None:
        yield
        return
    house = await asyncio.to_thread(read_house, config)
    secure = config.server.url.startswith("https://")
    async with serving(build_closed_app(house.content.script, Closed.WAITING, secure=secure), listening):
        yield


async def _listen_soon(config: Config) -> socket.socket:
    """Take the address of the process that has just ended."""
    for _ in range(round(_ADDRESS_SECONDS / _LOOK_SECONDS)):
        with contextlib.suppress(OneLine):
            return listen(config)
        await asyncio.sleep(_LOOK_SECONDS)
    return listen(config)
