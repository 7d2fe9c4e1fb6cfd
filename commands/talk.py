"""`singgah talk`: the same conversation in the terminal, also from a pipe."""

import asyncio
import contextlib
import secrets
import sys
from pathlib import Path

import click

from bot.config import Config
from channels.terminal import TerminalChannel
from channels.terminal import talk as hold_conversation
from commands.settings import config_option, refusals
from handlers.house.opening import open_world
from handlers.receiving.receive import Receiver
from handlers.running import logs
from handlers.sending.deliver import Sender


@click.command()
@config_option()
@click.option("--as", "name", help="Go on with the conversation of this name; without it each one is new.")
@click.option("--log", "log_file", type=click.Path(path_type=Path), help="Write the log to this file.")
def talk(config: Config, name: str | None, log_file: Path | None) -> None:
    """Talk with the service here, one line at a time; numbers tap buttons."""
    logs.set_up(config.log.level if log_file else "error", log_file or sys.stderr)
    with refusals(), contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_converse(config, name or secrets.token_hex(8)))


async def _converse(config: Config, address: str) -> None:
    channel = TerminalChannel(sys.stdout)
    async with open_world(config, {channel.name: channel}) as world:
        receiver, sender = Receiver(world), Sender(world)

        async def deliver() -> None:
            while await sender.send_due():
                pass

        # At a terminal a counsellor's words come at any time; in a pipe each line is answered before the next is read.
        sending = asyncio.create_task(sender.run()) if sys.stdin.isatty() else None
        try:
            await hold_conversation(channel, receiver.receive, deliver, sys.stdin.fileno(), address)
        finally:
            sender.stop()
            if sending is not None:
                await sending
