"""Keep every page to itself: no copies, no outside requests, no frames, no trace in other sites."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

#: What a response carries that may be kept: a style, a script or an icon under a name that changes with it.
KEPT: Final = "private, max-age=31536000, immutable"

_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
_UNUSED: Final = ("accelerometer", "camera", "display-capture", "gyroscope", "magnetometer", "microphone", "payment")
_HEADERS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "Content-Security-Policy": _POLICY,
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "X-Robots-Tag": "noindex, nofollow",
    }
)
_CACHE, _KEPT = b"cache-control", KEPT.encode()
_NO_STORE = (_CACHE, b"no-store")


class QuietHeaders:
    """Middleware that puts the headers on each answer.

    `secure`: the service is reached over https only.  `geolocation`: a page may ask for the place, on a tap.
    """

    def __init__(self, app: ASGIApp, *, secure: bool, geolocation: bool = False) -> None:
        """Wrap an application."""
        self._app = app
        place = "geolocation=(self)" if geolocation else "geolocation=()"
        headers = {**_HEADERS, "Permissions-Policy": ", ".join((place, *(f"{name}=()" for name in _UNUSED)))}
        if secure:
            headers["Strict-Transport-Security"] = "max-age=31536000"
        self._headers = [(name.lower().encode(), value.encode()) for name, value in headers.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""

        async def send_quietly(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = self._complete(message.get("headers", ()))
            await send(message)

        await self._app(scope, receive, send_quietly)

    def _complete(self, given: Iterable[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
        """Add what is not given; on the way of every message, so it is put together once."""
        kept = [(name, value) for name, value in given if name != _CACHE or value == _KEPT]
        names = {name for name, _ in kept}
        cache = () if _CACHE in names else (_NO_STORE,)
        return [*kept, *(one for one in self._headers if one[0] not in names), *cache]
