"""Posts updates to the bot's webhook, one at a time and in order, until it says it has them."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import httpx

from tests.botapi.updates import Feed, Pending, Webhook

_FIRST_PAUSE_SECONDS = 0.05
_LONGEST_PAUSE_SECONDS = 1.0
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


@dataclass(frozen=True, slots=True)
class Delivery:
    """One attempt to post an update. `status` is None when there was no answer."""

    update_id: int
    status: int | None
    at: float


@dataclass(slots=True)
class Courier:
    """Delivers while a webhook is set. The pauses between attempts are ours: Telegram does not publish its own."""

    feed: Feed
    tell_time: Callable[[], float]
    deliveries: list[Delivery] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    last_error: tuple[int, str] | None = None
    answer_timeout_seconds: float = 10.0

    async def run(self) -> None:
        """Deliver until cancelled."""
        # It speaks to loopback only, where there are no certificates to verify.
        async with httpx.AsyncClient(trust_env=False, verify=False, timeout=self.answer_timeout_seconds) as client:  # noqa: S501
            pause = _FIRST_PAUSE_SECONDS
            while True:
                webhook = self.feed.webhook
                if webhook is None or not self.feed.queue:
                    await self.feed.bell.hear(60.0)
                elif await self._deliver(client, webhook, self.feed.queue[0]):
                    pause = _FIRST_PAUSE_SECONDS
                else:
                    await asyncio.sleep(pause)
                    pause = min(pause * 2, _LONGEST_PAUSE_SECONDS)

    async def _deliver(self, client: httpx.AsyncClient, webhook: Webhook, pending: Pending) -> bool:
        status, trouble = await self._post(client, webhook, pending.body)
        self.deliveries.append(Delivery(pending.id, status, self.tell_time()))
        if trouble:
            self.last_error = (int(self.tell_time()), trouble)
            return False
        self.feed.confirm(pending)
        return True

    async def _post(self, client: httpx.AsyncClient, webhook: Webhook, body: str) -> tuple[int | None, str]:
        """Post one update; returns the status and what went wrong, empty if nothing did."""
        if urlsplit(webhook.url).hostname not in LOOPBACK:
            return None, "not a loopback address, so nothing is delivered"
        headers = {"Content-Type": "application/json"}
        if webhook.secret:
            headers["X-Telegram-Bot-Api-Secret-Token"] = webhook.secret
        try:
            answer = await client.post(webhook.url, content=body.encode(), headers=headers)
        except httpx.HTTPError as error:
            return None, f"Connection failed: {type(error).__name__}"
        if not answer.is_success:
            return answer.status_code, f"Wrong response from the webhook: {answer.status_code} {answer.reason_phrase}"
        if b'"method"' in answer.content:
            self.complaints.append("the webhook answered with a method call, which this server does not model")
        return answer.status_code, ""
