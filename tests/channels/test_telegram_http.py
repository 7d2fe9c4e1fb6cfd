"""The connections to the Bot API: kept, few, private, and never believed further than one answer."""

import asyncio
import ssl
import traceback
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from bot.ports import TryLater, Uncertain
from channels.telegram_http import HttpServer

TOKEN = "4242:invented"
QUICK_SECONDS = 0.2
SAID = b'{"ok":true,"result":true}'
WHOLE = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(SAID), SAID)
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n%b\r\n%x\r\n%b\r\n0\r\n\r\n" % (
    SAID[:5],
    len(SAID) - 5,
    SAID[5:],
)
UNTIL_CLOSED = b"HTTP/1.1 200 OK\r\n\r\n" + SAID


@dataclass
class Platform:
    """Answers every call with the next of its answers, in pieces; the last one again and again."""

    answers: Sequence[bytes] = (WHOLE,)
    piece: int = 1_000_000
    delay_seconds: float = 0.0
    hangs_up: bool = False
    asked: list[bytes] = field(default_factory=list)
    connections: int = 0
    open_now: int = 0
    most_open: int = 0
    heard: asyncio.Event = field(default_factory=asyncio.Event)
    closed: asyncio.Event = field(default_factory=asyncio.Event)
    serving: set[asyncio.Task[None] | None] = field(default_factory=set)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer calls on one connection until either side has enough."""
        self.serving.add(asyncio.current_task())
        self.connections += 1
        self.open_now += 1
        self.most_open = max(self.most_open, self.open_now)
        try:
            while True:
                await self._answer_one(reader, writer)
                if self.hangs_up:
                    break
        except (ConnectionError, asyncio.IncompleteReadError, ssl.SSLError):
            pass
        finally:
            self.open_now -= 1
            writer.close()
            self.closed.set()

    async def _answer_one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = next(int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.startswith(b"Content-Length"))
        self.asked.append(head + await reader.readexactly(length))
        self.heard.set()
        await asyncio.sleep(self.delay_seconds)
        given = self.answers[min(len(self.asked), len(self.answers)) - 1]
        for start in range(0, len(given), self.piece):
            writer.write(given[start : start + self.piece])
            await writer.drain()
            await asyncio.sleep(0)


@asynccontextmanager
async def calling(
    platform: Platform,
    connections: int = 4,
    timeout_seconds: float = 5.0,
    secured: ssl.SSLContext | None = None,
    make_address: Callable[[int], str] = lambda port: f"http://127.0.0.1:{port}/bot{TOKEN}",
) -> AsyncIterator[HttpServer]:
    listening = await asyncio.start_server(platform.serve, "127.0.0.1", 0, ssl=secured)
    server = HttpServer(make_address(listening.sockets[0].getsockname()[1]), connections, timeout_seconds)
    yield server
    await server.close()
    listening.close()
    await asyncio.gather(*filter(None, platform.serving))


async def test_one_connection_is_kept_for_one_call_after_the_other() -> None:
    async with calling(platform := Platform()) as server:
        for _ in range(5):
            assert (await server.ask("/getMe", b"{}")).body == SAID
    assert platform.connections == 1
    assert platform.asked[0].startswith(b"POST /bot4242:invented/getMe HTTP/1.1\r\n")


async def test_no_more_connections_are_opened_than_allowed_and_nobody_is_left_out() -> None:
    async with calling(platform := Platform(delay_seconds=0.01), connections=3) as server:
        answers = await asyncio.gather(*(server.ask("/getMe", b"{}") for _ in range(20)))
    assert [answer.body for answer in answers] == [SAID] * 20
    assert platform.most_open == 3


async def test_a_connection_the_other_side_has_closed_is_not_used_again() -> None:
    async with calling(platform := Platform(hangs_up=True)) as server:
        for _ in range(3):
            assert (await server.ask("/getMe", b"{}")).body == SAID
            await platform.closed.wait()
            await asyncio.sleep(0.01)
    assert platform.connections == 3


@pytest.mark.parametrize("piece", [1, 7, 1_000_000])
@pytest.mark.parametrize("given", [WHOLE, CHUNKED, UNTIL_CLOSED, b"HTTP/1.1 100 Continue\r\n\r\n" + WHOLE])
async def test_an_answer_is_read_however_it_is_cut_and_framed(given: bytes, piece: int) -> None:
    async with calling(Platform([given], piece, hangs_up=given is UNTIL_CLOSED)) as server:
        answer = await server.ask("/getMe", b"{}")
    assert (answer.status, answer.body) == (200, SAID)


@pytest.mark.parametrize("behind", [WHOLE.replace(b"true", b"null"), b"\r\nrubbish\r\n\r\n"])
async def test_what_comes_behind_an_answer_is_never_the_next_one(behind: bytes) -> None:
    async with calling(platform := Platform([WHOLE + behind, WHOLE])) as server:
        assert (await server.ask("/getMe", b"{}")).body == SAID
        assert (await server.ask("/getMe", b"{}")).body == SAID
    assert platform.connections == 2


async def test_what_comes_unasked_is_not_the_answer_to_the_next_call() -> None:
    writers: list[asyncio.StreamWriter] = []
    platform = Platform()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writers.append(writer)
        await platform.serve(reader, writer)

    listening = await asyncio.start_server(serve, "127.0.0.1", 0)
    server = HttpServer(f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}/bot{TOKEN}", 1, 5)
    await server.ask("/getMe", b"{}")
    writers[0].write(WHOLE.replace(b"true", b"null"))
    await platform.closed.wait()
    assert (await server.ask("/getMe", b"{}")).body == SAID
    assert platform.connections == 2
    await server.close()
    listening.close()
    await asyncio.gather(*filter(None, platform.serving))


async def test_a_call_that_is_given_up_takes_its_connection_along() -> None:
    async with calling(platform := Platform(delay_seconds=0.3), connections=1) as server:
        asking = asyncio.create_task(server.ask("/getMe", b"{}"))
        await platform.heard.wait()
        asking.cancel()
        await asyncio.wait([asking])
        platform.delay_seconds = 0
        assert (await server.ask("/getMe", b"{}")).body == SAID
    assert platform.connections == 2


async def test_who_waits_too_long_for_a_connection_has_certainly_sent_nothing() -> None:
    async with calling(platform := Platform(delay_seconds=1.5 * QUICK_SECONDS), 1, QUICK_SECONDS) as server:
        first = asyncio.create_task(server.ask("/getMe", b"{}", wait_seconds=5))
        await asyncio.sleep(0)
        with pytest.raises(TryLater) as caught:
            await server.ask("/getMe", b"{}")
        await first
    assert caught.value.everywhere
    assert len(platform.asked) == 1


@pytest.mark.parametrize("waits", [0.0, 5.0])
async def test_a_call_that_asks_to_wait_may_take_longer(waits: float) -> None:
    async with calling(Platform(delay_seconds=2 * QUICK_SECONDS), 1, QUICK_SECONDS) as server:
        if waits:
            assert (await server.ask("/getUpdates", b"{}", wait_seconds=waits)).body == SAID
        else:
            with pytest.raises(Uncertain):
                await server.ask("/getUpdates", b"{}")


async def test_the_environment_has_no_say(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    async with calling(platform := Platform()) as server:
        assert (await server.ask("/getMe", b"{}")).body == SAID
    assert len(platform.asked) == 1


@pytest.mark.parametrize("scheme", ["https", "HTTPS", "ftp"])
async def test_who_cannot_show_whose_address_it_is_hears_nothing(scheme: str, tmp_path: Path) -> None:
    async with calling(
        platform := Platform(),
        secured=_certify_itself(tmp_path),
        make_address=lambda port: f"{scheme}://127.0.0.1:{port}/bot{TOKEN}",
    ) as server:
        with pytest.raises(TryLater) as caught:
            await server.ask("/getMe", b"{}")
    assert caught.value.everywhere
    assert platform.asked == []
    assert TOKEN not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize("address", ["http://127.0.0.1:99999/bot", "http:///bot", "http://\udcff/bot", "lain"])
async def test_an_address_that_is_none_holds_the_channel(address: str) -> None:
    server = HttpServer(f"{address}{TOKEN}", 1, QUICK_SECONDS)
    with pytest.raises(TryLater) as caught:
        await server.ask("/getMe", b"{}")
    assert TOKEN not in "".join(traceback.format_exception(caught.value))
    await server.close()


async def test_a_token_with_a_line_break_stays_in_its_line() -> None:
    async with calling(
        platform := Platform(), make_address=lambda port: f"http://127.0.0.1:{port}/bot4242:a\r\nX-Lain: b c"
    ) as server:
        await server.ask("/getMe", b"{}")
    assert b"X-Lain: b" not in platform.asked[0]


def _certify_itself(folder: Path) -> ssl.SSLContext:
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "contoh")])
    today = datetime.now(UTC)
    built = x509.CertificateBuilder(name, name, key.public_key(), 1, today, today + timedelta(days=1))
    certificate = built.sign(key, hashes.SHA256())
    file = folder / "contoh.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file.write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context
