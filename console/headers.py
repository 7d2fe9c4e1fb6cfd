"""Keep every page of the desk to itself: no copies, no outside requests, no frames, no trace in other sites."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

#: What a response carries that may be kept: a style, a script or an icon under a name that changes with it.
KEPT: Final = "private, max-age=31536000, immutable"

_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
_UNUSED: Final = (
    "accelerometer",
    "camera",
    "display-capture",
    "geolocation",
    "gyroscope",
    "magnetometer",
    "microphone",
    "payment",
)
_HEADERS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "Content-Security-Policy": _POLICY,
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": ", ".join(f"{name}=()" for name in _UNUSED),
        "X-Robots-Tag": "noindex, nofollow",
    }
)


class DeskHeaders:
    """Middleware that puts the headers on every answer.  `secure`: the desk is reached over https only."""

    def __init__(self, app: ASGIApp, *, secure: bool) -> None:
        """Wrap an application."""
        self._app = app
        self._secure = secure

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._add(MutableHeaders(scope=message))
            await send(message)

        await self._app(scope, receive, send_guarded)

    def _add(self, headers: MutableHeaders) -> None:
        headers.update(_HEADERS)
        if headers.get("Cache-Control") != KEPT:
            headers["Cache-Control"] = "no-store"
        if self._secure:
            headers["Strict-Transport-Security"] = "max-age=31536000"
