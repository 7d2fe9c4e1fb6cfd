"""Each delivery is taken once, in order, and one that cannot be taken harms nobody else."""

import asyncio

import pytest
from sqlalchemy import select, update

from bot.ports import Incoming, Start, Tap, Text
from handlers.receiving.limits import MOST_ACKNOWLEDGING
from storage.clients import people
from storage.clients.conversations import ConversationMoved
from storage.errors import Closed, StoreUnavailable
from storage.tables import conversations, stumbles
from storage.transaction import Work
from tests.handlers.walking import CLIENT, COUNSELLOR, OTHER_CLIENT, accepted_case, client_at, in_world
from tests.worlds import TestBed


def _incoming(bed: TestBed, number: int, text: str, address: str = CLIENT) -> Incoming:
    return Incoming(bed.channel.name, address, f"delivery-{number}", Text(text))


async def test_a_repeated_delivery_is_answered_once(bed: TestBed) -> None:
    await accepted_case(bed)
    before = len(bed.heard(COUNSELLOR))

    for _ in range(5):
        await bed.receiver.receive(_incoming(bed, 1, "sekali saja"))
    await asyncio.gather(*(bed.receiver.receive(_incoming(bed, 2, "bersamaan")) for _ in range(5)))
    await bed.flush()

    assert [text.rpartition("│ ")[2] for text in bed.heard(COUNSELLOR)[before:]] == ["sekali saja", "bersamaan"]


async def test_words_delivered_at_once_keep_their_order(bed: TestBed) -> None:
    await accepted_case(bed)
    before = len(bed.heard(COUNSELLOR))

    await asyncio.gather(*(bed.receiver.receive(_incoming(bed, number, str(number))) for number in range(20)))
    await bed.flush()

    assert [text.rpartition("│ ")[2] for text in bed.heard(COUNSELLOR)[before:]] == [str(n) for n in range(20)]


async def test_a_poisonous_delivery_is_parked_and_its_neighbours_go_on(bed: TestBed) -> None:
    await bed.say(CLIENT, "/start")
    await _damage_place(bed)

    await bed.say(CLIENT, "1")
    await bed.say(OTHER_CLIENT, "/start")
    await bed.say(CLIENT, "1")

    def look(work: Work) -> list[tuple[int, bool, str]]:
        rows = work.data.execute(select(stumbles.c.attempts, stumbles.c.dead, stumbles.c.error_class))
        return [tuple(row) for row in rows]

    assert await in_world(bed, look) == [(5, True, "Unreadable")] * 2
    assert [text[:22] for text in bed.heard(CLIENT)[1:]] == ["Maaf, ada yang salah d"] * 2
    assert "silakan singgah" in bed.last(OTHER_CLIENT).text


async def test_a_poisonous_delivery_is_not_taken_again_when_it_is_repeated(bed: TestBed) -> None:
    await bed.say(CLIENT, "/start")
    await _damage_place(bed)

    for _ in range(3):
        await bed.receiver.receive(_incoming(bed, 1, "1"))
    await bed.flush()

    assert len(bed.heard(CLIENT)) == 2


async def test_somebody_whose_first_message_fails_is_answered_too(
    bed: TestBed, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("handlers.discreet.guard.advance", fail)

    await bed.say(CLIENT, "/start")

    assert [text[:22] for text in bed.heard(CLIENT)] == ["Maaf, ada yang salah d"]


async def test_what_the_store_does_not_take_is_left_to_the_platform(bed: TestBed) -> None:
    await bed.world.database.close()

    with pytest.raises(Closed):
        await bed.receiver.receive(_incoming(bed, 1, "halo"))


async def test_a_delivery_that_always_comes_second_is_left_to_the_platform(
    bed: TestBed, monkeypatch: pytest.MonkeyPatch
) -> None:
    await bed.say(CLIENT, "/start")

    def be_late(*_: object) -> None:
        raise ConversationMoved

    monkeypatch.setattr("storage.clients.conversations.save_state", be_late)
    with pytest.raises(StoreUnavailable):
        await bed.receiver.receive(_incoming(bed, 1, "menu"))
    monkeypatch.undo()

    await bed.receiver.receive(_incoming(bed, 1, "menu"))
    await bed.flush()
    assert len(bed.heard(CLIENT)) == 2


async def test_half_characters_from_either_side_are_passed_on_with_a_mark(bed: TestBed) -> None:
    await accepted_case(bed)

    await bed.say(CLIENT, "halo \ud83d")
    await bed.say(COUNSELLOR, "ya \udc00")

    assert bed.last(COUNSELLOR).text.endswith("halo ?")
    assert bed.last(CLIENT).text.endswith("ya ?")


async def test_a_slow_acknowledgement_does_not_hold_up_the_next_delivery(
    bed: TestBed, monkeypatch: pytest.MonkeyPatch
) -> None:
    held, heard = asyncio.Event(), []

    async def hold(callback: str) -> None:
        heard.append(callback)
        await held.wait()

    monkeypatch.setattr(bed.channel, "acknowledge", hold)
    await bed.say(CLIENT, "/start")
    token = bed.last(CLIENT).keys[0].token

    async with asyncio.timeout(20):
        for number in range(MOST_ACKNOWLEDGING + 5):
            await bed.deliver(CLIENT, Tap(token, f"callback-{number}"))
        await bed.say(CLIENT, "menu")

    assert len(heard) == MOST_ACKNOWLEDGING
    assert "silakan singgah" in bed.last(CLIENT).text
    held.set()


async def test_a_campaign_link_only_opens_the_chat(bed: TestBed) -> None:
    await bed.deliver(CLIENT, Start("poster-perempatan"))

    assert "silakan singgah" in bed.last(CLIENT).text


async def _damage_place(bed: TestBed) -> None:
    client_id = await client_at(bed)

    def damage(work: Work) -> None:
        elsewhere = work.vault.seal(people.folder(client_id), "addresses", "screen", client_id, b"moved")
        row = update(conversations).where(conversations.c.client_id == client_id)
        work.data.execute(row.values(state=elsewhere))

    await in_world(bed, damage)
