"""Speak HTTP with one server over a few connections that are kept; what comes back is bounded in time and size."""

import asyncio
import ssl
from typing import Protocol
from urllib.parse import quote, urlsplit

import certifi
import httptools

from bot.ports import Uncertain
from channels.telegram_errors import hold_channel
from channels.telegram_reading import Answer, Reading, Unbounded

_JSON = "application/json"


class Server(Protocol):
    """Whom calls go to."""

    async def ask(self, path: str, body: bytes, *, wait_seconds: float = ..., kind: str = ...) -> Answer:
        """Send a body to a path below the server's address and return the whole answer, whatever it is.

        `wait_seconds`: how long the server may take longer than usual.  `kind`: media type of the body, JSON as a rule.
        Raises TryLater when the call certainly did not arrive, otherwise Uncertain.
        """
        ...

    async def close(self) -> None:
        """Close all connections."""
        ...


class HttpServer:
    """A server reached over HTTP/1.1.

    No redirect is followed, no proxy asked, no cookie kept, and the environment has no say.
    """

    def __init__(self, address: str, connections: int, timeout_seconds: float) -> None:
        """Prepare calls; nothing is connected yet.

        `address`: what every path begins with.  `timeout_seconds`: for each step of a call; all together may take
        four times as long.
        """
        self._parts = urlsplit(address)
        self._prefix = quote(self._parts.path, safe=_SAFE, errors="replace")
        self._host = quote(self._parts.netloc.rpartition("@")[2], safe="[]:", errors="replace")
        self._heads: dict[str, bytes] = {}
        self._secured: ssl.SSLContext | None = None
        self._timeout_seconds = timeout_seconds
        self._turns = asyncio.Semaphore(connections)
        self._idle: list[_Connection] = []
        self._is_closed = False

    async def ask(self, path: str, body: bytes, *, wait_seconds: float = 0.0, kind: str = _JSON) -> Answer:
        """Send a body and return the whole answer; see `Server`."""
        request = self._lay_out(path, body, kind)
        deadline = _now() + wait_seconds + _STEPS * self._timeout_seconds
        await self._take_turn()
        try:
            connection = self._reuse() or await self._connect()
            answer = await connection.exchange(request, self._timeout_seconds + wait_seconds, deadline)
            if self._is_closed:
                connection.drop()
            elif connection.is_open:
                self._idle.append(connection)
            return answer
        finally:
            self._turns.release()

    async def close(self) -> None:
        """Close all connections; one in use closes after its call."""
        self._is_closed = True
        while self._idle:
            await self._idle.pop().close()

    def _lay_out(self, path: str, body: bytes, kind: str) -> bytes:
        if kind != _JSON:  # of a form, which is never the same again
            return self._head(path, kind) + b"%d\r\n\r\n" % len(body) + body
        head = self._heads.get(path)
        if head is None:
            head = self._heads[path] = self._head(path, kind)
        return head + b"%d\r\n\r\n" % len(body) + body

    def _head(self, path: str, kind: str) -> bytes:
        # A short packed answer that unpacks to a long one would pass the limit.
        head = (
            f"POST {self._prefix}{quote(path, safe=_SAFE)} HTTP/1.1\r\nHost: {self._host}\r\n"
            "Accept: application/json\r\nAccept-Encoding: identity\r\n"
            f"Content-Type: {kind}\r\nContent-Length: "
        )
        return head.encode()

    async def _take_turn(self) -> None:
        if not self._turns.locked():
            await self._turns.acquire()
            return
        try:
            async with asyncio.timeout(self._timeout_seconds):
                await self._turns.acquire()
        except TimeoutError:
            failure = hold_channel()
        else:
            return
        raise failure

    def _reuse(self) -> "_Connection | None":
        """Return the connection used last, which is the least likely to be closed by the other side meanwhile."""
        oldest = _now() - _IDLE_SECONDS
        while self._idle:
            connection = self._idle.pop()
            if connection.is_open and connection.used_at > oldest:
                return connection
            connection.drop()
        return None

    async def _connect(self) -> "_Connection":
        loop = asyncio.get_running_loop()
        try:
            secured = self._secure()
            host, port = self._parts.hostname, self._parts.port or (443 if secured else 80)
            async with asyncio.timeout(self._timeout_seconds):
                _, connection = await loop.create_connection(
                    _Connection, _named(host), port, ssl=secured, happy_eyeballs_delay=_NEXT_ADDRESS_SECONDS
                )
        # Among them what is wrong with a certificate or an address, and the time that is over.
        except (OSError, OverflowError, ValueError):
            failure = hold_channel()
        else:
            return connection
        raise failure

    def _secure(self) -> ssl.SSLContext | None:
        """Return how the other side is checked; None only where the address says so."""
        if self._parts.scheme == "http":
            return None
        if self._secured is None:
            self._secured = ssl.create_default_context(cafile=certifi.where())
        return self._secured


class _Connection(asyncio.Protocol):
    """One connection, on which one call is under way at a time."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._lost = asyncio.get_running_loop().create_future()
        self._reading: Reading | None = None
        self._answered: asyncio.Future[Answer] | None = None
        self._patience: asyncio.TimerHandle | None = None
        self._silence_seconds = 0.0
        self._deadline = self._until = 0.0
        self.used_at = 0.0

    @property
    def is_open(self) -> bool:
        """Tell whether another call can be made here."""
        return self._transport is not None and not self._transport.is_closing()

    async def exchange(self, request: bytes, silence_seconds: float, deadline: float) -> Answer:
        """Send a request and return its answer.  Raises Uncertain when none can be read in time."""
        if self._transport is None:
            raise hold_channel()
        self._reading = Reading()
        self._answered = asyncio.get_running_loop().create_future()
        self._silence_seconds, self._deadline = silence_seconds, deadline
        self._transport.write(request)
        self._wait_on()
        try:
            return await self._answered
        finally:
            self._end()

    def drop(self) -> None:
        """Hang up at once."""
        if self._transport is not None:
            self._transport.abort()

    async def close(self) -> None:
        """Hang up as the protocol asks, and wait until that is done."""
        if self._transport is not None:
            self._transport.close()
            await asyncio.wait([self._lost], timeout=_GOODBYE_SECONDS)
            self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way out."""
        self._transport = transport if isinstance(transport, asyncio.Transport) else None

    def connection_lost(self, exc: Exception | None) -> None:
        """Read the end as the end of the answer where nothing else says how long that is."""
        if not self._lost.done():
            self._lost.set_result(None)
        if self._patience is not None:
            self._patience.cancel()
        ending = None if exc or self._reading is None else self._reading.end()
        if ending is not None:
            self._give(ending)
        else:
            self._fail("Disconnected" if exc is None else type(exc).__name__)

    def data_received(self, data: bytes) -> None:
        """Read on; what comes unasked ends the connection, for it would be taken as the next answer."""
        if self._reading is None or self._answered is None or self._answered.done():
            self.drop()
            return
        try:
            answer = self._reading.read(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade, Unbounded) as error:
            self._fail(type(error).__name__)
            return
        if answer is None:
            self._wait_on()
        else:
            self._give(answer)

    def _wait_on(self) -> None:
        """Give up when nothing more has come for a while, or when the whole takes too long."""
        loop = asyncio.get_running_loop()
        self._until = min(loop.time() + self._silence_seconds, self._deadline)
        # One timer outlasts many calls: nearly none is ever needed, and to make and cancel one costs more than a look.
        if self._patience is None or self._patience.when() > self._until:
            self._be_patient(loop)

    def _be_patient(self, loop: asyncio.AbstractEventLoop) -> None:
        if self._patience is not None:
            self._patience.cancel()
        self._patience = loop.call_at(self._until, self._look_at_clock, loop)

    def _look_at_clock(self, loop: asyncio.AbstractEventLoop) -> None:
        self._patience = None
        if self._answered is None or self._answered.done():
            return
        if loop.time() >= self._until:
            self._fail("TimeoutError")
        else:
            self._be_patient(loop)

    def _give(self, answer: Answer) -> None:
        if self._answered is not None and not self._answered.done():
            self._answered.set_result(answer)

    def _fail(self, reason: str) -> None:
        if self._answered is not None and not self._answered.done():
            self._answered.set_exception(Uncertain(reason))

    def _end(self) -> None:
        """Keep the connection only if the answer has been read to its end, and nothing behind it."""
        if self._reading is None or not self._reading.is_over_for_good:
            self.drop()
        self._reading = self._answered = None
        self.used_at = _now()


#: An answer that comes byte by byte keeps every step of a call within its time, but not the call.
_STEPS = 4
_IDLE_SECONDS = 5.0
_GOODBYE_SECONDS = 1.0
_NEXT_ADDRESS_SECONDS = 0.25
_SAFE = "/:%@!$&'()*+,;=~-._"


def _named(host: str | None) -> str:
    """Return a host; without one the machine itself would be called."""
    if not host:
        raise ValueError("the address names no host")
    return host


def _now() -> float:
    return asyncio.get_running_loop().time()
