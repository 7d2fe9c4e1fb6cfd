"""Read what a form posts, and tell whether another site posted it."""

import asyncio
from collections.abc import Mapping
from typing import Final
from urllib.parse import parse_qsl, urlsplit

from starlette.requests import ClientDisconnect, Request

#: The fields of a posted form by name.
Form = Mapping[str, str]

_MOST_FIELDS: Final = 20
#: For a full form over the slowest phone network; who takes longer holds a connection and nothing else.
_MOST_SECONDS: Final = 20.0


async def read_form(request: Request, max_bytes: int, max_seconds: float = _MOST_SECONDS) -> Form | None:
    """Read the fields of a posted form; None when the body is too long.

    Raises ClientDisconnect, also when the body has not arrived after `max_seconds`.
    """
    try:
        async with asyncio.timeout(max_seconds):
            body = await _read_body(request, max_bytes)
    except TimeoutError:
        raise ClientDisconnect from None
    if body is None:
        return None
    try:
        return dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=_MOST_FIELDS))
    except ValueError:
        return {}


def is_foreign(request: Request) -> bool:
    """Tell whether another site made the browser send this; a proxy must pass `Host` on as it came.

    Pages without a referrer send `Origin: null` for their own forms, so null alone proves nothing.
    """
    origin = request.headers.get("origin", "null")
    if origin != "null" and _host_of(origin) != request.headers.get("host", ""):
        return True
    return request.headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}


async def _read_body(request: Request, max_bytes: int) -> bytes | None:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > max_bytes:
            return None
    return bytes(body)


def _host_of(origin: str) -> str | None:
    """Name the host of an origin; None for what no browser sends."""
    try:
        return urlsplit(origin).netloc or None
    except ValueError:
        return None
