"""Show everybody what a bot is, through python-telegram-bot; loaded only when what is shown is to change."""

from typing import Final

import msgspec
import telegram
from telegram.error import TelegramError
from telegram.request import BaseRequest, RequestData

from bot.ports import ChannelError, Uncertain
from channels.telegram_errors import judge_answer
from channels.telegram_http import Server
from channels.telegram_profile import Profile


async def set_profile(server: Server, profile: Profile) -> None:
    """Set commands, description and the words on the bot's page.

    Raises TokenRejected, TryLater or Uncertain.
    """
    failure: ChannelError
    request = _Request(server)
    bot = telegram.Bot(_NO_TOKEN, request=request, get_updates_request=request)
    try:
        await bot.set_my_commands(list(profile.commands.items()))
        await bot.set_my_description(profile.description)
        await bot.set_my_short_description(profile.about)
    except TelegramError as error:
        failure = error.__cause__ if isinstance(error.__cause__, ChannelError) else Uncertain(type(error).__name__)
    except (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError) as error:
        # The call succeeded, but what came back is not what the library expects.
        failure = Uncertain(type(error).__name__)
    else:
        return
    raise failure


class _Request(BaseRequest):
    """Has the library call through our own connections; what went wrong there is the cause of what it raises."""

    def __init__(self, server: Server) -> None:
        self._server = server

    @property
    def read_timeout(self) -> float | None:
        """Leave time to the server."""
        return None

    async def initialize(self) -> None:
        """Leave opening to the server."""

    async def shutdown(self) -> None:
        """Leave closing to the channel."""

    async def do_request(
        self, url: str, method: str, request_data: RequestData | None = None, *_timeouts: object, **_more: object
    ) -> tuple[int, bytes]:
        """Make one call, which has no files."""
        del method
        body = b"{}" if request_data is None else msgspec.json.encode(request_data.parameters)
        answer = await self._server.ask(f"/{url.rpartition('/')[2]}", body)
        judge_answer(answer.status, answer.body)
        return answer.status, answer.body


#: The server knows the real one; the library only insists that there is one, and could show it in a log.
_NO_TOKEN: Final = "0:unused"  # noqa: S105 - nobody's
