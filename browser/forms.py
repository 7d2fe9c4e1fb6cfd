"""Read what a form posts, and tell whether another site posted it."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import parse_qsl, urlsplit

from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import ClientDisconnect, Request

#: The fields of a posted form by name.
Form = Mapping[str, str]

_MOST_FIELDS: Final = 20
#: For a full form over the slowest phone network; who takes longer holds a connection and nothing else.
_MOST_SECONDS: Final = 20.0
_MOST_FIELD_BYTES: Final = 65_536


@dataclass(frozen=True, slots=True)
class Posted:
    """What a form posts that may carry a file.  `file`: empty without one."""

    form: Form
    file: bytes = field(repr=False)


async def read_form(request: Request, max_bytes: int, max_seconds: float = _MOST_SECONDS) -> Form | None:
    """Read the fields of a posted form; None when the body is too long.

    Raises ClientDisconnect, also when the body has not arrived after `max_seconds`.
    """
    body = await _read_body(request, max_bytes, max_seconds)
    return None if body is None else _read_fields(body)


async def read_upload(request: Request, max_bytes: int, max_seconds: float) -> Posted | None:
    """Read the fields of a posted form, and the one file that may go along; None when all of it is too long.

    Nothing is written to disk meanwhile.  Raises what `read_form` does.
    """
    body = await _read_body(request, max_bytes, max_seconds)
    if body is None:
        return None
    if not request.headers.get("content-type", "").startswith("multipart/form-data"):
        return Posted(_read_fields(body), b"")
    try:
        return await _read_parts(request, body)
    except MultiPartException:
        return Posted({}, b"")


def is_foreign(request: Request) -> bool:
    """Tell whether another site made the browser send this; a proxy must pass `Host` on as it came.

    Pages without a referrer send `Origin: null` for their own forms, so null alone proves nothing.
    """
    origin = request.headers.get("origin", "null")
    if origin != "null" and _host_of(origin) != request.headers.get("host", ""):
        return True
    return request.headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}


async def _read_body(request: Request, max_bytes: int, max_seconds: float) -> bytes | None:
    body = bytearray()
    try:
        async with asyncio.timeout(max_seconds):
            async for chunk in request.stream():
                body += chunk
                if len(body) > max_bytes:
                    return None
    except TimeoutError:
        raise ClientDisconnect from None
    return bytes(body)


def _read_fields(body: bytes) -> Form:
    try:
        return dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=_MOST_FIELDS))
    except ValueError:
        return {}


async def _read_parts(request: Request, body: bytes) -> Posted:
    parser = _InMemory(
        request.headers, _give(body), max_files=1, max_fields=_MOST_FIELDS, max_part_size=_MOST_FIELD_BYTES
    )
    form, file = dict[str, str](), b""
    for name, value in (await parser.parse()).multi_items():
        if isinstance(value, UploadFile):
            file = await value.read()
            await value.close()
        else:
            form[name] = value
    return Posted(form, file)


class _InMemory(MultiPartParser):
    # What staff upload is not drawn anew yet, and has no business on a disk.
    spool_max_size = 1 << 30


async def _give(body: bytes) -> AsyncGenerator[bytes, None]:
    yield body


def _host_of(origin: str) -> str | None:
    """Name the host of an origin; None for what no browser sends."""
    try:
        return urlsplit(origin).netloc or None
    except ValueError:
        return None
