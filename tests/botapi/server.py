"""The HTTP side: routes, request bodies in all their forms, and a listener on loopback that closes at once."""

import asyncio
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from uvicorn.config import Config
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

from tests.botapi.arguments import Upload
from tests.botapi.faults import ConnectionDropped
from tests.botapi.refusals import Refusal
from tests.botapi.world import Json

if TYPE_CHECKING:
    from tests.botapi.exchange import Exchange

Transports = dict[tuple[str, int], asyncio.Transport]


@dataclass(slots=True)
class Listener:
    """A server on a free port of 127.0.0.1."""

    port: int
    _server: asyncio.Server
    _transports: Transports
    _state: ServerState

    async def close(self) -> None:
        """Stop listening and cut every connection."""
        await self._finish_accepting()
        self._server.close()
        for transport in list(self._transports.values()):
            transport.abort()
        for task in list(self._state.tasks):
            task.cancel()
        await asyncio.gather(*self._state.tasks, return_exceptions=True)

    async def _finish_accepting(self) -> None:
        """Let half-accepted connections become whole: asyncio forgets them, open, if the server closes first."""
        loop = asyncio.get_running_loop()
        for listening in self._server.sockets:
            loop.remove_reader(listening.fileno())
        for _ in range(5):
            await asyncio.sleep(0)


async def listen(token: str, exchange: "Exchange") -> Listener:
    """Serve `exchange` as the Bot API of one token."""
    transports: Transports = {}
    return await serve(_make_app(_Gate(token, exchange, transports)), transports)


async def serve(app: Starlette, transports: Transports | None = None) -> Listener:
    """Serve any application on a free port of loopback, in the running loop."""
    connections: Transports = {} if transports is None else transports
    state = ServerState()
    config = Config(app, lifespan="off", log_config=None, access_log=False, ws="none", timeout_keep_alive=60)
    config.load()
    # The loop makes the socket itself: on one handed to it asyncio leaves Nagle's delay of 40 ms switched on.
    server = await asyncio.get_running_loop().create_server(
        lambda: _Connection(config, state, connections), "127.0.0.1", 0, backlog=256
    )
    port = int(server.sockets[0].getsockname()[1])
    return Listener(port, server, connections, state)


class _Connection(H11Protocol):
    """Keeps its transport where a request can find it, so that a connection can be dropped on purpose."""

    def __init__(self, config: Config, state: ServerState, transports: Transports) -> None:
        super().__init__(config=config, server_state=state, app_state={})
        self._transports = transports
        self._peer = ("", 0)

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn types it
        super().connection_made(transport)
        host, port = transport.get_extra_info("peername")
        self._peer = (str(host), int(port))
        self._transports[self._peer] = transport

    def connection_lost(self, exc: Exception | None) -> None:
        self._transports.pop(self._peer, None)
        super().connection_lost(exc)


@dataclass(slots=True)
class _Gate:
    token: str
    exchange: "Exchange"
    transports: Transports = field(default_factory=dict)

    async def call(self, request: Request) -> Response:
        if request.path_params["token"] != self.token:
            return _answer(401, '{"ok":false,"error_code":401,"description":"Unauthorized"}')
        try:
            given, uploads = await _read_parameters(request)
            status, text = await self.exchange.answer(request.path_params["method"], given, uploads)
        except Refusal as refusal:
            body = {"ok": False, "error_code": refusal.code, "description": refusal.description}
            return _answer(refusal.code, json.dumps(body))
        except ConnectionDropped:
            return self._drop(request)
        return _answer(status, text)

    async def download(self, request: Request) -> Response:
        files = self.exchange.service.world.files.values()
        wanted = request.path_params["path"]
        found = next((one for one in files if one.path == wanted), None)
        if request.path_params["token"] != self.token or found is None:
            return _answer(404, '{"ok":false,"error_code":404,"description":"Not Found"}')
        return Response(found.content, media_type="application/octet-stream")

    def _drop(self, request: Request) -> Response:
        assert request.client is not None
        self.transports[request.client.host, request.client.port].abort()
        return Response()


def _make_app(gate: _Gate) -> Starlette:
    return Starlette(
        routes=[
            Route("/bot{token}/{method}", gate.call, methods=["GET", "POST"]),
            Route("/file/bot{token}/{path:path}", gate.download, methods=["GET"]),
        ]
    )


def _answer(status: int, text: str) -> Response:
    return Response(text, status_code=status, media_type="application/json")


async def _read_parameters(request: Request) -> tuple[Json, dict[str, Upload]]:
    given: Json = dict(request.query_params)
    kind = request.headers.get("content-type", "").partition(";")[0].strip()
    uploads: dict[str, Upload] = {}
    if kind == "application/json":
        given |= _read_json(await request.body())
    elif kind in {"application/x-www-form-urlencoded", "multipart/form-data"}:
        async with request.form(max_part_size=64 * 1024 * 1024) as form:
            for name, value in form.multi_items():
                if isinstance(value, UploadFile):
                    uploads[name] = Upload(value.filename or name, await value.read())
                given[name] = f"attach://{name}" if isinstance(value, UploadFile) else value
    return given, uploads


def _read_json(body: bytes) -> Json:
    try:
        value = json.loads(body or b"{}")
    except ValueError as error:
        raise Refusal(400, "Bad Request: can't parse JSON body") from error
    if not isinstance(value, dict):
        raise Refusal(400, "Bad Request: object expected as JSON body")
    return value
