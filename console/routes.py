"""The addresses of the desk."""

from http import HTTPStatus
from time import monotonic

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from browser.headers import KEPT, QuietHeaders
from console.acts import Acts
from console.broadcastpages import BroadcastPages
from console.entrance import Entrance
from console.forms import Tries, UsedForms
from console.gate import Gate, Handle
from console.listeningpages import ListeningPages
from console.live import Live
from console.oversight import OversightPages
from console.pages import Pages
from console.rendering import Renderer
from console.unitpages import UnitPages
from handlers.office.desk import Desk


def desk_routes(desk: Desk, *, secure: bool) -> list[Route]:
    """Make the routes of the desk, everything under /desk.

    `secure`: the service is reached over https, so cookies are marked for it.  A proxy in front must pass on the
    Host header as it came.
    """
    site = _Site(desk, secure=secure)
    # An application of its own answers for unknown addresses too, under the same headers.
    app = Starlette(
        routes=site.routes(),
        middleware=[Middleware(QuietHeaders, secure=secure)],
        exception_handlers={HTTPException: site.gate.miss},
    )
    # A redirect to the address without its last slash would repeat the Host header, which anybody can invent.
    app.router.redirect_slashes = False
    return [Route("/desk", app), Route("/desk/{rest:path}", app)]


class _Site:
    def __init__(self, desk: Desk, *, secure: bool) -> None:
        self._renderer = Renderer(desk)
        self.gate = Gate(desk, self._renderer, secure=secure)
        self._entrance = Entrance(desk, self._renderer, self.gate, Tries(monotonic), secure=secure)
        self._pages = Pages(desk, self._renderer)
        self._units = UnitPages(desk, self._pages, self._renderer)
        self._acts = Acts(desk, self._pages, UsedForms())
        self._live = Live(desk)
        self._oversight = OversightPages(desk, self._renderer, self._pages)
        self._broadcasts = BroadcastPages(desk, self._renderer, self._pages)
        self._listening = ListeningPages(desk, self._renderer, self._pages)

    def routes(self) -> list[Route]:
        cases = (*self._entrance_routes(), *self._page_routes(), *self._act_routes())
        return [*cases, *self._oversight_routes(), *self._broadcast_routes(), *self._listening_routes()]

    def _entrance_routes(self) -> list[Route]:
        entrance, gate = self._entrance, self.gate
        return [
            self._route("GET", "/sign-in/{token}", entrance.show_sign_in),
            self._route("POST", "/sign-in/{token}", gate.from_here(entrance.sign_in)),
            self._route("POST", "/sign-out", gate.for_acting(entrance.sign_out)),
            self._route("GET", "/static/{version}/{name}", self._give_asset),
        ]

    def _page_routes(self) -> list[Route]:
        pages, gate = self._pages, self.gate
        return [
            self._route("GET", "", gate.for_reading(pages.show_queue)),
            self._route("GET", "/queue", gate.for_watching(pages.show_queue_rows)),
            self._route("GET", "/cases", gate.for_reading(pages.show_cases)),
            self._route("GET", "/cases/{code}", gate.for_reading(pages.show_case)),
            self._route("GET", "/cases/{code}/chat", gate.for_watching(pages.show_chat)),
            self._route("GET", "/cases/{code}/events", gate.for_watching(self._live.tell_changes)),
            self._route("GET", "/tasks", gate.for_reading(pages.show_tasks)),
            self._route("GET", "/units", gate.for_reading(self._units.show_units)),
        ]

    def _act_routes(self) -> list[Route]:
        acts, gate = self._acts, self.gate
        return [
            self._route("POST", "/cases/{code}/take", gate.for_acting(acts.take)),
            self._route("POST", "/cases/{code}/decline", gate.for_acting(acts.decline)),
            self._route("POST", "/cases/{code}/speak", gate.for_acting(acts.speak)),
            self._route("POST", "/cases/{code}/stage", gate.for_acting(acts.set_stage)),
            self._route("POST", "/cases/{code}/transfer", gate.for_acting(acts.transfer)),
            self._route("POST", "/cases/{code}/close", gate.for_acting(acts.close)),
            self._route("POST", "/tasks/{task}/done", gate.for_acting(acts.finish_task)),
            self._route("POST", "/units/{unit}/places", gate.for_acting(self._units.set_places)),
        ]

    def _oversight_routes(self) -> list[Route]:
        pages, gate = self._oversight, self.gate
        return [
            self._route("GET", "/readings", gate.for_reading(pages.show_readings)),
            self._route("POST", "/readings/open", gate.for_acting(pages.read_case)),
            self._route("GET", "/approvals", gate.for_reading(pages.show_approvals)),
            self._route("POST", "/approvals/new", gate.for_acting(pages.ask)),
            self._route("POST", "/approvals/operator/{id}", gate.for_acting(pages.agree)),
            self._route("POST", "/approvals/{id}", gate.for_acting(pages.decide)),
            self._route("POST", "/approvals/{id}/use", gate.for_acting(pages.use)),
            self._route("GET", "/sessions", gate.for_reading(pages.show_sessions)),
            self._route("POST", "/sessions/{id}/end", gate.for_acting(pages.end_session)),
            self._route("GET", "/audit", gate.for_reading(pages.show_audit)),
        ]

    def _broadcast_routes(self) -> list[Route]:
        pages, gate = self._broadcasts, self.gate
        return [
            self._route("GET", "/broadcasts", gate.for_reading(pages.show_list)),
            self._route("GET", "/broadcasts/new", gate.for_reading(pages.show_new)),
            self._route("POST", "/broadcasts/add", gate.for_uploading(pages.create)),
            self._route("GET", "/broadcasts/{id}", gate.for_reading(pages.show_one)),
            self._route("GET", "/broadcasts/{id}/progress", gate.for_watching(pages.show_progress)),
            self._route("GET", "/broadcasts/{id}/edit", gate.for_reading(pages.show_edit)),
            self._route("GET", "/broadcasts/{id}/picture", gate.for_watching(pages.give_picture)),
            self._route("POST", "/broadcasts/{id}/save", gate.for_uploading(pages.save)),
            self._route("POST", "/broadcasts/{id}/{act}", gate.for_acting(pages.act)),
        ]

    def _listening_routes(self) -> list[Route]:
        pages, gate = self._listening, self.gate
        return [
            self._route("GET", "/listening", gate.for_reading(pages.show_home)),
            self._route("POST", "/listening/try", gate.for_acting(pages.try_sentence)),
            self._route("GET", "/listening/danger", gate.for_reading(pages.show_dangers)),
            self._route("GET", "/listening/questions", gate.for_reading(pages.show_questions)),
            self._route("GET", "/listening/change", gate.for_reading(pages.show_form)),
            self._route("POST", "/listening/propose", gate.for_acting(pages.propose)),
            self._route("POST", "/listening/changes/{id}", gate.for_acting(pages.decide)),
            self._route("POST", "/listening/back/{version}", gate.for_acting(pages.bring_back)),
            self._route("POST", "/listening/marks/{id}/drop", gate.for_acting(pages.drop_mark)),
            self._route("GET", "/cases/{code}/heard", gate.for_reading(pages.show_mark)),
            self._route("POST", "/cases/{code}/mark", gate.for_acting(pages.mark)),
        ]

    def _route(self, method: str, path: str, handle: Handle) -> Route:
        return Route(f"/desk{path}", self.gate.kindly(handle), methods=[method])

    async def _give_asset(self, request: Request) -> Response:
        """Give a style, script or icon, which a browser may keep: it says nothing about anybody."""
        asset = self._renderer.assets.get(request.path_params["name"])
        if asset is None or request.path_params["version"] != self._renderer.version:
            raise HTTPException(HTTPStatus.NOT_FOUND)
        return Response(asset.body, media_type=asset.kind, headers={"Cache-Control": KEPT})
