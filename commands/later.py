"""Build an application when the first request for it comes, so that no start waits for it."""

import asyncio
from collections.abc import Callable

from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from handlers.house.land import Lazily


def later(path: str, build: Callable[[], ASGIApp]) -> list[Route]:
    """Make the routes of a path and of everything under it, answered by what `build` returns."""
    app = _Later(build)
    return [Route(path, app), Route(f"{path}/{{rest:path}}", app)]


class _Later:
    def __init__(self, build: Callable[[], ASGIApp]) -> None:
        self._build = Lazily(build)
        self._built: ASGIApp | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._built is None:
            self._built = await asyncio.to_thread(self._build)  # others are answered meanwhile
        await self._built(scope, receive, send)
