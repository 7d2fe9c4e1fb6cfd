"""Tell the other processes on a PostgreSQL database what changed; nothing told says anything of a person."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Final, LiteralString

from psycopg import AsyncConnection, Error
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from sqlalchemy import make_url

log = logging.getLogger(__name__)

_CHANNEL: Final = "singgah"
_LISTEN: Final[LiteralString] = "LISTEN singgah"
_TELL: Final[LiteralString] = "SELECT pg_notify(%s, told) FROM unnest(%s::text[]) AS told"
#: Beyond that many at once everybody is told to look at everything.
_MOST_UNTOLD: Final = 1_000
_PAUSE_SECONDS: Final = 1.0
_TELLING_SECONDS: Final = 5.0
#: A connection whose other end vanished without a word is noticed after twenty seconds.
_KEEPALIVE: Final = "keepalives_idle=10 keepalives_interval=5 keepalives_count=2 connect_timeout=5"

#: What is told when too much changed to name it, and heard when something may have been missed.
EVERYTHING: Final = "everything"

Hear = Callable[[str], None]


class Notices:
    """Tells and hears over two connections of its own, which come back by themselves when they are lost."""

    def __init__(self, url: str, hear: Hear) -> None:
        """Speak with the processes on a PostgreSQL database; `hear` gets what others tell, on the event loop."""
        address = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
        self._address = make_conninfo(address, **conninfo_to_dict(_KEEPALIVE))
        self._hear = hear
        self._untold: dict[str, None] = {}
        self._has_untold = asyncio.Event()
        self._own = 0  # the number the server gave the connection that tells for this process
        self._is_ending = False

    def tell(self, notice: str) -> None:
        """Tell every other process soon; the same thing only once while it waits."""
        if len(self._untold) >= _MOST_UNTOLD:
            self._untold = {EVERYTHING: None}
        self._untold[notice] = None
        self._has_untold.set()

    async def run(self) -> None:
        """Tell and hear until `end` is called; while a connection is lost, everybody here looks again and again."""
        listening = asyncio.create_task(self._keep(self._listen))
        try:
            await self._keep(self._speak)
        finally:
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)

    def end(self) -> None:
        """Let `run` return once the rest is told."""
        self._is_ending = True
        self._has_untold.set()

    async def _keep(self, converse: Callable[[AsyncConnection], Awaitable[None]]) -> None:
        while not self._is_ending:
            try:
                async with await AsyncConnection.connect(self._address, autocommit=True) as connection:
                    await converse(connection)
            except (Error, OSError, TimeoutError) as error:
                log.warning("notices", extra={"action": "notices.lost", "error": error})
            if not self._is_ending:
                self._hear(EVERYTHING)
                await asyncio.sleep(_PAUSE_SECONDS)

    async def _listen(self, connection: AsyncConnection) -> None:
        await connection.execute(_LISTEN)
        self._hear(EVERYTHING)  # what was told before is not told again
        async for notice in connection.notifies():
            if notice.pid != self._own:
                self._hear(notice.payload)

    async def _speak(self, connection: AsyncConnection) -> None:
        self._own = connection.info.backend_pid
        while True:
            await self._has_untold.wait()
            self._has_untold.clear()
            if self._untold:
                told, self._untold = list(self._untold), {}
                await asyncio.wait_for(connection.execute(_TELL, (_CHANNEL, told)), _TELLING_SECONDS)
            if self._is_ending:
                return
