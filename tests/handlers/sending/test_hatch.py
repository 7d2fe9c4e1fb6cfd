"""An answer goes straight from its turn to the sender where it can, and waits in the outbox where it cannot."""

import asyncio
import contextlib
import threading
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

import pytest

from bot.ports import ChannelError, Incoming, Key, Outgoing, Start, Text, TryLater
from handlers.keeping.erase import erase
from handlers.sending.deliver import Sender
from storage import outbox
from storage.clients import people
from storage.clients.people import ClientId
from storage.engine.leadership import DutyLost
from storage.outbox import Lane
from storage.sealing.encryption import FolderId
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


async def _until_states(bed: TestBed, states: dict[str, int]) -> None:
    async with asyncio.timeout(20):
        while await _count_states(bed) != states:  # noqa: ASYNC110 - the outbox is a table
            await asyncio.sleep(0.005)


async def _hear(bed: TestBed, number: int, text: str, address: str = CLIENT) -> None:
    content = Start() if text == "/start" else Text(text)
    await bed.receiver.receive(Incoming(bed.channel.name, address, f"delivery-{number}", content))


async def _count_states(bed: TestBed) -> dict[str, int]:
    return await in_world(bed, outbox.count_states)


@dataclass
class _Slow:
    """A platform that answers no call before it may; the first one may be answered by a refusal."""

    may_answer: asyncio.Event = field(default_factory=asyncio.Event)
    called: list[Outgoing] = field(default_factory=list)
    refusal: ChannelError | None = None


@pytest.fixture
def slow(bed: TestBed, monkeypatch: pytest.MonkeyPatch) -> _Slow:
    """Have the channel's platform be slow."""
    platform, send = _Slow(), bed.channel.send

    async def hold(address: str, message: Outgoing) -> str | None:
        platform.called.append(message)
        await platform.may_answer.wait()
        refusal, platform.refusal = platform.refusal, None
        if refusal is not None:
            raise refusal
        return await send(address, message)

    monkeypatch.setattr(bed.channel, "send", hold)
    return platform


async def _client(bed: TestBed) -> ClientId:
    index = bed.world.address_index(TELEGRAM, CLIENT)
    found = await in_world(bed, lambda work: people.find_client(work, index))
    assert found is not None
    return found


async def _hand_over(
    bed: TestBed, client_id: ClientId, message: Outgoing, *, replace: bool = False, lane: Lane = Lane.REPLY
) -> None:
    """Put a message and hand it over, as a turn does."""

    def step(work: Work) -> None:
        outbox.put(work, FolderId(client_id), TELEGRAM, lane, message, replace=replace)
        if handing is not None:
            handing.claim(work)

    with bed.world.hatch.reach(TELEGRAM) as handing:
        await bed.world.database.write(step)


async def test_an_answer_is_claimed_by_the_commit_that_puts_it(bed: TestBed, slow: _Slow) -> None:
    async with _sending(bed):
        await _hear(bed, 1, "/start")
        states = await _count_states(bed)
        slow.may_answer.set()
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


async def test_an_answer_passes_while_the_one_before_is_still_on_its_way(bed: TestBed, slow: _Slow) -> None:
    async with _sending(bed):
        await _hear(bed, 1, "/start")
        await _hand_over(bed, await _client(bed), Outgoing("Lalu"))
        states, called = await _count_states(bed), len(slow.called)
        slow.may_answer.set()
        await _until(lambda: len(bed.heard(CLIENT)) == 2)

    assert states == {"sending": 2}
    assert called == 1
    assert bed.heard(CLIENT) == [message.text for message in slow.called]
    assert await _count_states(bed) == {}


async def test_an_answer_waits_behind_one_that_must_wait(bed: TestBed, slow: _Slow) -> None:
    async with _sending(bed):
        await _hear(bed, 1, "/start")
        await _hand_over(bed, await _client(bed), Outgoing("Lalu"))
        slow.refusal = TryLater(30)
        slow.may_answer.set()
        await _until_states(bed, {"queued": 2})
        called = len(slow.called)
        bed.clock.pass_time(seconds=60)
        bed.world.signals.outbox.set()
        await _until(lambda: len(bed.heard(CLIENT)) == 2)

    assert called == 1
    assert bed.heard(CLIENT)[0] == slow.called[0].text


async def test_an_answer_takes_the_place_of_the_buttons_that_are_on_their_way_before_it(
    bed: TestBed, slow: _Slow
) -> None:
    async with _sending(bed):
        await _hear(bed, 1, "/start")
        client_id = await _client(bed)
        await _hand_over(bed, client_id, Outgoing("Pilih", (Key("t", "Ya"),)))
        await _hand_over(bed, client_id, Outgoing("Sebentar"))
        await _hand_over(bed, client_id, Outgoing("Pilih lagi", (Key("t", "Ya"),)), replace=True)
        slow.may_answer.set()
        await _until(lambda: len(bed.heard(CLIENT)) == 4)

    assert bed.last(CLIENT).replaces == "2"


async def test_help_in_danger_passes_what_waits_behind_something_on_its_way(bed: TestBed, slow: _Slow) -> None:
    async with _sending(bed):
        await _hear(bed, 1, "/start")
        client_id = await _client(bed)
        await _hand_over(bed, client_id, Outgoing("Satu"))
        await _hand_over(bed, client_id, Outgoing("Dua"))
        await _hand_over(bed, client_id, Outgoing("Telepon 119"), lane=Lane.DANGER)
        slow.may_answer.set()
        await _until(lambda: len(bed.heard(CLIENT)) == 4)

    assert bed.heard(CLIENT)[1:] == ["Telepon 119", "Satu", "Dua"]


async def test_nobody_who_is_erased_is_sent_what_stands_behind_something_on_its_way(bed: TestBed, slow: _Slow) -> None:
    async with _sending(bed):
        await _hear(bed, 1, "/start")
        client_id = await _client(bed)
        await _hand_over(bed, client_id, Outgoing("Lalu"))
        await bed.world.database.write(lambda work: erase(work, bed.world, client_id, "id"))
        slow.may_answer.set()
        await _until(lambda: len(bed.heard(CLIENT)) == 2)

    farewell = bed.world.script.say("erased", "id")
    assert sorted(message.text == farewell for message in slow.called) == [False, True]


async def test_who_did_not_pass_is_not_held_up_by_those_who_do(bed: TestBed, slow: _Slow) -> None:
    async with _sending(bed):
        for number in range(60):  # more than are claimed at once
            await _hear(bed, number, "/start", f"{number}")
        await bed.world.database.write(
            lambda work: outbox.put_farewell(work, TELEGRAM, "7", Outgoing("Di luar"), lane=Lane.REPLY)
        )
        bed.world.signals.outbox.set()
        await _until(lambda: slow.called[-1].text == "Di luar")
        called = len(slow.called)
        slow.may_answer.set()

    assert called == 61


async def test_what_is_only_to_be_noted_takes_no_place_from_others(bed: TestBed, slow: _Slow) -> None:
    may_note = threading.Event()
    async with _sending(bed) as sender:
        await _hear(bed, 1, "/start")
        while_called = sender.room(TELEGRAM)
        busy = asyncio.create_task(bed.world.database.write(lambda _: may_note.wait(20)))
        slow.may_answer.set()
        await _until(lambda: bool(bed.heard(CLIENT)))
        await asyncio.sleep(0)
        while_noted = sender.room(TELEGRAM)
        may_note.set()
        await busy

    assert while_noted == while_called + 1
