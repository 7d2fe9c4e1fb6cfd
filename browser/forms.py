"""Read what a form posts, and tell whether another site posted it."""

from collections.abc import Mapping
from typing import Final
from urllib.parse import parse_qsl, urlsplit

from starlette.requests import Request

#: The fields of a posted form by name.
Form = Mapping[str, str]

_MOST_FIELDS: Final = 20


async def read_form(request: Request, max_bytes: int) -> Form | None:
    """Read the fields of a posted form; None when the body is too long.  Raises ClientDisconnect."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > max_bytes:
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
    if origin != "null" and urlsplit(origin).netloc != request.headers.get("host"):
        return True
    return request.headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}
