"""An answer goes straight from its turn to the sender where it can, and waits in the outbox where it cannot."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable

import pytest

from bot.ports import Incoming, Outgoing, Start, Text
from handlers.sending.deliver import Sender
from storage import outbox
from storage.engine.leadership import DutyLost
from storage.transaction import Work
from tests.handlers.walking import CLIENT, COUNSELLOR, accepted_case, in_world
from tests.worlds import TestBed

TELEGRAM = "telegram"


@contextlib.asynccontextmanager
async def _sending(bed: TestBed, sender: Sender | None = None) -> AsyncIterator[Sender]:
    """Have the sender run, and begin once turns can hand over to it."""
    sender = sender or bed.sender
    running = asyncio.create_task(sender.run())
    await _until(lambda: _is_open(bed))
    try:
        yield sender
    finally:
        sender.stop()
        await asyncio.wait_for(running, 20)


def _is_open(bed: TestBed) -> bool:
    with bed.world.hatch.reach(TELEGRAM) as handing:
        return handing is not None


async def _until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not is_so():  # noqa: ASYNC110 - what is looked at tells nobody
            await asyncio.sleep(0.005)


async def _hear(bed: TestBed, number: int, text: str, address: str = CLIENT) -> None:
    content = Start() if text == "/start" else Text(text)
    await bed.receiver.receive(Incoming(bed.channel.name, address, f"delivery-{number}", content))


async def _count_states(bed: TestBed) -> dict[str, int]:
    return await in_world(bed, outbox.count_states)


async def test_an_answer_is_claimed_by_the_commit_that_puts_it(bed: TestBed, monkeypatch: pytest.MonkeyPatch) -> None:
    held = asyncio.Event()
    send = bed.channel.send

    async def hold(address: str, message: Outgoing) -> str | None:
        await held.wait()
        return await send(address, message)

    monkeypatch.setattr(bed.channel, "send", hold)
    async with _sending(bed):
        await _hear(bed, 1, "/start")
        states = await _count_states(bed)
        held.set()
        await _until(lambda: bool(bed.heard(CLIENT)))

    assert states == {"sending": 1}
    assert await _count_states(bed) == {}


async def test_what_is_said_in_a_row_arrives_in_order_however_slow_the_platform_is(
    bed: TestBed, monkeypatch: pytest.MonkeyPatch
) -> None:
    await accepted_case(bed)
    before = len(bed.heard(COUNSELLOR))
    send = bed.channel.send

    async def dawdle(address: str, message: Outgoing) -> str | None:
        await asyncio.sleep(0.01)
        return await send(address, message)

    monkeypatch.setattr(bed.channel, "send", dawdle)
    async with _sending(bed):
        await asyncio.gather(*(_hear(bed, number, f"kata {number}") for number in range(10)))
        await _until(lambda: len(bed.heard(COUNSELLOR)) == before + 10)

    heard = [text.rpartition("│ ")[2] for text in bed.heard(COUNSELLOR)[before:]]
    assert heard == [f"kata {number}" for number in range(10)]
    assert await _count_states(bed) == {}


async def test_an_answer_waits_where_nobody_sends(bed: TestBed) -> None:
    async with _sending(bed):
        pass

    await _hear(bed, 1, "/start")

    assert await _count_states(bed) == {"queued": 1}


async def test_a_duty_lost_meanwhile_leaves_the_answer_to_whoever_sends_now(bed: TestBed) -> None:
    steps = 0

    def lose(_work: Work) -> None:
        nonlocal steps
        steps += 1
        if is_lost:
            raise DutyLost

    is_lost = False
    async with _sending(bed, Sender(bed.world, fence=lose)):
        is_lost = True
        before = steps
        await _hear(bed, 1, "/start")

    assert steps > before
    assert await _count_states(bed) == {"queued": 1}
    assert bed.heard(CLIENT) == []


async def test_a_turn_that_fails_hands_nothing_over(bed: TestBed, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError

    async with _sending(bed):
        monkeypatch.setattr("storage.clients.conversations.save_state", fail)
        await _hear(bed, 1, "/start")
        await _until(lambda: bool(bed.heard(CLIENT)))

    assert [text[:22] for text in bed.heard(CLIENT)] == ["Maaf, ada yang salah d"]


async def test_a_sender_that_stops_waits_for_turns_that_may_still_hand_something_over(bed: TestBed) -> None:
    running = asyncio.create_task(bed.sender.run())
    await _until(lambda: _is_open(bed))

    with bed.world.hatch.reach(TELEGRAM):
        bed.sender.stop()
        await _until(lambda: not _is_open(bed))
        await asyncio.sleep(0.05)
        is_waiting = not running.done()

    await asyncio.wait_for(running, 20)
    assert is_waiting
