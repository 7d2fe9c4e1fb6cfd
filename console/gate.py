"""Let in who is signed in, and let through only what their own pages sent."""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from functools import wraps
from http import HTTPStatus

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from browser.forms import Form, is_foreign, read_form
from console.forms import holds_token, make_token
from console.rendering import Frame, Renderer
from console.wording import LANGUAGES
from handlers.desk import Desk, StaffMember

log = logging.getLogger(__name__)

_MOST_BYTES = 65_536

Handle = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Visit:
    """A request of somebody who is signed in.  `form`: empty unless something was posted."""

    request: Request
    session: str
    member: StaffMember
    language: str
    form: Form = field(default_factory=dict)


Show = Callable[[Visit], Awaitable[Response]]


class Gate:
    """The gate of the desk.  `cookie`: name of the cookie that carries the session."""

    def __init__(self, desk: Desk, renderer: Renderer, *, secure: bool) -> None:
        """Guard a desk."""
        self._desk = desk
        self._renderer = renderer
        # A browser takes a __Host- cookie over https only.
        self.cookie = "__Host-desk" if secure else "desk"

    def for_reading(self, show: Show) -> Handle:
        """Show a page to who is signed in; the session lives on, if that can be stored now."""
        return self._guard(show, self._desk.reader)

    def for_watching(self, show: Show) -> Handle:
        """Show what a page fetches by itself; an unattended desk still signs out."""
        return self._guard(show, self._desk.watcher)

    def for_acting(self, act: Show) -> Handle:
        """Do what a form asks, if a page of this very session sent it."""

        async def act_checked(visit: Visit) -> Response:
            form = await read_form(visit.request, _MOST_BYTES)
            if form is None or not holds_token(visit.session, form):
                return self.refuse(visit.request)
            return await act(replace(visit, form=form))

        return self.from_here(self._guard(act_checked, self._desk.member))

    def from_here(self, handle: Handle) -> Handle:
        """Refuse what another site made the browser send."""

        async def handle_own(request: Request) -> Response:
            return self.refuse(request) if is_foreign(request) else await handle(request)

        return handle_own

    def kindly(self, handle: Handle) -> Handle:
        """Answer with a kind sentence when something fails."""

        @wraps(handle)
        async def handle_kindly(request: Request) -> Response:
            try:
                return await handle(request)
            except HTTPException:
                raise
            except ClientDisconnect:
                return Response(status_code=HTTPStatus.BAD_REQUEST)
            except Exception as error:
                log.exception("failed", extra={"action": "desk.failed", "channel": "desk", "error": error})
            return self._renderer.show_notice("busy", outside(request), HTTPStatus.SERVICE_UNAVAILABLE)

        return handle_kindly

    def refuse(self, request: Request) -> Response:
        """Say that nothing was done."""
        return self._renderer.show_notice("refused", outside(request), HTTPStatus.FORBIDDEN)

    async def miss(self, request: Request, error: Exception) -> Response:
        """Answer for an address or a method there is not."""
        status = HTTPStatus(error.status_code) if isinstance(error, HTTPException) else HTTPStatus.NOT_FOUND
        return self._renderer.show_notice("missing", outside(request), status)

    def _guard(self, show: Show, find: Callable[[str], Awaitable[StaffMember | None]]) -> Handle:
        async def handle(request: Request) -> Response:
            session = request.cookies.get(self.cookie, "")
            member = await find(session) if session else None
            if member is None:
                return self._renderer.show_notice("over", outside(request), HTTPStatus.UNAUTHORIZED)
            return await show(Visit(request, session, member, language_of(request)))

        return handle


def language_of(request: Request) -> str:
    """Return the language a page was asked for in."""
    asked = request.query_params.get("lang", "")
    return asked if asked in LANGUAGES else LANGUAGES[0]


def outside(request: Request) -> Frame:
    """Frame a page for whoever sees it, signed in or not."""
    return Frame(language_of(request), "/desk")


def inside(visit: Visit, path: str, counts: dict[str, int]) -> Frame:
    """Frame a page for who is signed in."""
    note = visit.request.query_params.get("note", "")
    return Frame(visit.language, path, visit.member, make_token(visit.session), counts, note)
