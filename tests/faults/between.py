"""Somebody between the service and the Bot API who passes calls on, and answers some of them in a way of their own."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Final, Literal

import httpx

#: What comes back of a call that was passed on and done.
How = Literal["page", "page not found", "bad gateway", "hung up", "half an answer", "silence"]

_PAGE: Final = b"<html><body><h1>Nginx</h1></body></html>"
_FAILED: Final = b'{"ok":false,"error_code":502,"description":"Bad Gateway"}'


@dataclass(slots=True)
class Between:
    """A proxy before a Bot API.  `how`: it answers calls of these methods; the others as the Bot API does."""

    root_url: str
    http: httpx.AsyncClient
    port: int = 0
    how: dict[str, How] = field(default_factory=dict)

    @property
    def base_url(self) -> str:
        """What stands before the token."""
        return f"http://127.0.0.1:{self.port}/bot"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection for as long as it lasts."""
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError, httpx.TransportError):
            while await self._pass_on(reader, writer):
                pass
        writer.close()

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Pass one call on and answer it; False when the connection is over."""
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        path = head.split(" ", 2)[1]
        length = next(int(line.partition(":")[2]) for line in head.splitlines() if line.startswith("Content-Length:"))
        body = await reader.readexactly(length)
        done = await self.http.post(
            f"{self.root_url}{path}", content=body, headers={"Content-Type": "application/json"}
        )
        match self.how.get(path.rpartition("/")[2]):
            case None:
                writer.write(_answer(done.status_code, done.content))
            case "page":
                writer.write(_answer(200, _PAGE))
            case "page not found":
                writer.write(_answer(404, _PAGE))
            case "bad gateway":
                writer.write(_answer(502, _FAILED))
            case "hung up":
                return False
            case "half an answer":
                writer.write(_answer(200, done.content)[:-9])
                return False
            case "silence":
                await reader.read()
                return False
        await writer.drain()
        return True


@asynccontextmanager
async def standing_between(root_url: str) -> AsyncIterator[Between]:
    """Stand before a Bot API on a free port of loopback."""
    async with httpx.AsyncClient(trust_env=False, timeout=30) as http:
        between = Between(root_url, http)
        server = await asyncio.start_server(between.serve, "127.0.0.1", 0)
        between.port = server.sockets[0].getsockname()[1]
        try:
            yield between
        finally:
            server.close()
            await server.wait_closed()


def _answer(status: int, body: bytes) -> bytes:
    return b"HTTP/1.1 %d X\r\nContent-Length: %d\r\n\r\n" % (status, len(body)) + body
