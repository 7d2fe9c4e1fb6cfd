"""A Bot API without a network, for python-telegram-bot."""

from telegram.request import BaseRequest, RequestData

from bench.null_server import NullServer


class WithoutNetwork(BaseRequest):
    """A way to a Bot API in the same process: nothing to open, nothing to wait for."""

    @property
    def read_timeout(self) -> float | None:
        """Never wait."""
        return None

    async def initialize(self) -> None:
        """Open nothing."""

    async def shutdown(self) -> None:
        """Close nothing."""


class NullTransport(WithoutNetwork):
    """Has every call answered at once."""

    def __init__(self) -> None:
        """Start with nobody written to."""
        self.server = NullServer()

    async def do_request(
        self, url: str, method: str, request_data: RequestData | None = None, *_timeouts: object, **_more: object
    ) -> tuple[int, bytes]:
        """Answer as the Bot API does."""
        del method
        chat = None if request_data is None else request_data.json_parameters.get("chat_id")
        return 200, self.server.answer(url.rpartition("/")[2], None if chat is None else int(chat))
