"""How a passphrase reaches a sealed service: over a socket in the data folder, which only its own account can open."""

import asyncio
import contextlib
import os
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Final

SOCKET_FILE: Final = "unseal.sock"

#: Takes a passphrase; returns None when it opened the keys, else why not.
TakePassphrase = Callable[[str], Awaitable[str | None]]

_LONGEST_BYTES: Final = 4_096
#: The longest path of a socket that every system takes.
_LONGEST_PATH: Final = 100
_QUIET_SECONDS: Final = 10.0
_HASHING_SECONDS: Final = 60.0


class NobodyWaits(Exception):
    """No sealed service waits for a passphrase in this data folder."""


@contextlib.asynccontextmanager
async def hear_passphrases(folder: Path, take: TakePassphrase) -> AsyncIterator[None]:
    """Listen in a folder while the service is sealed; one passphrase is tried at a time."""
    trying = asyncio.Lock()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, TimeoutError, ValueError, UnicodeDecodeError):
            line = await asyncio.wait_for(reader.readline(), _QUIET_SECONDS)
            async with trying:
                refusal = await take(line.decode().rstrip("\n"))
            writer.write(f"{refusal or ''}\n".encode())
            await writer.drain()
        writer.close()

    with _reachable(folder) as path:
        before = os.umask(0o177)
        try:
            server = await asyncio.start_unix_server(answer, path, limit=_LONGEST_BYTES)
        finally:
            os.umask(before)
        try:
            yield
        finally:
            server.close()
            with contextlib.suppress(FileNotFoundError):
                (folder / SOCKET_FILE).unlink()


def hand_over(folder: Path, passphrase: str) -> str | None:
    """Give a passphrase to the service that waits in a folder; return None when it opened, else why not.

    Raises NobodyWaits.
    """
    with _reachable(folder) as path, socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as end:
        end.settimeout(_HASHING_SECONDS)
        try:
            end.connect(path)
            end.sendall(f"{passphrase}\n".encode())
            with end.makefile("r", encoding="utf-8") as answer:
                said = answer.readline()
        except OSError as error:
            raise NobodyWaits(type(error).__name__) from None
    return said.strip() or (None if said else "the service ended; see its log")


@contextlib.contextmanager
def _reachable(folder: Path) -> Iterator[str]:
    path = folder / SOCKET_FILE
    if len(os.fsencode(path)) <= _LONGEST_PATH:
        yield str(path)
        return
    # Deep folders make a path too long for a socket; by the open folder it is short.
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        yield f"/proc/self/fd/{descriptor}/{SOCKET_FILE}"
    finally:
        os.close(descriptor)
