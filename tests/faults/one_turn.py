"""A process that takes one delivery and sends what follows from it, on a platform that is a file; killed at will.

It opens its world first and waits until it is told to go, so that whoever watches its calls counts none of those of the
start.  What the platform took stands in `heard`; `confirmed` is there once the delivery need not be repeated.
"""

import asyncio
import contextlib
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from bot.config import Config
from bot.ports import Incoming, Outgoing, Text
from handlers.house.opening import open_world
from handlers.receiving.receive import Receiver
from handlers.sending.deliver import Sender
from handlers.world import World
from storage import outbox
from storage.errors import CommitUnknown, StoreUnavailable
from tests.worlds import LIMITS, MONDAY, TELEGRAM, HandClock, config_in, real_house

_PROVIDER_ID: Final = "900001"
_LOOK_SECONDS, _DELIVERIES = 0.005, 5
# Read where this module is, so that no start has to do it again.
_HOUSE = real_house()
_HOUSE.land()


class FilePlatform:
    """A platform that has a message once its line is in the file."""

    name = TELEGRAM
    limits = LIMITS

    def __init__(self, file: Path) -> None:
        self._file = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)

    async def send(self, address: str, message: Outgoing) -> str | None:
        """Take a message."""
        os.write(self._file, f"{json.dumps([address, message.text])}\n".encode())
        return "1"

    async def acknowledge(self, callback: str) -> None:
        """Hear nothing."""

    async def check(self) -> None:
        """Be there."""

    async def take_back(self, address: str, references: Sequence[str]) -> int:
        """Take nothing back."""
        del address
        return len(references)


def main(arguments: list[str]) -> None:
    """Take words from an address in a folder, and send.  Then come the addresses of two stores that lie elsewhere."""
    folder, address, words, *stores = arguments
    asyncio.run(_run(config_in(Path(folder), *stores), Path(folder), address, words))


async def _run(config: Config, folder: Path, address: str, words: str) -> None:
    platform = FilePlatform(folder / "heard")
    clock = HandClock(MONDAY)
    clock.pass_time(hours=1)
    async with open_world(config, {TELEGRAM: platform}, clock, _HOUSE) as world:
        (folder / "opened").touch()
        while not (folder / "go").exists():  # noqa: ASYNC110 - said by another process
            await asyncio.sleep(_LOOK_SECONDS)
        if not (folder / "confirmed").exists():
            await _receive(Receiver(world), Incoming(TELEGRAM, address, _PROVIDER_ID, Text(words)))
            (folder / "confirmed").touch()
        await _send_all(world, clock)


async def _receive(receiver: Receiver, incoming: Incoming) -> None:
    """Bring a delivery again until it is taken, as a platform does."""
    for _ in range(_DELIVERIES):
        with contextlib.suppress(StoreUnavailable, CommitUnknown):
            await receiver.receive(incoming)
            return


async def _send_all(world: World, clock: HandClock) -> None:
    sender = Sender(world)
    sending = asyncio.create_task(sender.run())
    while await _is_anything_left(world):
        await asyncio.sleep(_LOOK_SECONDS)
        clock.pass_time(seconds=1)
    sender.stop()
    await sending


async def _is_anything_left(world: World) -> bool:
    try:
        states = await world.database.read(outbox.count_states)
    except StoreUnavailable:
        return True
    return bool(states.get("queued", 0) + states.get("sending", 0))


if __name__ == "__main__":
    main(sys.argv[1:])
