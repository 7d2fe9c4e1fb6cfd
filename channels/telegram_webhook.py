"""Take updates that Telegram delivers to us over HTTP."""

import hmac
from http import HTTPStatus
from typing import Final

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from bot.ports import Incoming
from channels.telegram_errors import NotTaken, UnreadableUpdate
from channels.telegram_polling import Receive, Report
from channels.telegram_updates import read_update

PATH: Final = "/hook/telegram"


def telegram_routes(secret: str, receive: Receive, report: Report, max_body_bytes: int = 1_048_576) -> list[Route]:
    """Make the route Telegram delivers to.

    It answers 200 once `receive` has returned, or when there is nothing to do or nothing to read; 503, so that
    Telegram delivers again, when `receive` raises; 401 without the secret; 413 for a body that is too long.
    Raises ValueError for an empty secret, which everybody would know.
    """
    if not secret:
        message = (
            "the webhook secret is empty: put 1-256 of A-Z a-z 0-9 _ - into channels.telegram.webhook_secret_file."
        )
        raise ValueError(message)

    async def take_update(request: Request) -> Response:
        shown = request.headers.get(_SECRET_HEADER, "")
        if not hmac.compare_digest(shown.encode(), secret.encode()):
            return Response(status_code=HTTPStatus.UNAUTHORIZED)
        body = await _read_body(request, max_body_bytes)
        if body is None:
            return Response(status_code=HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        update = read_update(body)
        if update.broken:
            report(UnreadableUpdate())
        return Response(status_code=await _hand_over(update.incoming, receive, report))

    return [Route(PATH, take_update, methods=["POST"])]


_SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - the name of the header, not what it carries


async def _read_body(request: Request, limit: int) -> bytes | None:
    """Read at most `limit` bytes; None when there are more.  A sender who hangs up has sent nothing."""
    body = bytearray()
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > limit:
                return None
    except ClientDisconnect:
        return b""
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
