"""Put every route into one web application."""

from collections.abc import Callable
from dataclasses import dataclass

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route, Router
from starlette.types import ASGIApp, Receive, Scope, Send

from browser.headers import QuietHeaders
from commands.later import later
from commands.measuring import metrics_routes
from commands.parts import Part
from handlers.receiving.receive import Receiver
from handlers.running import health
from handlers.running.watch import Trouble
from handlers.world import World
from storage.keys.signedlinks import links_file


@dataclass(frozen=True, slots=True)
class Station:
    """What this process does.  `duties`: of each it is ready for, whether it is "held" here or "waiting"."""

    parts: frozenset[Part] = frozenset(Part)
    duties: Callable[[], dict[str, str]] = dict


def build_app(world: World, receiver: Receiver, station: Station = Station()) -> ASGIApp:
    """Build the application of this process: health, and as its parts are web chat, desk and webhook."""
    config = world.config
    secure = config.server.url.startswith("https://")
    routes = _health_routes(world, station)
    if Part.WEB in station.parts:
        routes.append(_links_route(world))
        routes += later("/desk", lambda: _build_desk(world, secure=secure))
        if config.channels.webchat.enabled:
            routes += [Route("/", _to_chat), *later("/chat", lambda: _build_chat(world, receiver))]
    webhook = _webhook_route(world, receiver) if Part.RECEIVE in station.parts else None
    if webhook is not None:
        routes.append(webhook)
    # Around everything, for an address or a method there is not is answered here.
    app = Starlette(routes=routes, middleware=[Middleware(QuietHeaders, secure=secure)])
    # A redirect to the address without its last slash would repeat the Host header, which anybody can invent.
    app.router.redirect_slashes = False
    return app if webhook is None else _PostedStraight(webhook, app)


@dataclass(frozen=True, slots=True)
class _PostedStraight:
    """Takes what is posted to one route past all layers, which are for pages; everything else goes through them."""

    route: Route
    others: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_straight = scope["type"] == "http" and scope["path"] == self.route.path and scope["method"] == "POST"
        await (self.route.app if is_straight else self.others)(scope, receive, send)


def _webhook_route(world: World, receiver: Receiver) -> Route | None:
    if world.config.channels.telegram.mode != "webhook":
        return None
    from channels.telegram_webhook import telegram_route  # noqa: PLC0415 - loaded only where there is a bot
    from commands.telegram import report_trouble, webhook_of  # noqa: PLC0415

    webhook = webhook_of(world.config)
    if webhook is None:
        return None
    return telegram_route(webhook.secret, receiver.receive, report_trouble, world.config.limits.body_bytes)


def _build_desk(world: World, *, secure: bool) -> ASGIApp:
    from console.routes import desk_routes  # noqa: PLC0415 - pages wait until one is asked for
    from handlers.office.desk import Desk  # noqa: PLC0415

    return Router(desk_routes(Desk(world), secure=secure), redirect_slashes=False)


def _build_chat(world: World, receiver: Receiver) -> ASGIApp:
    from channels.webchat import webchat_routes  # noqa: PLC0415 - as above
    from channels.webchat_opening import make_opening  # noqa: PLC0415
    from handlers.conversing.pages import WebPages  # noqa: PLC0415

    routes = webchat_routes(
        WebPages(world, receiver),
        make_opening(world.script),
        secrets=world.keyring.signing_keys(world.clock().date()),
        public_url=world.config.server.url,
        clock=lambda: world.clock().timestamp(),
    )
    return Router(routes, redirect_slashes=False)


def _health_routes(world: World, station: Station) -> list[BaseRoute]:
    async def healthz(_request: Request) -> Response:
        return PlainTextResponse("alive")

    async def readyz(_request: Request) -> Response:
        """Tell whether the database takes a step; the keys were checked when it was opened."""
        found = await health.look(world)
        if Trouble.STORE_AWAY in found.troubles:
            return JSONResponse({"ready": False, "why": "StoreUnavailable"}, status_code=503)
        troubles = {"trouble": list(found.troubles)} if found.troubles else {}
        return JSONResponse({"ready": True, **_telegram_state(world, station), **_duties(station), **troubles})

    return [Route("/healthz", healthz), Route("/readyz", readyz), *metrics_routes(world)]


def _links_route(world: World) -> BaseRoute:
    """Give the signed addresses, so that a link from elsewhere can be checked against them."""

    async def give(_request: Request) -> Response:
        path = links_file(world.config.storage.data_dir)
        if not path.exists():
            return PlainTextResponse("Not Found", status_code=404)
        return Response(path.read_bytes(), media_type="application/json")

    return Route("/.well-known/singgah.json", give)


def _telegram_state(world: World, station: Station) -> dict[str, str]:
    """Tell whether Telegram brings messages; web chat and desk are ready without it."""
    if not world.config.channels.telegram.enabled or Part.RECEIVE not in station.parts:
        return {}
    if "telegram" in world.signals.receiving:
        return {"telegram": "receiving"}
    return {"telegram": "waiting" if station.duties().get("poll:telegram") == "waiting" else "trouble"}


def _duties(station: Station) -> dict[str, dict[str, str]]:
    duties = station.duties()
    return {"duties": duties} if duties else {}


async def _to_chat(_request: Request) -> Response:
    return RedirectResponse("/chat", status_code=307)
