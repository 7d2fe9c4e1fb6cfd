"""The peers as they are deployed: a webhook server in front, a Bot API over HTTP behind, what they know in memory."""

import argparse
import asyncio
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any

from bench.telegram_side import SECRET

#: Where both take updates.
PATH = "/hook"

Serve = Callable[[int, str], Coroutine[Any, Any, None]]


async def serve_ptb(port: int, api: str, *, answers: bool = True) -> None:
    """Serve python-telegram-bot's ConversationHandler behind its own webhook server; without answers only that."""
    from telegram.ext import Application  # noqa: PLC0415 - each process imports one peer alone

    from bench.turns_of_ptb import make_intake  # noqa: PLC0415

    application: Any = Application.builder().token("7:bench").base_url(f"{api}/bot").job_queue(None).build()
    if answers:
        application.add_handler(make_intake(persistent=False))
    await application.initialize()
    await application.start()
    await application.updater.start_webhook(
        "127.0.0.1", port, PATH, webhook_url=f"http://127.0.0.1:{port}{PATH}", secret_token=SECRET
    )
    await asyncio.Event().wait()


async def serve_aiogram(port: int, api: str) -> None:
    """Serve aiogram's finite-state machine behind its own webhook handler."""
    from aiogram import Bot, Dispatcher  # noqa: PLC0415
    from aiogram.client.session.aiohttp import AiohttpSession  # noqa: PLC0415
    from aiogram.client.telegram import TelegramAPIServer  # noqa: PLC0415
    from aiogram.fsm.storage.memory import MemoryStorage  # noqa: PLC0415
    from aiogram.webhook.aiohttp_server import SimpleRequestHandler, setup_application  # noqa: PLC0415
    from aiohttp import web  # noqa: PLC0415

    from bench.turns_of_aiogram import make_intake  # noqa: PLC0415

    bot = Bot("7:bench", session=AiohttpSession(api=TelegramAPIServer.from_base(api)))
    dispatcher = Dispatcher(storage=MemoryStorage())
    dispatcher.include_router(make_intake())
    application = web.Application()
    SimpleRequestHandler(dispatcher, bot, secret_token=SECRET).register(application, path=PATH)
    setup_application(application, dispatcher, bot=bot)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    await asyncio.Event().wait()


_PEERS: dict[str, Serve] = {
    "ptb": serve_ptb,
    "ptb-server": partial(serve_ptb, answers=False),
    "aiogram": serve_aiogram,
}


def main() -> None:
    """Serve one peer until the process is ended."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("peer", choices=_PEERS)
    parser.add_argument("port", type=int)
    parser.add_argument("api")
    arguments = parser.parse_args()
    asyncio.run(_PEERS[arguments.peer](arguments.port, arguments.api))


if __name__ == "__main__":
    main()
