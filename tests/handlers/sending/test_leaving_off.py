"""A sender leaves off when another one sends, when a platform hears nobody, and before a broadcast goes out twice."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.ports import ChannelError, Outgoing, TryLater, Uncertain, Unreachable
from handlers.sending.deliver import Sender
from storage import outbox
from storage.clients import people
from storage.outbox import Lane
from storage.tables import outbox as letters
from storage.transaction import Work
from tests.handlers.walking import CLIENT, OTHER_CLIENT, accepted_case, client_at, in_world
from tests.worlds import TestBed

BROADCAST = b"k" * 16


class _Lost(Exception):
    """Another process sends by now."""


def _put(work: Work, client_id: people.ClientId, text: str, lane: Lane = Lane.REPLY) -> None:
    broadcast = BROADCAST if lane is Lane.BROADCAST else None
    outbox.put(work, people.folder(client_id), "telegram", lane, Outgoing(text), broadcast=broadcast)


async def _known(bed: TestBed) -> people.ClientId:
    await bed.say(CLIENT, "/start")
    return await client_at(bed)


async def test_nothing_is_claimed_or_sent_without_the_duty(bed: TestBed) -> None:
    client_id = await _known(bed)
    await in_world(bed, lambda work: _put(work, client_id, "satu"))
    before = bed.heard(CLIENT)

    assert await Sender(bed.world, lambda: False).send_due() == 0

    assert bed.heard(CLIENT) == before
    assert await in_world(bed, outbox.count_states) == {"queued": 1}


async def test_a_claim_that_another_process_has_overtaken_takes_nothing(bed: TestBed) -> None:
    client_id = await _known(bed)
    await in_world(bed, lambda work: _put(work, client_id, "satu"))

    def refuse(_work: Work) -> None:
        raise _Lost

    with pytest.raises(_Lost):
        await Sender(bed.world, fence=refuse).send_due()

    assert await in_world(bed, outbox.count_states) == {"queued": 1}


async def test_a_sender_that_loses_its_duty_puts_back_what_it_has_not_tried(bed: TestBed) -> None:
    client_id = await _known(bed)
    for text in ("satu", "dua", "tiga"):
        await in_world(bed, lambda work, text=text: _put(work, client_id, text))  # type: ignore[misc]  # bound here
    # Asked before the claim, before the first letter and before its only piece; then it is over.
    answers = iter([True, True, True])

    await Sender(bed.world, lambda: next(answers, False)).send_due()

    assert bed.heard(CLIENT)[-1] == "satu"
    assert await in_world(bed, outbox.count_states) == {"queued": 2}
    await bed.flush()
    assert bed.heard(CLIENT)[-2:] == ["dua", "tiga"]


async def test_a_long_letter_that_loses_the_duty_in_the_middle_is_continued_not_repeated(bed: TestBed) -> None:
    client_id = await _known(bed)
    words = " ".join(str(number) for number in range(2_000))
    await in_world(bed, lambda work: _put(work, client_id, words))
    before = len(bed.heard(CLIENT))
    answers = iter([True, True, True])

    await Sender(bed.world, lambda: next(answers, False)).send_due()
    assert len(bed.heard(CLIENT)) == before + 1
    bed.clock.pass_time(seconds=2)
    await bed.flush()

    assert " ".join(bed.heard(CLIENT)[before:]).split() == words.split()


async def test_a_broadcast_that_may_have_arrived_is_not_sent_again(bed: TestBed) -> None:
    client_id = await _known(bed)
    bed.channel.failures.append(Uncertain())
    await in_world(bed, lambda work: _put(work, client_id, "kabar", Lane.BROADCAST))

    for _ in range(3):
        await bed.flush()
        bed.clock.pass_time(minutes=1)

    assert "kabar" not in bed.heard(CLIENT)
    assert await in_world(bed, outbox.count_states) == {"uncertain": 1}


@pytest.mark.parametrize(
    ("failure", "copies", "end"), [(TryLater(1), 1, {}), (Uncertain(), 0, {"uncertain": 1})], ids=str
)
async def test_a_broadcast_waits_only_where_it_certainly_was_not_taken(
    bed: TestBed, failure: ChannelError, copies: int, end: dict[str, int]
) -> None:
    client_id = await _known(bed)
    bed.channel.failures.append(failure)
    await in_world(bed, lambda work: _put(work, client_id, "kabar", Lane.BROADCAST))

    await bed.flush()
    bed.clock.pass_time(minutes=1)
    await bed.flush()

    assert bed.heard(CLIENT).count("kabar") == copies
    assert await in_world(bed, outbox.count_states) == end


@pytest.mark.parametrize(
    ("failure", "result"), [(None, "sent"), (Unreachable(), "blocked"), (Uncertain(), "uncertain")]
)
async def test_a_broadcast_hears_what_became_of_each_letter(
    bed: TestBed, monkeypatch: pytest.MonkeyPatch, failure: ChannelError | None, result: str
) -> None:
    client_id = await _known(bed)
    heard: list[tuple[bytes, bytes, str]] = []
    monkeypatch.setattr("storage.broadcasts.note", lambda _work, *what: heard.append(what))
    bed.channel.failures.extend([] if failure is None else [failure])
    await in_world(bed, lambda work: _put(work, client_id, "kabar", Lane.BROADCAST))

    await bed.flush()

    assert heard == [(BROADCAST, people.folder(client_id), result)]
    assert (await in_world(bed, lambda work: people.current_address(work, client_id)) is None) == (result == "blocked")


async def test_many_chats_refused_in_a_row_let_the_whole_channel_rest_across_a_restart(bed: TestBed) -> None:
    for number in range(8):
        await bed.say(f"{CLIENT}{number}", "/start")
    clients = [await client_at(bed, f"{CLIENT}{number}") for number in range(8)]
    for client_id in clients:
        await in_world(bed, lambda work, who=client_id: _put(work, who, "satu"))  # type: ignore[misc]  # bound here
    bed.channel.limits = replace(bed.channel.limits, per_second=1_000)
    bed.channel.failures.extend(TryLater(300) for _ in range(20))
    sender = Sender(bed.world)
    for _ in range(20):
        await sender.send_due()
        await asyncio.sleep(0.005)
    left = len(bed.channel.failures)
    await in_world(bed, lambda work: _put(work, clients[0], "dua"))

    bed.clock.pass_time(seconds=60)
    assert await sender.send_due() == 0
    restarted = Sender(bed.world)
    running = asyncio.create_task(restarted.run())
    await asyncio.sleep(0.3)
    restarted.stop()
    await running

    assert 0 < len(bed.channel.failures) == left
    bed.channel.failures.clear()
    bed.clock.pass_time(seconds=300)
    await bed.flush()
    assert all(bed.last(f"{CLIENT}{number}").text in {"satu", "dua"} for number in range(8))


async def test_one_chat_that_must_wait_holds_no_other(bed: TestBed) -> None:
    await accepted_case(bed)
    first = await client_at(bed)
    await bed.say(OTHER_CLIENT, "/start")
    second = await client_at(bed, OTHER_CLIENT)
    bed.channel.failures.append(TryLater(300))
    await in_world(bed, lambda work: _put(work, first, "satu"))
    await bed.flush()
    await in_world(bed, lambda work: _put(work, second, "dua"))
    await bed.flush()

    assert bed.last(OTHER_CLIENT).text == "dua"
    waiting = await in_world(bed, lambda work: work.data.execute(select(letters.c.not_before)).scalars().all())
    assert [bed.clock() + timedelta(seconds=299) < until for until in waiting] == [True]
