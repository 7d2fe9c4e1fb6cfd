"""Wait, sealed, until somebody opens the keys; nothing is read, written or fetched meanwhile."""

import asyncio
import contextlib
import logging
import socket
import sys
from collections.abc import AsyncIterator

import uvicorn
from starlette.types import ASGIApp

from bot.config import Config
from browser.reading import BoundedProtocol
from commands.closed import Closed, build_closed_app
from commands.measuring import sealed_metrics_routes
from commands.unsealing import hear_passphrases
from handlers.house.opening import make_folders, read_house
from handlers.house.unlocking import nobody, open_keyring
from handlers.running.clock import read_clock
from storage.errors import StorageError
from storage.keyproviders.locked import Locked
from storage.keys.keyring import Keyring
from storage.trail.audit import OPERATOR, SERVICE, Deed
from storage.trail.keylessdeeds import note_deed

log = logging.getLogger(__name__)

_FIRST_PAUSE = 1.0
_LONGEST_PAUSE = 30.0
#: What may be over at the next try: somebody mends it while the service waits.
_REFUSALS = (StorageError, OSError, MemoryError)
_SEALED = """
Singgah is sealed: {why}.

  People read whom to call meanwhile; platforms keep their messages.
"""


async def open_keys(config: Config, listening: socket.socket, ended: asyncio.Future[None]) -> Keyring | None:
    """Open the keys, serving as a sealed service until that is possible; None when the process is to end before.

    Raises StorageError when keys are damaged, missing or exposed.
    """
    make_folders(config)
    try:
        return await asyncio.to_thread(open_keyring, config, nobody)
    except Locked as locked:
        why = str(locked)
    log.warning("sealed", extra={"action": "keys.sealed"})
    house = await asyncio.to_thread(read_house, config)
    secure, more = config.server.url.startswith("https://"), sealed_metrics_routes(config)
    app = build_closed_app(house.content.script, Closed.SEALED, secure=secure, more=more)
    async with serving(app, listening):
        sys.stdout.write(_SEALED.format(why=why))
        sys.stdout.flush()
        keyring = await _wait(config, ended)
    if keyring is not None:
        log.info("opened", extra={"action": "keys.opened"})
        await asyncio.to_thread(_record_opening, config)
    return keyring


def web_settings(app: ASGIApp) -> uvicorn.Config:
    """Say how an application is served."""
    return uvicorn.Config(
        app,
        http=BoundedProtocol,
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=False,
        proxy_headers=False,
        lifespan="off",
        timeout_graceful_shutdown=3,
    )


@contextlib.asynccontextmanager
async def serving(app: ASGIApp, listening: socket.socket) -> AsyncIterator[None]:
    """Serve on a copy of the socket, so that it stays open: who comes between two applications waits a moment."""
    server = uvicorn.Server(web_settings(app))
    server.capture_signals = contextlib.nullcontext  # type: ignore[assignment, method-assign] # signals are ours
    async with asyncio.TaskGroup() as group:
        group.create_task(server.serve(sockets=[listening.dup()]))
        try:
            yield
        finally:
            server.should_exit = True


def _record_opening(config: Config) -> None:
    """Record who opened the keys; people are waiting by then, so a chain that cannot be written is only logged."""
    try:
        by = SERVICE if config.keys.provider == "transit" else OPERATOR
        note_deed(config.storage.url, by, Deed.KEYS_UNSEALED, read_clock())
    except StorageError as error:
        log.exception("audit", extra={"action": "audit.unwritten", "error": error})


async def _wait(config: Config, ended: asyncio.Future[None]) -> Keyring | None:
    opened = asyncio.get_running_loop().create_future()

    async def take(passphrase: str) -> str | None:
        try:
            keyring = await asyncio.to_thread(open_keyring, config, lambda: passphrase)
        except _REFUSALS as error:
            log.warning("refused", extra={"action": "keys.refused", "error": error})
            return (
                str(error) if isinstance(error, StorageError) else f"the keys cannot be read ({type(error).__name__})"
            )
        if not opened.done():
            opened.set_result(keyring)
        return None

    if config.keys.provider == "transit":
        asking = asyncio.create_task(_ask_again(config, opened))
        await asyncio.wait([opened, ended], return_when=asyncio.FIRST_COMPLETED)
        asking.cancel()
    else:
        async with hear_passphrases(config.storage.data_dir, take):
            await asyncio.wait([opened, ended], return_when=asyncio.FIRST_COMPLETED)
    return opened.result() if opened.done() else None


async def _ask_again(config: Config, opened: asyncio.Future[Keyring]) -> None:
    """Ask the key service until it gives the key; a refusal is waited out too, for a token can be replaced."""
    pause = _FIRST_PAUSE
    while not opened.done():
        await asyncio.sleep(pause)
        try:
            keyring = await asyncio.to_thread(open_keyring, config, nobody)
        except _REFUSALS as error:
            log.warning("refused", extra={"action": "keys.refused", "error": error})
            pause = min(2 * pause, _LONGEST_PAUSE)
        else:
            opened.set_result(keyring)
