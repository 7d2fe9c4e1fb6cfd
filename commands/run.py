"""`singgah run`: everything in one process."""

import asyncio
import contextlib
import gc
import signal
import socket
import sys
from collections.abc import AsyncIterator, Sequence
from typing import TYPE_CHECKING

import click
import uvicorn

from bot.config import Config
from commands.hardening import protect_memory
from commands.sealed import open_keys, web_settings
from commands.settings import OneLine, config_option, refusals
from commands.web import build_app
from commands.welcome import sign_in_links, welcome_text
from handlers import logs
from handlers.clock import Clock
from handlers.deliver import Sender
from handlers.opening import open_world
from handlers.receive import Receiver
from handlers.world import World

if TYPE_CHECKING:
    from channels.telegram import TelegramChannel

#: Done when the process is asked to end; carries the reason when it must end by itself.
Ended = asyncio.Future[None]


@click.command()
@config_option()
def run(config: Config) -> None:
    """Run the service: web chat, desk, follow-up, and Telegram if a bot is connected."""
    protect_memory()
    _open_log(config)
    with refusals(), contextlib.suppress(KeyboardInterrupt):
        asyncio.run(serve(config))


async def serve(config: Config) -> None:
    """Serve until the process is asked to end; what is under way is finished first.

    Raises TokenRejected when Telegram does not know the token at the start.
    """
    listening = listen(config)
    with contextlib.closing(listening):
        telegram = _build_telegram(config)
        channels = {} if telegram is None else {telegram.name: telegram}
        ended = _ended_by_signal()
        keyring = await open_keys(config, listening, ended)
        if keyring is not None:
            async with open_world(config, channels, keyring=keyring) as world:
                gc.freeze()  # what was loaded stays; the collector need not walk over it again and again
                async with _running(world, telegram, listening, ended):
                    await asyncio.wait([ended])
    await ended


def listen(config: Config) -> socket.socket:
    """Take the address first, so that a second start says so at once and changes nothing."""
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


def _build_telegram(config: Config) -> "TelegramChannel | None":
    # The library takes a fifth of a second and 20 MiB, which a service without a bot need not spend.
    if config.channels.telegram.token_file is None:
        return None
    from commands.telegram import build_telegram  # noqa: PLC0415

    return build_telegram(config)


def _open_log(config: Config) -> None:
    file = config.log.file
    try:
        logs.set_up(config.log.level, file or sys.stderr)
    except OSError as error:
        raise OneLine(f"cannot write to {file} ({error.strerror}); make its folder or change log.file") from None


@contextlib.asynccontextmanager
async def _running(
    world: World, telegram: "TelegramChannel | None", listening: socket.socket, ended: Ended
) -> AsyncIterator[None]:
    """Run web, sender, clock and Telegram side by side, and end them in the opposite order."""
    receiver, sender, clock, stop = Receiver(world), Sender(world), Clock(world), asyncio.Event()
    server = uvicorn.Server(web_settings(build_app(world, receiver)))
    server.capture_signals = contextlib.nullcontext  # type: ignore[assignment, method-assign] # signals are ours
    async with asyncio.TaskGroup() as group:
        group.create_task(server.serve(sockets=[listening]))
        group.create_task(sender.run())
        if telegram is not None:
            from commands.telegram import converse  # noqa: PLC0415 - see above

            group.create_task(converse(world, telegram, receiver, stop, ended))
        clock.start()
        links = await sign_in_links(world)
        sys.stdout.write(welcome_text(world.config, links, telegram=telegram is not None))
        sys.stdout.flush()
        try:
            yield
        finally:
            stop.set()
            clock.stop()
            server.should_exit = True
            sender.stop()
    if telegram is not None:
        await telegram.close()


def _ended_by_signal(signals: Sequence[signal.Signals] = (signal.SIGINT, signal.SIGTERM)) -> Ended:
    loop = asyncio.get_running_loop()
    ended: Ended = loop.create_future()

    def end() -> None:
        if not ended.done():
            ended.set_result(None)

    for one in signals:
        loop.add_signal_handler(one, end)
    return ended
