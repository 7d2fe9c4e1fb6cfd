"""Put every route into one web application."""

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from browser.headers import QuietHeaders
from channels.webchat import webchat_routes
from channels.webchat_opening import make_opening
from console.routes import desk_routes
from handlers.desk import Desk
from handlers.pages import WebPages
from handlers.receive import Receiver
from handlers.world import World
from storage.errors import StorageError


def build_app(world: World, receiver: Receiver) -> Starlette:
    """Build the application of this process: health, web chat, desk, and the webhook if there is one."""
    config = world.config
    secure = config.server.url.startswith("https://")
    routes: list[BaseRoute] = [*_health_routes(world), *desk_routes(Desk(world), secure=secure)]
    if config.channels.webchat.enabled:
        routes += [Route("/", _to_chat), *_chat_routes(world, receiver)]
    if config.channels.telegram.mode == "webhook":
        routes += _webhook_routes(world, receiver)
    # Around everything, for an address or a method there is not is answered here.
    app = Starlette(routes=routes, middleware=[Middleware(QuietHeaders, secure=secure)])
    # A redirect to the address without its last slash would repeat the Host header, which anybody can invent.
    app.router.redirect_slashes = False
    return app


def _webhook_routes(world: World, receiver: Receiver) -> list[Route]:
    from channels.telegram_webhook import telegram_routes  # noqa: PLC0415 - only who uses Telegram pays for its library
    from commands.telegram import report_trouble, webhook_of  # noqa: PLC0415

    webhook = webhook_of(world.config)
    if webhook is None:
        return []
    return telegram_routes(webhook.secret, receiver.receive, report_trouble, world.config.limits.body_bytes)


def _chat_routes(world: World, receiver: Receiver) -> list[Route]:
    return webchat_routes(
        WebPages(world, receiver),
        make_opening(world.script),
        secret=world.keyring.signing_key,
        public_url=world.config.server.url,
    )


def _health_routes(world: World) -> list[BaseRoute]:
    async def healthz(_request: Request) -> Response:
        return PlainTextResponse("alive")

    async def readyz(_request: Request) -> Response:
        """Tell whether the database takes a step; the keys were checked when it was opened."""
        try:
            await world.database.write(lambda _work: None)
        except StorageError as error:
            return JSONResponse({"ready": False, "why": type(error).__name__}, status_code=503)
        return JSONResponse({"ready": True, **_telegram_state(world)})

    return [Route("/healthz", healthz), Route("/readyz", readyz)]


def _telegram_state(world: World) -> dict[str, str]:
    """Tell whether Telegram brings messages; web chat and desk are ready without it."""
    if not world.config.channels.telegram.enabled:
        return {}
    return {"telegram": "receiving" if "telegram" in world.signals.receiving else "trouble"}


async def _to_chat(_request: Request) -> Response:
    return RedirectResponse("/chat", status_code=307)
