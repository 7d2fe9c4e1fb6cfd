"""Let in who is signed in, and let through only what their own pages sent."""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from functools import wraps
from http import HTTPStatus

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from browser.forms import Form, Posted, is_foreign, read_form, read_upload
from console.forms import holds_token, make_token
from console.rendering import Frame, Renderer
from console.wording import LANGUAGES
from handlers.office.desk import Desk, StaffMember

log = logging.getLogger(__name__)

_MOST_BYTES = 65_536
#: A picture as phones take them is taken in, so that whoever sends one is told kindly that it is too large.
_MOST_UPLOAD_BYTES = 8 * 1_048_576
_MOST_UPLOAD_SECONDS = 120.0

Handle = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Visit:
    """A request of somebody who is signed in.  `form`, `file`: empty unless something was posted."""

    request: Request
    session: str
    member: StaffMember
    language: str
    form: Form = field(default_factory=dict)
    file: bytes = field(default=b"", repr=False)


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

        async def read(request: Request) -> Posted | None:
            form = await read_form(request, _MOST_BYTES)
            return None if form is None else Posted(form, b"")

        return self._for_posting(act, read)

    def for_uploading(self, act: Show) -> Handle:
        """Do what a form asks that may carry a file, if a page of this very session sent it."""

        async def read(request: Request) -> Posted | None:
            return await read_upload(request, _MOST_UPLOAD_BYTES, _MOST_UPLOAD_SECONDS)

        return self._for_posting(act, read)

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

    def _for_posting(self, act: Show, read: Callable[[Request], Awaitable[Posted | None]]) -> Handle:
        async def act_checked(visit: Visit) -> Response:
            posted = await read(visit.request)
            if posted is None or not holds_token(visit.session, posted.form):
                return self.refuse(visit.request)
            return await act(replace(visit, form=posted.form, file=posted.file))

        return self.from_here(self._guard(act_checked, self._desk.member))

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
