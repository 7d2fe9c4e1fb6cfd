"""Telegram as a bot meets it, fast enough not to be what is measured: updates posted, calls answered after a delay."""

import asyncio
import contextlib
import json
import re
from collections import defaultdict
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

from bench.intake import sent_message

SECRET = "bench-secret"  # noqa: S105 - of nothing but this measurement

_CHAT = re.compile(rb'chat_id"?[=:\r\n ]+"?(-?\d+)')
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_END = b"\r\n\r\n"
_OF_THE_BOT = (b"MyCommands", b"MyDescription", b"MyShortDescription")
_NOTHING_SHOWN = {"description": "", "short_description": ""}
_TRUE = b'{"ok":true,"result":true}'
_ME = b'{"ok":true,"result":{"id":7,"is_bot":true,"first_name":"Bench","username":"bench_bot"}}'
_HOOK = {"has_custom_certificate": False, "pending_update_count": 0}
#: What a person sees as an answer; the pin that offers to share a place comes beside one.
_ANSWERS = frozenset({b"sendMessage", b"editMessageText"})
_PIN = (b"%F0%9F%93%8D", "📍".encode(), b"\\ud83d\\udccd")
_PATIENCE_S = 60.0


@dataclass(slots=True)
class BotApi:
    """A Bot API for every token; `delay_s`: how long it takes over each call."""

    delay_s: float = 0.0
    calls: int = 0
    _numbers: int = 0
    _hooks: dict[bytes, object] = field(default_factory=dict)
    _profiles: dict[tuple[bytes, bytes], dict[str, object]] = field(default_factory=dict)
    _seen: defaultdict[int, asyncio.Event] = field(default_factory=lambda: defaultdict(asyncio.Event))

    def expect(self, chat: int) -> None:
        """From now on only a new message counts as an answer to this chat."""
        self._seen[chat].clear()

    async def wait_for(self, chat: int) -> None:
        """Wait until a message to this chat has been acknowledged since `expect`."""
        await asyncio.wait_for(self._seen[chat].wait(), _PATIENCE_S)

    def answer(self, head: bytes, body: bytes) -> bytes:
        """Answer one call as the real one does."""
        self.calls += 1
        path, _, method = head.split(b" ", 2)[1].rpartition(b"/")
        if method == b"getMe":
            return _ME
        if method == b"setWebhook":
            self._hooks[path] = _read(body).get("url", "")
        if method == b"getWebhookInfo":
            return json.dumps({"ok": True, "result": {**_HOOK, "url": self._hooks.get(path, "")}}).encode()
        if method.endswith(_OF_THE_BOT):
            return self._keep_profile(path, method, _read(body))
        chat = _CHAT.search(body)
        if method not in _ANSWERS or chat is None:
            return _TRUE
        self._numbers += 1
        number = int(chat[1])
        if not any(pin in body for pin in _PIN):
            self._seen[number].set()
        return json.dumps({"ok": True, "result": sent_message(number, self._numbers)}).encode()

    def _keep_profile(self, path: bytes, method: bytes, given: dict[str, object]) -> bytes:
        """Keep what a bot shows and give it back, so that a second start finds everything in place."""
        kept = self._profiles.setdefault((path, method[3:]), given if method.startswith(b"set") else {})
        if method.startswith(b"set"):
            kept |= given
            return _TRUE
        result = kept.get("commands", []) if method.endswith(b"Commands") else kept or _NOTHING_SHOWN
        return json.dumps({"ok": True, "result": result}).encode()


@contextlib.asynccontextmanager
async def serve(api: BotApi) -> AsyncIterator[int]:
    """Serve a Bot API on a free port of this machine, which is yielded."""
    server = await asyncio.get_running_loop().create_server(lambda: _Call(api), "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]


class Line(asyncio.Protocol):
    """One connection on which updates are posted to a bot, one after the other."""

    def __init__(self) -> None:
        """Wait for the connection."""
        self._buffer = bytearray()
        self._transport: asyncio.Transport | None = None
        self._answered: asyncio.Future[int] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way out."""
        self._transport = transport if isinstance(transport, asyncio.Transport) else None

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell who waits that nothing will come."""
        if self._answered is not None and not self._answered.done():
            self._answered.set_exception(exc or ConnectionResetError("the bot hung up"))

    def data_received(self, data: bytes) -> None:
        """Read the status of an answer; what it says is of no interest."""
        self._buffer += data
        cut = _cut(self._buffer)
        if cut is not None and self._answered is not None:
            self._answered.set_result(int(cut[0].split(b" ", 2)[1]))

    async def post(self, path: str, body: bytes) -> int:
        """Post an update; return the status it was answered with."""
        if self._transport is None:
            raise AssertionError("the line is not connected")
        self._answered = asyncio.get_running_loop().create_future()
        head = (
            f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
            f"X-Telegram-Bot-Api-Secret-Token: {SECRET}\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        self._transport.write(head.encode() + body)
        return await self._answered

    @property
    def is_open(self) -> bool:
        """Tell whether the bot has not hung up, which it may when nothing was posted for a while."""
        return self._transport is not None and not self._transport.is_closing()

    def close(self) -> None:
        """Hang up."""
        if self._transport is not None:
            self._transport.close()


class _Call(asyncio.Protocol):
    """One connection on which a bot calls."""

    def __init__(self, api: BotApi) -> None:
        self._api = api
        self._buffer = bytearray()
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport if isinstance(transport, asyncio.Transport) else None

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while (cut := _cut(self._buffer)) is not None:
            if self._api.delay_s:
                asyncio.get_running_loop().call_later(self._api.delay_s, self._reply, *cut)
            else:
                self._reply(*cut)

    def _reply(self, head: bytes, body: bytes) -> None:
        if self._transport is None or self._transport.is_closing():
            return
        said = self._api.answer(head, body)
        self._transport.write(
            b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(said) + said
        )


def _read(body: bytes) -> dict[str, object]:
    """Read parameters as they come: JSON or a form."""
    read: dict[str, object] = json.loads(body) if body.startswith(b"{") else dict(parse_qsl(body.decode()))
    return read


def _cut(buffer: bytearray) -> tuple[bytes, bytes] | None:
    """Cut one whole message off the front: its head and its body; None while there is none."""
    end = buffer.find(_END)
    if end < 0:
        return None
    head = bytes(buffer[:end])
    length = _LENGTH.search(head)
    whole = end + len(_END) + (int(length[1]) if length else 0)
    if len(buffer) < whole:
        return None
    body = bytes(buffer[end + len(_END) : whole])
    del buffer[:whole]
    return head, body
