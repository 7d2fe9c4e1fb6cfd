"""Tell an open page that its case has changed; what changed it fetches itself."""

from collections.abc import AsyncIterator
from http import HTTPStatus

from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.exceptions import HTTPException
from starlette.responses import Response

from console.gate import Visit
from console.pages import code_of
from handlers.office.desk import Desk

_RETRY_MILLISECONDS = 3_000
_HEARTBEAT_SECONDS = 25
#: How long a revoked or ended session can still be told that something changed.
_LOOK_SECONDS = 5.0


class Live:
    """Streams of server-sent events, which carry no word of anybody."""

    def __init__(self, desk: Desk) -> None:
        """Watch a desk."""
        self._desk = desk

    async def tell_changes(self, visit: Visit) -> Response:
        """Hold a stream open: `changed` for a case that looks different, `over` when it may be read no longer."""
        view = await self._desk.refresh(visit.member, code_of(visit))
        if view is None:
            raise HTTPException(HTTPStatus.NOT_FOUND)
        shown = visit.request.query_params.get("revision", "")
        return EventSourceResponse(self._changes(visit, view.code, shown), ping=_HEARTBEAT_SECONDS)

    async def _changes(self, visit: Visit, code: str, shown: str) -> AsyncIterator[ServerSentEvent]:
        yield ServerSentEvent(comment="open", retry=_RETRY_MILLISECONDS)
        while True:
            member = await self._desk.watcher(visit.session)
            view = None if member is None else await self._desk.refresh(member, code)
            if member is None or view is None:
                yield ServerSentEvent(event="over", data="")
                return
            if view.revision != shown:
                shown = view.revision
                yield ServerSentEvent(event="changed", data=shown)
            await self._desk.wait(member, code, shown, _LOOK_SECONDS)
