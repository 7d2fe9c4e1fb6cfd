"""What a service answers that is not open: whom to call, and that messages are kept by their platforms meanwhile."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from http import HTTPStatus
from types import MappingProxyType
from typing import Final

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.dialogue.script import Script
from browser.headers import QuietHeaders


class Closed(StrEnum):
    """Why a service is not open: its keys are closed, or another process uses its data."""

    SEALED = "sealed"
    WAITING = "waiting"


_METHODS: Final = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
#: Asks platforms and people to come again soon.
_LATER: Final[Mapping[str, str]] = MappingProxyType({"Retry-After": "30"})
_DESK: Final[Mapping[Closed, str]] = MappingProxyType(
    {
        Closed.SEALED: (
            "Tersegel: kunci layanan ini belum dibuka. Hubungi pengelola; pesan klien di Telegram tidak hilang.\n\n"
            "Sealed: the keys of this service are not open yet. Whoever runs it types: singgah unseal\n"
        ),
        Closed.WAITING: (
            "Menunggu: layanan ini sudah berjalan di proses lain. Buka alamat yang biasa, atau hubungi pengelola.\n\n"
            "Waiting: another process of this service uses the data. This one takes over when that one ends.\n"
        ),
    }
)
_PAGE: Final = """<!doctype html>
<html lang="{{ script.default }}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{ script.say("web_title", script.default) }}</title>
</head>
<body>
{% for language in script.languages %}
<main lang="{{ language }}">
{% for name in ("closed_for_now", "emergency_card") %}
{% for line in script.say(name, language).splitlines() if line.strip() %}
<p dir="auto">{{ line }}</p>
{% endfor %}
{% endfor %}
</main>
{% endfor %}
</body>
</html>
"""


def build_closed_app(script: Script, why: Closed, *, secure: bool, more: Sequence[Route] = ()) -> Starlette:
    """Build the application of a service that is not open; it keeps nothing and reads no request.

    `secure`: the service is reached over https only.  `more`: what it answers beside that.
    """
    from jinja2 import Environment  # noqa: PLC0415 - most starts find the house open

    page = Environment(autoescape=True, trim_blocks=True).from_string(_PAGE).render(script=script)

    async def closed(_request: Request) -> Response:
        return PlainTextResponse("closed for now", HTTPStatus.SERVICE_UNAVAILABLE, headers=_LATER)

    async def chat(_request: Request) -> Response:
        return HTMLResponse(page, HTTPStatus.SERVICE_UNAVAILABLE, headers=_LATER)

    async def desk(_request: Request) -> Response:
        return PlainTextResponse(_DESK[why], HTTPStatus.SERVICE_UNAVAILABLE, headers=_LATER)

    async def healthz(_request: Request) -> Response:
        return PlainTextResponse("alive")

    async def readyz(_request: Request) -> Response:
        return JSONResponse({"ready": False, "why": why.value}, HTTPStatus.SERVICE_UNAVAILABLE)

    routes = [
        Route("/healthz", healthz),
        Route("/readyz", readyz),
        *more,
        *(Route(path, chat, methods=_METHODS) for path in ("/", "/chat", "/chat/{rest:path}")),
        *(Route(path, desk, methods=_METHODS) for path in ("/desk", "/desk/{rest:path}")),
        Route("/{rest:path}", closed, methods=_METHODS),
    ]
    return Starlette(routes=routes, middleware=[Middleware(_HangUp), Middleware(QuietHeaders, secure=secure)])


class _HangUp:
    """Ends a connection with each answer: whoever kept it would go on talking to a closed house after it has opened."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_and_end(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), (b"connection", b"close")]
            await send(message)

        await self._app(scope, receive, send_and_end)
