"""Take updates that Telegram delivers to us over HTTP."""

import hmac
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from starlette.routing import Route
from starlette.types import Receive as FromSender
from starlette.types import Scope, Send

from bot.ports import Incoming
from channels.telegram_errors import NotTaken, UnreadableUpdate
from channels.telegram_polling import Receive, Report
from channels.telegram_updates import read_update

PATH: Final = "/hook/telegram"


def telegram_route(secret: str, receive: Receive, report: Report, max_body_bytes: int = 1_048_576) -> Route:
    """Make the route Telegram delivers to; its endpoint is an application that needs nothing around it.

    It answers 200 once `receive` has returned, or when there is nothing to do or nothing to read; 503, so that
    Telegram delivers again, when `receive` raises; 401 without the secret; 413 for a body that is too long.
    Raises ValueError for an empty secret, which everybody would know.
    """
    if not secret:
        message = (
            "the webhook secret is empty: put 1-256 of A-Z a-z 0-9 _ - into channels.telegram.webhook_secret_file."
        )
        raise ValueError(message)

    return Route(PATH, _Hook(secret.encode(), receive, report, max_body_bytes), methods=["POST"])


_SECRET_HEADER = b"x-telegram-bot-api-secret-token"


@dataclass(frozen=True, slots=True)
class _Hook:
    """Takes one request, without the layers that a page needs."""

    secret: bytes
    receive: Receive
    report: Report
    max_body_bytes: int

    async def __call__(self, scope: Scope, receive: FromSender, send: Send) -> None:
        status = await self._take(scope, receive)
        headers = [(b"content-length", b"0")]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": b""})

    async def _take(self, scope: Scope, receive: FromSender) -> HTTPStatus:
        shown = dict(scope["headers"]).get(_SECRET_HEADER, b"")
        if not hmac.compare_digest(shown, self.secret):
            return HTTPStatus.UNAUTHORIZED
        body = await _read_body(receive, self.max_body_bytes)
        if body is None:
            return HTTPStatus.REQUEST_ENTITY_TOO_LARGE
        update = read_update(body)
        if update.broken:
            self.report(UnreadableUpdate())
        return await _hand_over(update.incoming, self.receive, self.report)


async def _read_body(receive: FromSender, limit: int) -> bytes | None:
    """Read at most `limit` bytes; None when there are more.  A sender who hangs up has sent nothing."""
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return b""
        body += message.get("body", b"")
        if len(body) > limit:
            return None
        if not message.get("more_body", False):
            return bytes(body)


async def _hand_over(incoming: Incoming | None, receive: Receive, report: Report) -> HTTPStatus:
    if incoming is None:
        return HTTPStatus.OK
    try:
        await receive(incoming)
    except Exception as error:  # noqa: BLE001 - whatever it was, the update is not stored and must come again
        report(NotTaken(type(error).__name__))
        return HTTPStatus.SERVICE_UNAVAILABLE
    return HTTPStatus.OK
