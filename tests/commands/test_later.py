"""Pages that are built when somebody first asks for one."""

import asyncio
from collections.abc import Callable

import pytest
from httpx import ASGITransport, AsyncClient
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route, Router
from starlette.types import ASGIApp

from commands.later import later


async def _tell_path(request: Request) -> Response:
    return PlainTextResponse(request.url.path)


def _pages(built: list[int]) -> ASGIApp:
    built.append(1)
    return Router([Route("/pages", _tell_path), Route("/pages/one/{name}", _tell_path)], redirect_slashes=False)


def _visit(build: Callable[[], ASGIApp]) -> AsyncClient:
    return AsyncClient(
        transport=ASGITransport(Starlette(routes=later("/pages", build))), base_url="http://pages.example"
    )


async def test_pages_are_built_once_by_the_first_request() -> None:
    built: list[int] = []

    async with _visit(lambda: _pages(built)) as visitor:
        assert built == []
        paths = ("/pages", "/pages/one/a", "/pages/two")
        answers = await asyncio.gather(*(visitor.get(path) for path in paths * 4))

    assert [answer.status_code for answer in answers] == [200, 200, 404] * 4
    assert answers[1].text == "/pages/one/a"
    assert built == [1]


async def test_pages_that_could_not_be_built_are_tried_again() -> None:
    built: list[int] = []

    def fail_once() -> ASGIApp:
        if not built:
            built.append(0)
            raise FileNotFoundError
        return _pages(built)

    async with _visit(fail_once) as visitor:
        with pytest.raises(FileNotFoundError):
            await visitor.get("/pages")
        assert (await visitor.get("/pages")).status_code == 200
