"""Call the methods of the Bot API: typed values out, typed answers in, and errors of our own for everything else."""

from typing import TypeVar

import msgspec

from bot.ports import Rejected
from channels.telegram_errors import judge_answer, read_result
from channels.telegram_http import Server
from channels.telegram_methods import Method

T = TypeVar("T")


class Calls:
    """The Bot API of one token."""

    def __init__(self, server: Server) -> None:
        """Call this server."""
        self._server = server

    async def call(self, method: Method, kind: type[T]) -> T:
        """Call a method and return its result.

        Raises what `judge_answer` and `Server` say, and Rejected for what cannot be written as JSON.
        """
        return read_result(await self.fetch(method), kind)

    async def fetch(self, method: Method, wait_seconds: float = 0.0) -> bytes:
        """Call a method and return its answer, unread; `wait_seconds`: how long Telegram was asked to wait."""
        answer = await self._server.ask(f"/{_name(method)}", _write(method), wait_seconds=wait_seconds)
        judge_answer(answer.status, answer.body)
        return answer.body

    async def close(self) -> None:
        """Close all connections."""
        await self._server.close()


def _name(method: Method) -> str:
    name = type(method).__name__
    return f"{name[0].lower()}{name[1:]}"


def _write(method: Method) -> bytes:
    try:
        return msgspec.json.encode(method)
    except UnicodeEncodeError as error:  # half a character
        failure = Rejected(type(error).__name__)
    raise failure
