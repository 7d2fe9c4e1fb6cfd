"""Sign in by a one-time link, and sign out."""

from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import Response

from console.forms import Tries
from console.gate import Gate, Visit, language_of, outside
from console.rendering import Renderer, redirect
from handlers.office.desk import Desk

_RETRY_SECONDS = "60"


class Entrance:
    """The way in and out."""

    def __init__(self, desk: Desk, renderer: Renderer, gate: Gate, tries: Tries, *, secure: bool) -> None:
        """Open the way to a desk."""
        self._desk = desk
        self._renderer = renderer
        self._gate = gate
        self._tries = tries
        self._secure = secure

    async def show_sign_in(self, request: Request) -> Response:
        """Show the button that uses the link; looking at the page uses nothing, as a preview does."""
        return self._renderer.show("sign_in.html", outside(request), path=request.url.path)

    async def sign_in(self, request: Request) -> Response:
        """Use the link; every link that is no good gets the same answer.

        A good link is never held up: its 192 bits cannot be guessed, and behind a proxy everybody comes from the same
        address, so that a lock would shut out all staff.
        """
        session = await self._desk.sign_in(request.path_params["token"])
        if session is None:
            return self._refuse(request)
        await self._end_earlier(request)
        response = redirect("/desk", language_of(request))
        response.set_cookie(self._gate.cookie, session, path="/", secure=self._secure, httponly=True, samesite="strict")
        return response

    async def sign_out(self, visit: Visit) -> Response:
        """End the session."""
        await self._desk.sign_out(visit.session)
        response = self._renderer.show_notice("signed_out", outside(visit.request), HTTPStatus.OK)
        response.delete_cookie(self._gate.cookie, path="/", secure=self._secure, httponly=True, samesite="strict")
        return response

    def _refuse(self, request: Request) -> Response:
        if not self._tries.note_failure():
            return self._renderer.show_notice("sign_in_wrong", outside(request), HTTPStatus.BAD_REQUEST)
        busy = self._renderer.show_notice("sign_in_busy", outside(request), HTTPStatus.TOO_MANY_REQUESTS)
        busy.headers["Retry-After"] = _RETRY_SECONDS
        return busy

    async def _end_earlier(self, request: Request) -> None:
        earlier = request.cookies.get(self._gate.cookie)
        if earlier:
            await self._desk.sign_out(earlier)
