"""What comes back from where Telegram should be: pages, pieces, other addresses, nothing at all."""

import asyncio
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest

from bot.ports import ChannelError, Outgoing, TryLater, Uncertain
from channels.telegram import TelegramChannel
from channels.telegram_errors import TokenRejected
from channels.telegram_reading import LARGEST_ANSWER_BYTES

PAGE = b"<html><body><h1>kata yang tidak boleh bocor</h1></body></html>"
HOP = b"Location: http://127.0.0.1:9/lain\r\n"
ADDRESS = "700000001"
HURRY_SECONDS = 0.1


def answer(status: int, body: bytes, *headers: bytes, length: int | None = None) -> bytes:
    told = len(body) if length is None else length
    head = b"HTTP/1.1 %d X\r\nContent-Length: %d\r\nConnection: close\r\n" % (status, told)
    return head + b"".join(headers) + b"\r\n" + body


@dataclass
class Impostor:
    """Answers every call with the same bytes, whatever they are."""

    given: bytes
    then_silent: bool = False
    asked: list[bytes] = field(default_factory=list)
    serving: set[asyncio.Task[None] | None] = field(default_factory=set)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one call."""
        self.serving.add(asyncio.current_task())
        try:
            self.asked.append((await reader.readuntil(b"\r\n\r\n")).partition(b"\r\n")[0])
            writer.write(self.given)
            await writer.drain()
            if self.then_silent:
                await reader.read()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()


def _tells_nothing(error: BaseException) -> bool:
    return error.__cause__ is error.__context__ is None and "bocor" not in "".join(
        traceback.format_exception_only(error)
    )


@asynccontextmanager
async def standing_in(impostor: Impostor, timeout_seconds: float = 5) -> AsyncIterator[TelegramChannel]:
    server = await asyncio.start_server(impostor.serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    channel = TelegramChannel("4242:invented", base_url=f"http://127.0.0.1:{port}/bot", timeout_seconds=timeout_seconds)
    yield channel
    await channel.close()
    server.close()
    await server.wait_closed()
    await asyncio.gather(*filter(None, impostor.serving))


#: Done twice, they are as if done once.
REPEATABLE = {"edit", "take_back"}
CALLS: dict[str, Callable[[TelegramChannel], Awaitable[object]]] = {
    "send": lambda channel: channel.send(ADDRESS, Outgoing("Halo")),
    "edit": lambda channel: channel.send(ADDRESS, Outgoing("Halo", replaces="7")),
    "take_back": lambda channel: channel.take_back(ADDRESS, ["1"]),
    "updates": lambda channel: channel.fetch_updates(None, 0),
    "webhook": lambda channel: channel.read_webhook_url(),
}


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize(
    "given",
    [
        *(answer(status, PAGE) for status in (200, 400, 403, 409, 413, 500, 502, 503, 504)),
        answer(200, b"[]"),
        answer(200, b"\xff\xfe{"),
        answer(200, b"[" * 100_000),
        answer(301, PAGE, HOP),
        answer(302, b"", HOP),
        answer(307, b"", HOP),
    ],
    ids=lambda given: given[9:12].decode(),
)
async def test_a_page_of_somebody_in_between_leaves_it_open_and_forgets_nobody(given: bytes, call: str) -> None:
    async with standing_in(impostor := Impostor(given), timeout_seconds=5) as channel:
        with pytest.raises(Uncertain) as caught:
            await CALLS[call](channel)
    assert caught.value.is_harmless == (call in REPEATABLE)
    assert len(impostor.asked) == 1
    assert _tells_nothing(caught.value)


@pytest.mark.parametrize(
    "given",
    [
        answer(200, b'{"ok":true,"resu'),
        answer(200, b'{"ok":true,"resu', length=4_000),
        answer(200, b'{"ok":true,"result":true}'),
        answer(200, b'{"ok":true,"result":null}'),
        answer(200, b'{"ok":true,"result":"x"}'),
        answer(200, b'{"ok":true,"result":{}}'),
        answer(200, b'{"ok":true,"result":%s}' % (b"9" * 5_000)),
        answer(200, b'{"ok":true,"result":%s}' % (b"[" * 50_000)),
        answer(200, b'{"ok":false}'),
        answer(200, b""),
        b"HTTP/1.1 204 X\r\nConnection: close\r\n\r\n",
        answer(200, b'{"ok":true}', b"Content-Encoding: gzip\r\n"),
        answer(400, b'{"ok":false,"error_code":400,"description":5}'),
        b"SSH-2.0-Contoh\r\n\r\n",
        b"",
    ],
)
async def test_an_answer_that_cannot_be_read_leaves_it_uncertain(given: bytes) -> None:
    async with standing_in(Impostor(given)) as channel:
        with pytest.raises(Uncertain) as caught:
            await channel.send(ADDRESS, Outgoing("kata yang tidak boleh bocor"))
        await channel.acknowledge("contoh")
    assert _tells_nothing(caught.value)


async def test_an_answer_without_end_is_not_read_to_its_end() -> None:
    huge = answer(200, b'{"ok":true,"result":"' + bytes(LARGEST_ANSWER_BYTES))
    async with standing_in(Impostor(huge), timeout_seconds=5) as channel:
        with pytest.raises(Uncertain):
            await channel.send(ADDRESS, Outgoing("Halo"))


@pytest.mark.parametrize(
    "given", [b"", b"HTTP/1.1 200 X\r\nContent-Length: 9\r\n\r\n", answer(200, b'{"ok"', length=99)]
)
@pytest.mark.parametrize("call", CALLS)
async def test_a_connection_that_is_half_open_ends_by_the_clock(given: bytes, call: str) -> None:
    silent = Impostor(given, then_silent=True)
    async with standing_in(silent, HURRY_SECONDS) as channel, asyncio.timeout(100 * HURRY_SECONDS):
        with pytest.raises(Uncertain) as caught:
            await CALLS[call](channel)
    assert caught.value.is_harmless == (call in REPEATABLE)


async def test_an_answer_that_drips_ends_by_the_clock_too() -> None:
    hung_up = asyncio.Event()

    async def drip(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 X\r\nContent-Length: 100000\r\n\r\n{")
        while not writer.is_closing():
            writer.write(b" ")
            await asyncio.sleep(HURRY_SECONDS / 4)
        hung_up.set()

    server = await asyncio.start_server(drip, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    channel = TelegramChannel("4242:invented", base_url=f"http://127.0.0.1:{port}/bot", timeout_seconds=HURRY_SECONDS)
    async with asyncio.timeout(100 * HURRY_SECONDS):
        with pytest.raises(Uncertain):
            await channel.send(ADDRESS, Outgoing("Halo"))
        await hung_up.wait()
    await channel.close()
    server.close()


async def test_a_server_of_telegrams_that_fails_leaves_it_open() -> None:
    for status in (500, 502, 504):
        refusal = answer(status, b'{"ok":false,"error_code":%d,"description":"x"}' % status)
        async with standing_in(Impostor(refusal)) as channel:
            with pytest.raises(Uncertain) as caught:
                await channel.send(ADDRESS, Outgoing("Halo"))
            assert not caught.value.is_harmless


@pytest.mark.parametrize("status", [401, 404])
async def test_a_page_that_knows_no_token_does_not_say_what_became_of_a_message(status: int) -> None:
    async with standing_in(Impostor(answer(status, PAGE))) as channel:
        with pytest.raises(Uncertain):
            await channel.send(ADDRESS, Outgoing("Halo"))
        with pytest.raises(TokenRejected):
            await channel.check()


@pytest.mark.parametrize("status", [401, 404])
@pytest.mark.parametrize(
    ("body", "call"),
    [
        *((b'{"ok":false,"error_code":401,"description":"Unauthorized"}', call) for call in CALLS),
        *((PAGE, call) for call in CALLS if call != "send"),
    ],
)
async def test_a_token_nobody_knows_holds_the_channel_until_there_is_another(
    call: str, body: bytes, status: int
) -> None:
    async with standing_in(Impostor(answer(status, body))) as channel:
        with pytest.raises(TokenRejected) as caught:
            await CALLS[call](channel)
    assert caught.value.everywhere


@pytest.mark.parametrize(
    ("asked", "waits"),
    [(b"-5", 1.0), (b"0", 1.0), (b"7", 7.0), (b"99999999999", 86_400.0), (b'"x"', 5.0), (b"{}", 5.0)],
)
async def test_a_wait_is_obeyed_within_reason(asked: bytes, waits: float) -> None:
    refusal = b'{"ok":false,"error_code":429,"description":"x","parameters":{"retry_after":%s}}' % asked
    async with standing_in(Impostor(answer(429, refusal))) as channel:
        with pytest.raises(TryLater) as caught:
            await channel.send(ADDRESS, Outgoing("Halo"))
    assert (caught.value.seconds, caught.value.everywhere) == (waits, False)


async def test_nothing_goes_to_another_address_and_no_error_is_of_the_library() -> None:
    reached: list[bytes] = []

    async def note(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        reached.append(b"called")
        writer.close()

    elsewhere = await asyncio.start_server(note, "127.0.0.1", 0)
    port = elsewhere.sockets[0].getsockname()[1]
    hop = b"Location: http://127.0.0.1:%d/bot4242:invented/sendMessage\r\n" % port
    for status in (301, 302, 303, 307, 308):
        async with standing_in(Impostor(answer(status, b"", hop))) as channel:
            for call in CALLS.values():
                with pytest.raises(ChannelError):
                    await call(channel)
    elsewhere.close()
    assert reached == []
