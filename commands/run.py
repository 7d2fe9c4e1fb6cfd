"""`singgah run`: the service, whole or in parts."""

import asyncio
import contextlib
import gc
import signal
import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import click
import msgspec

from bot.config import Config
from commands.hardening import protect_memory
from commands.parts import Part, choose_parts
from commands.place import Place, take_place
from commands.sealed import open_keys
from commands.settings import OneLine, config_option, refusals
from commands.station import running
from commands.welcome import sign_in_links, welcome_text
from handlers.house.opening import open_world
from handlers.running import logs
from handlers.world import World

if TYPE_CHECKING:
    from channels.telegram import TelegramChannel

_LARGEST_PORT, _LONGEST_PORT = 65_535, 5
#: Done when the process is asked to end; carries the reason when it must end by itself.
Ended = asyncio.Future[None]


@click.command()
@config_option()
@click.option(
    "--role",
    "roles",
    type=click.Choice([part.value for part in Part]),
    multiple=True,
    help="Run this part only; name it again for more.  Needs PostgreSQL.  Without it everything runs here.",
)
@click.option("--listen", metavar="HOST:PORT", help="Serve here in place of server.listen, for several on one machine.")
def run(config: Config, roles: tuple[str, ...], listen: str | None) -> None:
    """Run the service: web chat, desk, follow-up, and Telegram if a bot is connected."""
    protect_memory()
    parts = choose_parts(config, roles)
    _open_log(config)
    with refusals(), contextlib.suppress(KeyboardInterrupt):
        asyncio.run(serve(_listen_on(config, listen), parts))


async def serve(config: Config, parts: frozenset[Part]) -> None:
    """Serve until the process is asked to end; what is under way is finished first.

    Raises TokenRejected when Telegram does not know the token at the start.
    """
    telegram = _build_telegram(config)
    ended = _ended_by_signal()
    place = await take_place(config, ended)
    if place is not None:
        with contextlib.closing(place):
            await _serve_at(place, config, parts, telegram, ended)
    await ended


async def _serve_at(
    place: Place, config: Config, parts: frozenset[Part], telegram: "TelegramChannel | None", ended: Ended
) -> None:
    channels = {} if telegram is None else {telegram.name: telegram}
    keyring = await open_keys(config, place.listening, ended)
    if keyring is None:
        return
    async with contextlib.AsyncExitStack() as opened:
        with _kept_for_good():
            world = await opened.enter_async_context(open_world(config, channels, keyring=keyring))
        async with running(world, telegram, place, parts, ended):
            await _say_where(world, parts, is_connected=telegram is not None)
            await asyncio.wait([ended])


@contextlib.contextmanager
def _kept_for_good() -> Iterator[None]:
    """Have the collector never walk over what is read meanwhile, nor over what has been read before."""
    gc.disable()
    try:
        yield
        gc.freeze()
    finally:
        gc.enable()


async def _say_where(world: World, parts: frozenset[Part], *, is_connected: bool) -> None:
    links = await sign_in_links(world) if Part.WEB in parts else None
    sys.stdout.write(welcome_text(world.config, links, parts, telegram=is_connected))
    sys.stdout.flush()


def _listen_on(config: Config, listen: str | None) -> Config:
    if listen is None:
        return config
    host, _, port = listen.rpartition(":")
    if not host or not (port.isascii() and port.isdecimal()) or len(port) > _LONGEST_PORT or int(port) > _LARGEST_PORT:
        raise OneLine('--listen must be a host and a port such as "127.0.0.1:8081"')
    return msgspec.structs.replace(config, server=msgspec.structs.replace(config.server, listen=listen))


def _build_telegram(config: Config) -> "TelegramChannel | None":
    if config.channels.telegram.token_file is None:
        return None
    # A service without a bot need not wait for what speaks to the platform.
    from commands.telegram import build_telegram  # noqa: PLC0415

    return build_telegram(config)


def _open_log(config: Config) -> None:
    file = config.log.file
    try:
        logs.set_up(config.log.level, file or sys.stderr)
    except OSError as error:
        raise OneLine(f"cannot write to {file} ({error.strerror}); make its folder or change log.file") from None


def _ended_by_signal(signals: Sequence[signal.Signals] = (signal.SIGINT, signal.SIGTERM)) -> Ended:
    loop = asyncio.get_running_loop()
    ended: Ended = loop.create_future()

    def end() -> None:
        if not ended.done():
            ended.set_result(None)

    for one in signals:
        loop.add_signal_handler(one, end)
    return ended
