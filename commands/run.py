"""`singgah run`: everything in one process."""

import asyncio
import contextlib
import gc
import signal
import socket
import sys
from collections.abc import AsyncIterator, Sequence

import click
import uvicorn

from bot.config import Config
from channels.telegram import TelegramChannel
from channels.telegram_errors import TokenRejected
from channels.telegram_polling import persist, poll
from commands.settings import OneLine, config_option, refusals
from commands.telegram import build_telegram, profile_of, report_trouble, webhook_of
from commands.web import build_app
from commands.welcome import sign_in_links, welcome_text
from handlers import logs
from handlers.clock import Clock
from handlers.deliver import Sender
from handlers.opening import open_world
from handlers.receive import Receiver
from handlers.world import World

#: Done when the process is asked to end; carries the reason when it must end by itself.
Ended = asyncio.Future[None]


@click.command()
@config_option()
def run(config: Config) -> None:
    """Run the service: web chat, desk, follow-up, and Telegram if a bot is connected."""
    _open_log(config)
    with refusals(), contextlib.suppress(KeyboardInterrupt):
        asyncio.run(serve(config))


async def serve(config: Config) -> None:
    """Serve until the process is asked to end; what is under way is finished first.

    Raises TokenRejected when Telegram does not know the token at the start.
    """
    listening = listen(config)
    with contextlib.closing(listening):
        telegram = build_telegram(config)
        channels = {} if telegram is None else {telegram.name: telegram}
        ended = _ended_by_signal()
        async with open_world(config, channels) as world:
            gc.freeze()  # what was loaded stays; the collector need not walk over it again and again
            async with _running(world, telegram, listening, ended):
                await asyncio.wait([ended])
    await ended


def listen(config: Config) -> socket.socket:
    """Take the address first, so that a second start says so at once and changes nothing."""
    host, port = config.server.address
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        return socket.create_server((host, port), family=family, reuse_port=False)
    except OSError as error:
        raise OneLine(
            f"cannot listen on {config.server.listen} ({error.strerror}); end the other service or set server.listen"
        ) from None


def _open_log(config: Config) -> None:
    file = config.log.file
    try:
        logs.set_up(config.log.level, file or sys.stderr)
    except OSError as error:
        raise OneLine(f"cannot write to {file} ({error.strerror}); make its folder or change log.file") from None


@contextlib.asynccontextmanager
async def _running(
    world: World, telegram: TelegramChannel | None, listening: socket.socket, ended: Ended
) -> AsyncIterator[None]:
    """Run web, sender, clock and Telegram side by side, and end them in the opposite order."""
    receiver, sender, clock, stop = Receiver(world), Sender(world), Clock(world), asyncio.Event()
    server = uvicorn.Server(_web_settings(build_app(world, receiver)))
    server.capture_signals = contextlib.nullcontext  # type: ignore[assignment, method-assign] # signals are ours
    async with asyncio.TaskGroup() as group:
        group.create_task(server.serve(sockets=[listening]))
        group.create_task(sender.run())
        if telegram is not None:
            group.create_task(_converse(world, telegram, receiver, stop, ended))
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


async def _converse(
    world: World, telegram: TelegramChannel, receiver: Receiver, stop: asyncio.Event, ended: Ended
) -> None:
    """Set the bot up, waiting for the platform if it must, and poll unless it delivers by itself.

    A token that is refused at the start ends the service: somebody is there to read why.  Later on, the web chat and
    the desk go on without Telegram.
    """
    webhook = webhook_of(world.config)
    try:
        ready = await persist(lambda: telegram.set_up(profile_of(world), webhook), stop, report_trouble)
    except TokenRejected as error:
        if not ended.done():
            ended.set_exception(error)
        return
    try:
        if ready is not None and webhook is None:
            await poll(telegram, receiver.receive, stop, report_trouble)
    except Exception as error:  # noqa: BLE001 - the web chat and the desk go on without Telegram
        report_trouble(error)


def _web_settings(app: object) -> uvicorn.Config:
    return uvicorn.Config(
        app,  # type: ignore[arg-type] # Starlette is an ASGI application
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=False,
        proxy_headers=False,
        lifespan="off",
        timeout_graceful_shutdown=3,
    )


def _ended_by_signal(signals: Sequence[signal.Signals] = (signal.SIGINT, signal.SIGTERM)) -> Ended:
    loop = asyncio.get_running_loop()
    ended: Ended = loop.create_future()

    def end() -> None:
        if not ended.done():
            ended.set_result(None)

    for one in signals:
        loop.add_signal_handler(one, end)
    return ended
