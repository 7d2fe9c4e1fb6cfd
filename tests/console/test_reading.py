"""Requests are read as far as they may go, whatever stands around their bodies."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from browser.reading import MOST_BESIDE_BODY
from commands.sealed import serving

HEAD = b"POST /echo HTTP/1.1\r\nHost: singgah.example\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
PIECE = b"a" * 8_192
#: More than can wait in the buffers of both ends.
FAR_TOO_MUCH = 4_096


@pytest.fixture
async def port() -> AsyncIterator[int]:
    async def count(request: Request) -> Response:
        return PlainTextResponse(str(len(await request.body())))

    app = Starlette(routes=[Route("/echo", count, methods=["POST"])])
    with socket.create_server(("127.0.0.1", 0)) as listening:
        async with serving(app, listening):
            yield listening.getsockname()[1]


async def _say(port: int, *pieces: bytes) -> tuple[bytes, int]:
    """Send pieces as long as somebody listens; return what was answered and how many were taken."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    answer = asyncio.create_task(reader.read())
    taken = 0
    with contextlib.suppress(ConnectionError):
        for piece in pieces:
            if answer.done():
                break
            writer.write(piece)
            await writer.drain()
            taken += 1
    said = b""
    with contextlib.suppress(ConnectionError):
        said = await answer
    writer.close()
    return said, taken


def _with_body(length: int) -> bytes:
    return HEAD + b"Connection: close\r\nContent-Length: %d\r\n\r\n" % length + b"a" * length


async def test_a_long_body_is_the_applications_to_judge(port: int) -> None:
    length = 10 * MOST_BESIDE_BODY

    said, _ = await _say(port, _with_body(length))

    assert said.endswith(b"\r\n\r\n%d" % length)


async def test_requests_that_come_at_once_are_all_answered(port: int) -> None:
    body = b"a" * MOST_BESIDE_BODY
    first = HEAD + b"Content-Length: %d\r\n\r\n" % len(body) + body

    said, _ = await _say(port, first + first + _with_body(3))

    assert said.count(b"HTTP/1.1 200 OK") == 3


@pytest.mark.parametrize(
    "beginning",
    [
        b"POST /echo?",
        HEAD + b"X-Long: ",
        HEAD + b"X-Long",
        CHUNKED + b"1;name=",
        CHUNKED + b"1\r\na\r\n0\r\nX-Trailer: ",
    ],
    ids=["address", "header", "name", "extension", "trailer"],
)
async def test_what_is_no_body_has_an_end(port: int, beginning: bytes) -> None:
    _, taken = await _say(port, beginning, *[PIECE] * FAR_TOO_MUCH)

    assert taken < FAR_TOO_MUCH


async def test_many_headers_are_too_much_as_well(port: int) -> None:
    headers = [b"X-%d: %b\r\n" % (number, PIECE) for number in range(FAR_TOO_MUCH)]

    _, taken = await _say(port, HEAD, *headers)

    assert taken < FAR_TOO_MUCH
