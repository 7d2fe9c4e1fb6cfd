"""Call the methods of the Bot API: typed values out, typed answers in, and errors of our own for everything else."""

from http import HTTPStatus
from typing import TypeVar

import msgspec

from bot.pictures import PictureFile
from bot.ports import Rejected, Uncertain
from channels.telegram_errors import TokenRejected, judge_answer, read_result
from channels.telegram_forms import write_form
from channels.telegram_http import Server
from channels.telegram_methods import Message, Method
from channels.telegram_reading import Answer

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
        _judge(method, answer)
        return answer.body

    async def upload(self, method: Method, field: str, file: PictureFile, kind: type[T], wait_seconds: float) -> T:
        """Call a method with a file as one of its parameters, and return its result; raises what `call` does.

        `wait_seconds`: how much longer than usual it may take until all of it is there.
        """
        form, body = _write_with(method, field, file)
        answer = await self._server.ask(f"/{_name(method)}", body, wait_seconds=wait_seconds, kind=form)
        if answer.status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:  # whoever in between says so did not pass it on
            raise Rejected("TooLarge")
        _judge(method, answer)
        return read_result(answer.body, kind)

    async def close(self) -> None:
        """Close all connections."""
        await self._server.close()


def _judge(method: Method, answer: Answer) -> None:
    """Judge an answer; a page that knows no such address does not say what became of a message on its way there."""
    try:
        judge_answer(answer.status, answer.body)
    except TokenRejected as refusal:
        if refusal.is_telegrams or not isinstance(method, Message):
            raise
    else:
        return
    raise Uncertain("NotTelegram")


def _name(method: Method) -> str:
    name = type(method).__name__
    return f"{name[0].lower()}{name[1:]}"


def _write(method: Method) -> bytes:
    try:
        return msgspec.json.encode(method)
    except UnicodeEncodeError as error:  # half a character
        failure = Rejected(type(error).__name__)
    raise failure


def _write_with(method: Method, field: str, file: PictureFile) -> tuple[str, bytes]:
    try:
        return write_form(method, field, file)
    except UnicodeEncodeError as error:  # half a character
        failure = Rejected(type(error).__name__)
    raise failure
