"""What is sent keeps below the limits of the platform, and what is urgent does not wait behind what is not."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from bot.ports import Outgoing
from handlers.sending.deliver import Sender
from storage import outbox
from storage.clients import people
from storage.outbox import Lane
from storage.transaction import Work
from tests.handlers.walking import CLIENT, OTHER_CLIENT, client_at, in_world
from tests.worlds import TestBed

LIMIT = 50
LETTERS = 80


@contextlib.asynccontextmanager
async def _sending(bed: TestBed) -> AsyncIterator[list[tuple[float, str]]]:
    """Run a sender and give what it sends, with the moment it did."""
    sent: list[tuple[float, str]] = []
    send = bed.channel.send

    async def note(address: str, message: Outgoing) -> str | None:
        sent.append((time.monotonic(), message.text))
        return await send(address, message)

    bed.channel.send = note  # type: ignore[method-assign]  # the channel's end is ours to watch
    sender = Sender(bed.world)
    running = asyncio.create_task(sender.run())
    try:
        yield sent
    finally:
        sender.stop()
        await running


def _put_many(work: Work) -> None:
    for number in range(LETTERS):
        outbox.put_farewell(work, "telegram", f"far-{number}", Outgoing(f"{number}"))


async def _wait_for(sent: list[tuple[float, str]], count: int) -> None:
    async with asyncio.timeout(30):
        while len(sent) < count:  # noqa: ASYNC110 - the channel's end rings no bell
            await asyncio.sleep(0.01)


async def test_no_second_holds_more_than_the_platform_takes(bed: TestBed) -> None:
    bed.channel.limits = replace(bed.channel.limits, per_second=LIMIT)
    await in_world(bed, _put_many)
    async with _sending(bed) as sent:
        await _wait_for(sent, LETTERS)

    moments = [moment for moment, _ in sent]
    assert all(later - earlier >= 1.0 for earlier, later in zip(moments, moments[LIMIT:], strict=False))
    assert sorted(text for _, text in sent) == sorted(f"{number}" for number in range(LETTERS))


async def test_a_counsellors_words_do_not_wait_behind_what_waits(bed: TestBed) -> None:
    await bed.say(CLIENT, "/start")
    client_id = await client_at(bed)
    bed.channel.limits = replace(bed.channel.limits, per_second=LIMIT)
    await in_world(bed, _put_many)
    async with _sending(bed) as sent:
        await _wait_for(sent, 10)
        await in_world(bed, lambda work: _put(work, client_id, "dari konselor"))
        said_after = len(sent)
        await _wait_for(sent, said_after + 15)

    place = [text for _, text in sent].index("dari konselor")
    assert place < said_after + 10


async def test_one_chat_gets_its_share_and_the_others_do_not_wait_for_it(bed: TestBed) -> None:
    for address in (CLIENT, OTHER_CLIENT):
        await bed.say(address, "/start")
    first, second = await client_at(bed), await client_at(bed, OTHER_CLIENT)
    bed.channel.limits = replace(bed.channel.limits, per_chat=(2, 600.0))
    before = len(bed.heard(CLIENT))
    for number in range(4):
        await in_world(bed, lambda work, number=number: _put(work, first, f"{number}"))  # type: ignore[misc]  # bound here
    await in_world(bed, lambda work: _put(work, second, "satu"))

    sender = Sender(bed.world)
    await sender.send_due()
    await sender.send_due()

    assert bed.heard(CLIENT)[before:] == ["0", "1"]
    assert bed.last(OTHER_CLIENT).text == "satu"
    assert await in_world(bed, outbox.count_states) == {"queued": 2}


@pytest.fixture(autouse=True)
def _without_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look for letters at once, so that the schedule alone decides."""
    monkeypatch.setattr("handlers.sending.pacing.IDLE_SECONDS", 0.02)


def _put(work: Work, client_id: people.ClientId, text: str) -> None:
    outbox.put(work, people.folder(client_id), "telegram", Lane.COUNSELLOR, Outgoing(text))
