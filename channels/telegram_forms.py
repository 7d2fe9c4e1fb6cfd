"""Write a call that carries a file, in the only form in which one can."""

import secrets
from typing import Final

import msgspec

from bot.pictures import PictureFile
from channels.telegram_methods import Method

_LINE: Final = b"\r\n"
_BOUNDARY_BYTES: Final = 24
_ENDINGS: Final = {"image/jpeg": "jpg", "image/png": "png"}


def write_form(method: Method, field: str, file: PictureFile) -> tuple[str, bytes]:
    """Return the kind of a body, and the body: the parameters of a method, and a file as one more of them.

    Raises UnicodeEncodeError for half a character.
    """
    boundary = secrets.token_hex(_BOUNDARY_BYTES)  # so long that no file and no words hold it
    given = msgspec.to_builtins(method)
    parts = [_write_part(f'name="{name}"', _write_value(value)) for name, value in given.items()]
    named = f'name="{field}"; filename="{field}.{_ENDINGS[file.kind]}"{_LINE.decode()}Content-Type: {file.kind}'
    parts.append(_write_part(named, file.body))
    begun = b"--" + boundary.encode() + _LINE
    body = b"".join(begun + part + _LINE for part in parts) + b"--" + boundary.encode() + b"--" + _LINE
    return f"multipart/form-data; boundary={boundary}", body


def _write_part(described: str, value: bytes) -> bytes:
    return b"Content-Disposition: form-data; " + described.encode() + _LINE + _LINE + value


def _write_value(value: object) -> bytes:
    return value.encode() if isinstance(value, str) else msgspec.json.encode(value)
