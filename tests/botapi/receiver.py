"""An endpoint for a webhook that notes what it gets and answers as a test says."""

import asyncio
import json
from dataclasses import dataclass, field

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tests.botapi.server import Listener, serve
from tests.botapi.world import Bell


@dataclass(slots=True)
class Receiver:
    """Notes every body and secret. `answers` are the statuses of the next posts; after them 200, with `content`."""

    bodies: list[str] = field(default_factory=list)
    secrets: list[str | None] = field(default_factory=list)
    bell: Bell = field(default_factory=Bell)
    content: str = ""
    answers: list[int] = field(default_factory=list)
    _listener: Listener | None = None

    @classmethod
    async def open(cls) -> "Receiver":
        """Listen on a free port of loopback."""
        receiver = cls()
        receiver._listener = await serve(Starlette(routes=[Route("/hook", receiver._take, methods=["POST"])]))
        return receiver

    @property
    def url(self) -> str:
        """The address for setWebhook."""
        assert self._listener is not None
        return f"http://127.0.0.1:{self._listener.port}/hook"

    @property
    def update_ids(self) -> list[int]:
        """The ids of the updates it got, in order."""
        return [int(json.loads(body)["update_id"]) for body in self.bodies]

    async def wait_for(self, count: int) -> None:
        """Wait until there were `count` posts, at most five seconds."""
        async with asyncio.timeout(5):
            while len(self.bodies) < count:
                await self.bell.hear(5)

    async def close(self) -> None:
        """Stop listening."""
        assert self._listener is not None
        await self._listener.close()

    async def _take(self, request: Request) -> Response:
        self.bodies.append((await request.body()).decode())
        self.secrets.append(request.headers.get("X-Telegram-Bot-Api-Secret-Token"))
        self.bell.ring()
        return Response(self.content, status_code=self.answers.pop(0) if self.answers else 200)
