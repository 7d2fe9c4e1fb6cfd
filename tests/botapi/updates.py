"""The queue of updates of the bot, and how a poller or a webhook takes them from it."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.botapi import refusals
from tests.botapi.refusals import conflict
from tests.botapi.world import Bell, Json

_ONLY_IF_ASKED = frozenset({"chat_member", "message_reaction", "message_reaction_count"})
_POLL_MAX_SECONDS = 50


@dataclass(slots=True)
class Pending:
    """One update that is not confirmed. `repeats` says how many confirmations will be ignored."""

    id: int
    body: str
    repeats: int = 0
    is_handed_out: bool = False
    is_reordered: bool = False


@dataclass(frozen=True, slots=True)
class Webhook:
    """Where the bot wants its updates, as it said in setWebhook."""

    url: str
    secret: str | None
    max_connections: int


@dataclass(slots=True)
class Feed:
    """The updates of one bot, in the order in which they will be delivered."""

    bell: Bell
    inspect: Callable[[Json], None]
    queue: list[Pending] = field(default_factory=list)
    allowed: list[str] = field(default_factory=list)
    webhook: Webhook | None = None
    is_closed: bool = False
    _next_id: int = 500_000_001
    _twice: int = 0
    _to_hold: int = 0
    _held: list[Pending] = field(default_factory=list)
    _generation: int = 0

    def count_pending(self) -> int:
        """Count what is not confirmed yet."""
        return len(self.queue) + len(self._held)

    def push(self, kind: str, content: Json) -> int | None:
        """Queue an update and return its id, or None if the bot did not ask for this kind."""
        wanted = kind in self.allowed if self.allowed else kind not in _ONLY_IF_ASKED
        if not wanted:
            return None
        update: Json = {"update_id": self._take_id(), kind: content}
        self.inspect(update)
        return self._enqueue(json.dumps(update))

    def push_raw(self, body: Json | str) -> int:
        """Queue anything as an update. A dict without `update_id` gets one; a text goes out as it is."""
        update_id = self._take_id()
        return self._enqueue(body if isinstance(body, str) else json.dumps({"update_id": update_id, **body}))

    def repeat_next(self, count: int) -> None:
        """Deliver each of the next `count` updates twice, as if its confirmation were lost."""
        self._twice += count

    def reverse_next(self, count: int) -> None:
        """Hold the next updates until there are `count`, then deliver them last first."""
        self._to_hold = count

    def drop_all(self) -> None:
        """Forget every pending update."""
        self.queue.clear()
        self._held.clear()

    def confirm(self, pending: Pending) -> None:
        """Take an update off the queue, unless it is to be delivered again."""
        if pending.repeats:
            pending.repeats -= 1
        elif pending in self.queue:
            self.queue.remove(pending)
        self.bell.ring()

    async def poll(self, offset: int, limit: int, timeout_seconds: int) -> list[str]:
        """Answer getUpdates: confirm below `offset`, then wait until there is something or the time is over."""
        self._require_no_webhook(refusals.POLL_WHILE_WEBHOOK)
        self._generation += 1
        mine = self._generation
        self.bell.ring()
        self._acknowledge(offset)
        loop = asyncio.get_running_loop()
        deadline = loop.time() + min(timeout_seconds, _POLL_MAX_SECONDS)
        while not self.queue and not self.is_closed and loop.time() < deadline:
            await self.bell.hear(deadline - loop.time())
            if mine != self._generation:
                raise conflict(refusals.SECOND_POLLER)
            self._require_no_webhook(refusals.POLL_ENDED_BY_WEBHOOK)
        return self._hand_out(limit)

    def _require_no_webhook(self, reason: str) -> None:
        if self.webhook:
            raise conflict(reason)

    def _acknowledge(self, offset: int) -> None:
        if offset < 0:
            self.queue = self.queue[offset:]
        for pending in [one for one in self.queue if one.id < offset]:
            if pending.is_handed_out or not pending.is_reordered:
                self.confirm(pending)

    def _hand_out(self, limit: int) -> list[str]:
        batch = self.queue[: max(1, min(limit, 100))]
        for pending in batch:
            pending.is_handed_out = True
        return [pending.body for pending in batch]

    def _take_id(self) -> int:
        self._next_id += 1
        return self._next_id - 1

    def _enqueue(self, body: str) -> int:
        pending = Pending(self._next_id - 1, body)
        if self._twice:
            self._twice -= 1
            pending.repeats = 1
        if self._to_hold:
            self._hold(pending)
        else:
            self.queue.append(pending)
        self.bell.ring()
        return pending.id

    def _hold(self, pending: Pending) -> None:
        pending.is_reordered = True
        self._held.append(pending)
        if len(self._held) >= self._to_hold:
            self.queue.extend(reversed(self._held))
            self._held.clear()
            self._to_hold = 0
