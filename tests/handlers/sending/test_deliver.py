"""Letters reach their recipient in order, whatever happens to those of others."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import update

from bot.ports import Incoming, Key, Outgoing, Rejected, Text, TryLater, Unreachable
from storage import outbox
from storage.casework import chats
from storage.casework.chats import Delivery
from storage.clients import people
from storage.outbox import Lane
from storage.tables import addresses
from storage.tables import outbox as letters
from storage.transaction import Work
from tests.handlers.sending.lettering import later, marks, put_text
from tests.handlers.walking import CLIENT, COUNSELLOR, OTHER_CLIENT, accepted_case, client_at, in_world
from tests.worlds import TestBed


def _typed(bed: TestBed, address: str, number: str) -> Incoming:
    return Incoming(bed.channel.name, address, number, Text("menu"))


async def test_the_failure_of_one_recipient_holds_up_nobody_else(bed: TestBed) -> None:
    await bed.say(CLIENT, "/start")
    await bed.say(OTHER_CLIENT, "/start")
    before = len(bed.heard(OTHER_CLIENT))
    asleep = asyncio.Event()
    send = bed.channel.send

    async def send_slowly(address: str, message: Outgoing) -> str | None:
        if address == CLIENT:
            await asleep.wait()
        return await send(address, message)

    bed.channel.send = send_slowly  # type: ignore[method-assign]  # the channel's end is ours to slow down
    running = asyncio.create_task(bed.sender.run())
    try:
        for address in (CLIENT, OTHER_CLIENT):
            await bed.receiver.receive(_typed(bed, address, f"menu-{address}"))
        async with asyncio.timeout(20):
            while len(bed.heard(OTHER_CLIENT)) == before:  # noqa: ASYNC110 - the channel's end rings no bell
                await asyncio.sleep(0.01)
    finally:
        asleep.set()
        bed.sender.stop()
        await running
    assert len(bed.heard(CLIENT)) == 2


async def test_a_platform_that_asks_to_wait_gets_everything_later_in_order(bed: TestBed) -> None:
    _, case = await accepted_case(bed)
    bed.channel.failures.append(TryLater(30))

    await bed.say(COUNSELLOR, "satu", "dua", "tiga")
    assert "siap mendengar" in bed.last(CLIENT).text
    await later(bed, seconds=31)

    assert [text.splitlines()[-1] for text in bed.heard(CLIENT)[-3:]] == ["satu", "dua", "tiga"]
    assert await marks(bed, case) == [Delivery.SENT] * 3


async def test_an_outage_of_an_hour_loses_nothing(bed: TestBed) -> None:
    _, case = await accepted_case(bed)
    bed.channel.failures.extend(TryLater(5, everywhere=True) for _ in range(30))

    await bed.say(COUNSELLOR, "satu", "dua")
    for _ in range(40):
        await later(bed, minutes=6)

    assert [text.splitlines()[-1] for text in bed.heard(CLIENT)[-2:]] == ["satu", "dua"]
    assert await marks(bed, case) == [Delivery.SENT] * 2


async def test_a_whole_platform_that_asks_to_wait_is_left_alone(bed: TestBed) -> None:
    await accepted_case(bed)
    bed.channel.failures.extend(TryLater(60, everywhere=True) for _ in range(2))

    await bed.say(COUNSELLOR, "satu")
    await bed.say(OTHER_CLIENT, "/start")
    assert len(bed.channel.failures) == 1
    await later(bed, seconds=61)
    await later(bed, seconds=61)

    assert bed.last(CLIENT).text.endswith("satu")
    assert "silakan singgah" in bed.last(OTHER_CLIENT).text


async def test_what_the_platform_will_never_take_is_reported(bed: TestBed) -> None:
    _, case = await accepted_case(bed)
    bed.channel.failures.append(Rejected())

    await bed.say(COUNSELLOR, "satu", "dua")

    assert await marks(bed, case) == [Delivery.FAILED, Delivery.SENT]
    assert any("tidak sampai ke klien" in text for text in bed.heard(COUNSELLOR))


async def test_an_address_that_is_gone_is_forgotten_and_staff_is_told_once(bed: TestBed) -> None:
    _, case = await accepted_case(bed)
    client_id = await client_at(bed)
    bed.channel.failures.append(Unreachable())

    def say_twice(work: Work) -> None:
        for text in ("satu", "dua"):
            said = chats.add_message(work, case, chats.Side.COUNSELLOR, text)
            put_text(work, client_id, text, said.id)

    await in_world(bed, say_twice)
    await bed.flush()

    assert await marks(bed, case) == [Delivery.FAILED] * 2
    assert await in_world(bed, lambda work: people.current_address(work, client_id)) is None
    assert sum("tidak bisa dihubungi" in text for text in bed.heard(COUNSELLOR)) == 1


async def test_a_long_text_is_split_and_a_stop_in_the_middle_repeats_nothing(bed: TestBed) -> None:
    await accepted_case(bed)
    bed.channel.limits = replace(bed.channel.limits, text_units=200)
    send, sends = bed.channel.send, iter([True, False])

    async def stop_after_one(address: str, message: Outgoing) -> str | None:
        if not next(sends, True):
            raise TryLater(5)
        return await send(address, message)

    bed.channel.send = stop_after_one  # type: ignore[method-assign]  # the channel's end is ours to stop
    before = len(bed.heard(CLIENT))
    words = " ".join(str(number) for number in range(200))
    await bed.say(COUNSELLOR, words)
    await later(bed, seconds=10)

    pieces = [text.partition("\n") for text in bed.heard(CLIENT)[before:]]
    assert {head for head, _, _ in pieces} == {pieces[0][0]}  # the name of the unit
    assert " ".join(words for _, _, words in pieces).split() == words.split()


async def test_a_letter_that_cannot_be_opened_stops_no_other(bed: TestBed) -> None:
    await bed.say(CLIENT, "/start")
    client_id = await client_at(bed)

    def spoil(work: Work) -> None:
        put_text(work, client_id, "rusak", None)
        elsewhere = work.vault.seal(people.folder(client_id), "outbox", "body", client_id, b"{}")
        work.data.execute(update(letters).values(body=elsewhere))
        put_text(work, client_id, "utuh", None)

    await in_world(bed, spoil)
    await bed.flush()

    assert bed.last(CLIENT).text == "utuh"
    assert await in_world(bed, outbox.count_states) == {"failed": 1}


async def test_an_address_that_cannot_be_opened_stops_no_other(bed: TestBed) -> None:
    await bed.say(CLIENT, "/start")
    await bed.say(OTHER_CLIENT, "/start")
    client_id, other = await client_at(bed), await client_at(bed, OTHER_CLIENT)

    def spoil(work: Work) -> None:
        elsewhere = work.vault.seal(people.folder(client_id), "addresses", "screen", client_id, b"moved")
        work.data.execute(addresses.update().where(addresses.c.client_id == client_id).values(address=elsewhere))
        put_text(work, client_id, "rusak", None)
        put_text(work, other, "utuh", None)

    await in_world(bed, spoil)
    await bed.flush()

    assert bed.last(OTHER_CLIENT).text == "utuh"
    assert await in_world(bed, outbox.count_states) == {"failed": 1}


async def test_what_cannot_be_noted_about_one_letter_holds_up_nobody(
    bed: TestBed, monkeypatch: pytest.MonkeyPatch
) -> None:
    await bed.say(CLIENT, "/start")
    client_id = await client_at(bed)

    def fail(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("storage.clients.people.set_screen", fail)
    keys = (Key("token", "Ya"),)
    folder = people.folder(client_id)
    await in_world(bed, lambda work: outbox.put(work, folder, "telegram", Lane.REPLY, Outgoing("satu", keys)))
    await bed.flush()
    await in_world(bed, lambda work: put_text(work, client_id, "dua", None))
    await bed.flush()

    assert bed.heard(CLIENT)[-2:] == ["satu", "dua"]
    assert await in_world(bed, outbox.count_states) == {"uncertain": 1}


async def test_sending_goes_on_after_whatever_the_store_says(bed: TestBed, monkeypatch: pytest.MonkeyPatch) -> None:
    await bed.say(CLIENT, "/start")
    client_id = await client_at(bed)
    claim, failures = outbox.claim, iter([True])

    def fail_once(*given: Any, **named: Any) -> list[outbox.Letter]:  # noqa: ANN401 - passed on as it came
        if next(failures, False):
            raise ZeroDivisionError
        return claim(*given, **named)

    monkeypatch.setattr("storage.outbox.claim", fail_once)
    await in_world(bed, lambda work: put_text(work, client_id, "satu", None))
    arrived, send = asyncio.Event(), bed.channel.send

    async def send_and_tell(address: str, message: Outgoing) -> str | None:
        arrived.set()
        return await send(address, message)

    monkeypatch.setattr(bed.channel, "send", send_and_tell)
    running = asyncio.create_task(bed.sender.run())
    await asyncio.wait_for(arrived.wait(), 20)
    bed.sender.stop()
    await running

    assert bed.last(CLIENT).text == "satu"


async def test_a_stop_does_not_wait_for_a_chat_that_hangs(bed: TestBed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("handlers.sending.deliver._LAST_SECONDS", 0.1)
    await bed.say(CLIENT, "/start")
    client_id = await client_at(bed)
    begun = asyncio.Event()

    async def hang(_address: str, _message: Outgoing) -> str | None:
        begun.set()
        await asyncio.sleep(60)
        return None

    monkeypatch.setattr(bed.channel, "send", hang)
    await in_world(bed, lambda work: put_text(work, client_id, "satu", None))
    running = asyncio.create_task(bed.sender.run())
    await asyncio.wait_for(begun.wait(), 20)
    bed.sender.stop()

    await asyncio.wait_for(running, 20)
    assert await in_world(bed, outbox.count_states) == {"sending": 1}
