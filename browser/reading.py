"""Read requests quickly and no further than they may go."""

from asyncio import Transport
from typing import Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

#: More than a browser or a platform ever says around a body.
MOST_BESIDE_BODY: Final = 65_536


class BoundedProtocol(HttpToolsProtocol):
    """Reads HTTP/1.1 with httptools; its own kind takes in heads, extensions and trailers without end."""

    _beside_body = 0

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]  # as the one it extends
        """Begin with nothing read."""
        self._beside_body = 0
        super().connection_made(transport)

    def data_received(self, data: bytes) -> None:
        """Read on, and hang up on whoever says too much that is no body."""
        self._beside_body += len(data)
        super().data_received(data)
        if self._beside_body > MOST_BESIDE_BODY and not self.transport.is_closing():
            self.send_400_response("Too much beside the body.")

    def on_body(self, body: bytes) -> None:
        """Count what is body as such; how long it may be is for the application to say."""
        self._beside_body -= len(body)
        super().on_body(body)

    def on_message_complete(self) -> None:
        """Count anew for the next request."""
        self._beside_body = 0
        super().on_message_complete()
