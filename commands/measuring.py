"""`/metrics`, for whoever shows the token that the settings name; without such a setting there is no such address."""

import hmac
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Final

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bot.config import Config
from commands.settings import read_secret
from handlers.running.metrics import CONTENT_TYPE, Metrics
from handlers.world import World
from storage.errors import StorageError

_SEALED: Final = b"# TYPE singgah_sealed gauge\nsinggah_sealed 1\n"


def metrics_routes(world: World) -> list[Route]:
    """Make the route of a running service.  Raises ConfigError when the token cannot be read."""
    metrics = Metrics(world)

    async def write() -> Response:
        try:
            return Response(await metrics.write(), media_type=CONTENT_TYPE)
        except StorageError as error:
            return PlainTextResponse(type(error).__name__, HTTPStatus.SERVICE_UNAVAILABLE)

    return _routes(world.config, write)


def sealed_metrics_routes(config: Config) -> list[Route]:
    """Make the route of a sealed service, which says that it is.  Raises ConfigError."""

    async def write() -> Response:
        return Response(_SEALED, media_type=CONTENT_TYPE)

    return _routes(config, write)


def _routes(config: Config, write: Callable[[], Awaitable[Response]]) -> list[Route]:
    if config.server.metrics_token_file is None:
        return []
    expected = f"Bearer {read_secret(config.server.metrics_token_file, 'server.metrics_token_file')}".encode()

    async def answer(request: Request) -> Response:
        if not hmac.compare_digest(request.headers.get("Authorization", "").encode(), expected):
            return Response(status_code=HTTPStatus.UNAUTHORIZED, headers={"WWW-Authenticate": "Bearer"})
        return await write()

    return [Route("/metrics", answer)]
