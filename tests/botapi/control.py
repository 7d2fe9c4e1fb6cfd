"""Starts the loopback Bot API and gives tests everything that happens on the other side of the bot."""

import asyncio
import contextlib
from typing import TYPE_CHECKING

from tests.botapi import acts, refusals
from tests.botapi.faults import Drop, Fault
from tests.botapi.journal import Call
from tests.botapi.people import Group, NeverHappened, Person
from tests.botapi.refusals import FloodControl
from tests.botapi.server import Listener, listen
from tests.botapi.service import Service
from tests.botapi.updates import Feed
from tests.botapi.webhook import Courier, Delivery
from tests.botapi.world import Account, Bell, Chat, Json, Query, World

if TYPE_CHECKING:
    from tests.botapi.exchange import Exchange

DEFAULT_TOKEN = "4242:obviously-invented-for-tests"
_FIRST_PERSON_ID = 700_000_001
_FIRST_GROUP_ID = -1_000_000_000_001


class BotApi:
    """A Bot API on 127.0.0.1 for one bot, in the running loop."""

    def __init__(self, token: str, service: Service, exchange: "Exchange", listener: Listener) -> None:
        """Use `start` instead."""
        self.token = token
        self._service = service
        self._exchange = exchange
        self._listener = listener
        self._delivering = asyncio.create_task(service.courier.run())

    @classmethod
    async def start(cls, token: str = DEFAULT_TOKEN, username: str = "contoh_bot") -> "BotApi":
        """Start the server on a free port. The first start of a process takes about three seconds (aiogram)."""
        # aiogram takes seconds to import, and collecting tests must not pay for it.
        from tests.botapi import oracle  # noqa: PLC0415
        from tests.botapi.exchange import Exchange  # noqa: PLC0415

        bell = Bell()
        world = World(Account(4242, "Contoh", is_bot=True, username=username), bell)
        complaints: list[str] = []

        def inspect(update: Json) -> None:
            complaints.extend(f"this server sent a wrong update: {fault}" for fault in oracle.judge_update(update))

        feed = Feed(bell, inspect)
        service = Service(world, feed, Courier(feed, world.now), complaints=complaints)
        exchange = Exchange(service)
        return cls(token, service, exchange, await listen(token, exchange))

    async def stop(self) -> None:
        """Stop at once; a waiting getUpdates is answered with nothing or cut."""
        self._service.feed.is_closed = True
        self._exchange.closing.set()
        self._service.world.bell.ring()
        self._delivering.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._delivering
        await self._listener.close()

    @property
    def root_url(self) -> str:
        """The server itself, without a slash at the end."""
        return f"http://127.0.0.1:{self._listener.port}"

    @property
    def base_url(self) -> str:
        """What `telegram.Bot` takes as `base_url`."""
        return f"{self.root_url}/bot"

    @property
    def base_file_url(self) -> str:
        """What `telegram.Bot` takes as `base_file_url`."""
        return f"{self.root_url}/file/bot"

    def person(self, name: str, *, language: str = "id", username: str | None = None) -> Person:
        """Bring in somebody who has not pressed Start yet."""
        world = self._service.world
        account = Account(_FIRST_PERSON_ID + world.take_number(), name, username=username, language=language)
        chat = Chat(account.id, "private", name, {account.id: account}, barrier=refusals.NEVER_STARTED)
        world.chats[chat.id] = chat
        return Person(self._service, chat, account)

    def group(self, title: str, members: list[Person]) -> Group:
        """Make a group with the bot in it; the bot is told, by the first member."""
        world = self._service.world
        accounts = {person.id: person.account for person in members}
        chat = Chat(_FIRST_GROUP_ID - world.take_number(), "supergroup", title, accounts)
        world.chats[chat.id] = chat
        acts.change_membership(self._service, chat, members[0].account, "left", "member")
        return Group(self._service, chat)

    @property
    def journal(self) -> list[Call]:
        """Every call of the bot in order, getUpdates included."""
        return list(self._exchange.journal.calls)

    def calls(self, method: str | None = None, chat_id: int | None = None) -> list[Call]:
        """List the calls of a method or a chat; without getUpdates unless named."""
        return self._exchange.journal.select(method, chat_id)

    @property
    def refused(self) -> list[Call]:
        """The calls Telegram would have refused: answered with an error that no test ordered."""
        return [call for call in self.calls() if call.status >= refusals.FIRST_ERROR and not call.was_ordered]

    @property
    def unanswered(self) -> list[Query]:
        """The taps the bot never answered: a person still sees the button waiting."""
        return [query for query in self._service.world.queries.values() if query.answer is None]

    @property
    def files(self) -> list[bytes]:
        """Every file that either side uploaded, oldest first."""
        return [stored.content for stored in self._service.world.files.values()]

    def forget_files(self) -> None:
        """Know no file any more that was uploaded so far, as after a change of the bot."""
        self._service.world.files.clear()

    @property
    def pending(self) -> int:
        """How many updates the bot has not confirmed."""
        return self._service.feed.count_pending()

    @property
    def deliveries(self) -> list[Delivery]:
        """Every attempt to post an update to the webhook."""
        return list(self._service.courier.deliveries)

    @property
    def complaints(self) -> list[str]:
        """What must fail the test: unknown or wrong parameters, methods not modelled, own mistakes."""
        found = (self._exchange.journal.complaints, self._service.complaints, self._service.courier.complaints)
        return [complaint for source in found for complaint in source]

    def check(self) -> None:
        """Raise AssertionError with every complaint, if there is one."""
        assert not self.complaints, "\n".join(self.complaints)

    def forgive(self) -> None:
        """Forget the complaints so far; for tests that provoke them."""
        for source in (self._exchange.journal.complaints, self._service.complaints, self._service.courier.complaints):
            source.clear()

    def fault(
        self,
        method: str,
        code: int | None = None,
        *,
        times: int = 1,
        description: str | None = None,
        retry_after: int | None = None,
        migrate_to_chat_id: int | None = None,
        delay: float = 0.0,
        drop: Drop | None = None,
        chat_id: int | None = None,
    ) -> None:
        """Order trouble for the next `times` calls of `method` (`*` = any). See `Fault` for the rest."""
        fault = Fault(method, code, description, retry_after, migrate_to_chat_id, delay, drop, chat_id)
        self._exchange.faults.add(fault, times)

    def clear_faults(self) -> None:
        """Cancel all trouble that has not happened yet."""
        self._exchange.faults.clear()

    def control_flood(self, flood: FloodControl | None) -> None:
        """Switch flood control on with these limits, or off with None."""
        self._service.flood = flood

    def deliver_twice(self, count: int = 1) -> None:
        """Deliver each of the next `count` updates twice with the same update_id, as if a confirmation were lost."""
        self._service.feed.repeat_next(count)

    def out_of_order(self, count: int = 2) -> None:
        """Hold the next updates until there are `count`, then deliver them last first."""
        self._service.feed.reverse_next(count)

    def inject_raw(self, update: Json | str) -> int:
        """Queue anything as an update and return its id; a text goes out as it is, even if it is no JSON."""
        return self._service.feed.push_raw(update)

    def expire_queries(self) -> None:
        """Make every tap so far too old to be answered."""
        for query in self._service.world.queries.values():
            query.is_stale = True

    def skip(self, seconds: float) -> None:
        """Move the clock of this Telegram ahead, for instance past the 48 hours of deleteMessage."""
        self._service.world.skipped_seconds += seconds

    async def wait_until_idle(self, quiet: float = 0.1, timeout: float = 5.0) -> None:  # noqa: ASYNC109 - brief
        """Wait until every update is confirmed and the bot has called nothing but getUpdates for `quiet` seconds."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + timeout
        calm_since, seen = loop.time(), -1
        while self.pending or loop.time() - calm_since < quiet:
            if loop.time() > deadline:
                raise NeverHappened(f"not idle within {timeout} s: {self.pending} updates pending")
            open_calls = [call for call in self.calls() if not call.is_over]
            if len(self.calls()) != seen or self.pending or open_calls:
                calm_since, seen = loop.time(), len(self.calls())
            await asyncio.sleep(quiet / 5)
