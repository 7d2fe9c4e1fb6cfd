"""Speak on a web page of our own: rendered here, whole without scripts, no cookie before consent.

The conversation's lines are stored by the handlers and fetched by the page, so nothing is ever sent to it.
"""

import logging
import re
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from functools import wraps
from http import HTTPStatus
from typing import Final

from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from bot.dialogue.effects import Picture
from bot.ports import Crowded, EntryWanted, Page, Pages
from browser.forms import Form, is_foreign, read_form
from browser.headers import KEPT, QuietHeaders
from channels.webchat_entrance import Entrance
from channels.webchat_forms import (
    WEBCHAT,
    Stamp,
    make_address,
    make_nonce,
    read_deliveries,
)
from channels.webchat_rendering import Renderer, View

log = logging.getLogger(__name__)

PATH: Final = "/chat"

_AWAY: Final = f"{PATH}/away"
_HEARTBEAT_SECONDS = 25
_LONGEST_STREAM_SECONDS = 600.0
_RETRY_MILLISECONDS = 5_000
_MOST_STREAMS = 4
_CROWDED_SECONDS = "60"
_REVISION = re.compile(r"\d{1,9}", re.ASCII)

Handle = Callable[[Request], Awaitable[Response]]


def webchat_routes(
    pages: Pages,
    opening: Page,
    *,
    secrets: Sequence[bytes],
    public_url: str,
    clock: Callable[[], float],
    max_body_bytes: int = 65_536,
) -> list[Route]:
    """Make the routes of the web chat.

    `opening`: what somebody new sees, see `make_opening`.  `secrets`: of at least 32 bytes each, the same in every
    process; the first marks pages, the marks of the others still hold.
    `public_url`: cookies are marked for https only where it begins so.  `max_body_bytes`: of a form; the longest
    text of the service grows twelvefold when it is all emoji.  `clock`: seconds since 1970.
    """
    stamp, entrance = Stamp(*secrets), Entrance(clock, *secrets)
    secure = public_url.startswith("https:")
    site = _Site(pages, opening, stamp, entrance, secure=secure, max_body_bytes=max_body_bytes)
    quiet = [Middleware(QuietHeaders, secure=site.secure, geolocation=True)]

    def route(path: str, handle: Handle, *methods: str) -> Route:
        return Route(PATH + path, site.kindly(handle), methods=list(methods), middleware=quiet)

    return [
        route("", site.show, "GET"),
        route("", site.take, "POST"),
        route("/log", site.show_log, "GET", "POST"),
        route("/events", site.tell, "GET"),
        route("/leave", site.leave, "POST"),
        route("/away", site.show_away, "GET"),
        route("/pictures/{line}/{mark}", site.give_picture, "GET"),
        route("/static/{version}/{name}", site.give_asset, "GET"),
    ]


class _Site:
    def __init__(
        self, pages: Pages, opening: Page, stamp: Stamp, entrance: Entrance, *, secure: bool, max_body_bytes: int
    ) -> None:
        self.secure = secure
        self._pages = pages
        self._opening = opening
        self._stamp = stamp
        self._entrance = entrance
        self._max_body_bytes = max_body_bytes
        self._renderer = Renderer(pages, self._lead_to)
        # A browser takes a __Host- cookie over https only, for every path, and from no other host of the same domain:
        # nobody can put a conversation of their own into it, to read what is written there.
        self._cookie, self._cookie_path = ("__Host-catatan", "/") if secure else ("catatan", PATH)
        self._streams: Counter[str] = Counter()

    async def show(self, request: Request) -> Response:
        """Show the conversation the cookie leads to, else the first screen; nothing is stored for it."""
        address = self._read_cookie(request)
        if address is None:
            return self._render_opening(restore=request.headers.get("sec-fetch-site") == "cross-site")
        page = await self._pages.page(address)
        if page is None:
            return self._forget(self._render_opening(notice="web_gone"))
        return self._render_own(request, address, page)

    async def take(self, request: Request) -> Response:
        """Take what the person sent and show what follows."""
        form = await read_form(request, self._max_body_bytes)
        if form is None:
            return self._render_notice("web_too_long", HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        request.state.form = form
        address = self._find_address(request, form)
        if address is None:
            return self._render_notice("web_stale", HTTPStatus.FORBIDDEN)
        deliveries = read_deliveries(address, form, self._entrance.judge(address, form))
        try:
            for incoming in deliveries:
                await self._pages.receive(incoming)
        except EntryWanted as wanted:
            return self._ask_at_entrance(address, form, wanted.load)
        return await self._answer(request, address, has_spoken=bool(deliveries))

    async def show_log(self, request: Request) -> Response:
        """Give the script the conversation anew; 204 when there is none (any more)."""
        form = await read_form(request, self._max_body_bytes)
        address = self._find_address(request, form or {}) if request.method == "POST" else self._read_cookie(request)
        page = await self._pages.page(address) if address and not is_foreign(request) else None
        if address is None or page is None:
            return Response(status_code=HTTPStatus.NO_CONTENT)
        return self._render_own(request, address, page)

    async def tell(self, request: Request) -> Response:
        """Hold a stream open until the conversation has moved, and say only that it has."""
        address = self._read_cookie(request)
        after = request.query_params.get("after", "")
        if address is None or is_foreign(request) or not _REVISION.fullmatch(after):
            return Response(status_code=HTTPStatus.NO_CONTENT)
        if self._streams[address] >= _MOST_STREAMS:
            return Response(status_code=HTTPStatus.TOO_MANY_REQUESTS)
        return EventSourceResponse(self._wait(address, int(after)), ping=_HEARTBEAT_SECONDS)

    async def leave(self, request: Request) -> Response:
        """Forget the conversation on this device, if our own page asks, and show something else."""
        response = RedirectResponse(_AWAY, HTTPStatus.SEE_OTHER)
        if is_foreign(request):
            return response
        response.headers["Clear-Site-Data"] = '"cache", "cookies", "storage"'
        return self._forget(response)

    async def show_away(self, request: Request) -> Response:
        """Show a page that could be anybody's."""
        del request
        return HTMLResponse(self._renderer.render_away(self._opening.language))

    async def give_picture(self, request: Request) -> Response:
        """Give the picture of a line to whoever has that line in their conversation, and to nobody else."""
        line, mark = request.path_params["line"], request.path_params["mark"]
        is_ours = self._stamp.holds(_marked(line), mark) and not is_foreign(request)
        file = await self._pages.picture(line, self._read_cookie(request)) if is_ours else None
        if file is None:
            return Response(status_code=HTTPStatus.NOT_FOUND)
        return Response(file.body, media_type=file.kind)

    def _lead_to(self, picture: Picture) -> str:
        return f"{PATH}/pictures/{picture.id}/{self._stamp.make(_marked(picture.id))}"

    async def give_asset(self, request: Request) -> Response:
        """Give a style, script or icon, which a browser may keep: it says nothing about anybody."""
        asset = self._renderer.assets.get(request.path_params["name"])
        if asset is None or request.path_params["version"] != self._renderer.version:
            return Response(status_code=HTTPStatus.NOT_FOUND)
        kept = {"Cache-Control": KEPT}
        return Response(asset.body, media_type=asset.kind, headers=kept)

    def kindly(self, handle: Handle) -> Handle:
        """Answer with a kind sentence when something fails; a form that was sent can be sent again."""

        @wraps(handle)
        async def handle_kindly(request: Request) -> Response:
            try:
                return await handle(request)
            except ClientDisconnect:
                return Response(status_code=HTTPStatus.BAD_REQUEST)
            except Crowded:
                return self._ask_to_wait(request)
            except Exception as error:
                log.exception("failed", extra={"action": "webchat.failed", "channel": WEBCHAT, "error": error})
            again = getattr(request.state, "form", None)
            return self._render_notice("error_kind", HTTPStatus.SERVICE_UNAVAILABLE, again)

        return handle_kindly

    def _ask_at_entrance(self, address: str, form: Form, load: float) -> Response:
        challenge = self._entrance.ask(address, form, load)
        page = self._renderer.render_entrance(challenge, self._opening.language, form)
        return HTMLResponse(page, HTTPStatus.TOO_MANY_REQUESTS)

    def _ask_to_wait(self, request: Request) -> Response:
        again = getattr(request.state, "form", None)
        response = self._render_notice("web_crowded", HTTPStatus.TOO_MANY_REQUESTS, again)
        response.headers["Retry-After"] = _CROWDED_SECONDS
        return response

    def _find_address(self, request: Request, form: Form) -> str | None:
        """Find whose form this is; None if it is not ours or another site sent it."""
        address = form.get("address") or self._read_cookie(request)
        is_ours = address is not None and self._stamp.holds(address, form.get("check", ""))
        return address if is_ours and not is_foreign(request) else None

    def _read_cookie(self, request: Request) -> str | None:
        return request.cookies.get(self._cookie) or None

    async def _answer(self, request: Request, address: str, *, has_spoken: bool) -> Response:
        page = await self._pages.page(address)
        if page is None:
            return self._render_opening(notice="erased" if has_spoken else None)
        if page.consented and "x-part" not in request.headers:
            return self._remember(RedirectResponse(PATH, HTTPStatus.SEE_OTHER), address)
        return self._render_own(request, address, page)

    async def _wait(self, address: str, after: int) -> AsyncIterator[ServerSentEvent]:
        self._streams[address] += 1
        try:
            yield ServerSentEvent(comment="open", retry=_RETRY_MILLISECONDS)
            has_moved = await self._pages.wait(address, after, _LONGEST_STREAM_SECONDS)
            if has_moved or await self._pages.page(address) is None:
                yield ServerSentEvent(event="moved", data="")
        finally:
            self._streams -= Counter([address])

    def _render_own(self, request: Request, address: str, page: Page) -> Response:
        if page.consented:
            return self._remember(self._render(View(page, None, self._stamp.make(address), make_nonce())), address)
        # Nothing stored means a farewell: whatever is said next begins somewhere new.
        is_over = page.revision == 0
        carried = make_address() if is_over else address
        response = self._render(View(page, carried, self._stamp.make(carried), make_nonce(), starts=is_over))
        return self._forget(response) if self._read_cookie(request) == address else response

    def _render_opening(self, *, notice: str | None = None, restore: bool = False) -> Response:
        address = make_address()
        check = self._stamp.make(address)
        view = View(self._opening, address, check, make_nonce(), starts=True, notice=notice, restore=restore)
        return self._render(view)

    def _render(self, view: View) -> Response:
        return HTMLResponse(self._renderer.render_chat(view))

    def _render_notice(self, notice: str, status: HTTPStatus, again: Form | None = None) -> Response:
        return HTMLResponse(self._renderer.render_notice(notice, self._opening.language, again), status)

    def _remember(self, response: Response, address: str) -> Response:
        response.set_cookie(
            self._cookie, address, path=self._cookie_path, secure=self.secure, httponly=True, samesite="strict"
        )
        return response

    def _forget(self, response: Response) -> Response:
        response.delete_cookie(
            self._cookie, path=self._cookie_path, secure=self.secure, httponly=True, samesite="strict"
        )
        return response


def _marked(line: str) -> str:
    """Name a line as no address can be named."""
    return f"picture\n{line}"
