"""What may have arrived is sent once more at most, marked, and staff sees that nobody knows."""

import asyncio
from typing import Any

import pytest

from bot.ports import Rejected, TryLater, Uncertain, Unreachable
from handlers.sending.attempt import SECOND_COPY
from storage import outbox
from storage.casework import chats
from storage.casework.chats import Delivery
from storage.errors import CommitUnknown
from tests.handlers.sending.lettering import later, marks, put_text, run_briefly
from tests.handlers.walking import CLIENT, COUNSELLOR, accepted_case, client_at, in_world
from tests.worlds import TestBed


async def test_what_may_have_arrived_is_sent_once_more_and_then_shown_as_uncertain(bed: TestBed) -> None:
    _, case = await accepted_case(bed)
    bed.channel.failures.extend([TryLater(1), Uncertain(), Uncertain()])

    await bed.say(COUNSELLOR, "satu", "dua")
    for _ in range(4):
        await later(bed, minutes=1)

    assert await marks(bed, case) == [Delivery.UNCERTAIN, Delivery.SENT]
    assert bed.channel.failures == []
    assert any("mungkin belum sampai" in text for text in bed.heard(COUNSELLOR))
    assert bed.last(CLIENT).text.endswith("dua")


@pytest.mark.parametrize("error", [Rejected(), Unreachable()], ids=["refused", "gone"])
async def test_a_second_copy_that_fails_does_not_make_the_first_one_fail(
    bed: TestBed, error: Rejected | Unreachable
) -> None:
    _, case = await accepted_case(bed)
    bed.channel.failures.extend([Uncertain(), error])

    await bed.say(COUNSELLOR, "satu")
    await later(bed, minutes=1)

    assert await marks(bed, case) == [Delivery.UNCERTAIN]
    assert bed.channel.failures == []


async def test_an_edit_whose_answer_stays_open_is_no_second_copy(bed: TestBed) -> None:
    _, case = await accepted_case(bed)
    bed.channel.failures.extend([Uncertain(is_harmless=True)] * 3)

    await bed.say(COUNSELLOR, "satu")
    for _ in range(4):
        await later(bed, minutes=1)

    assert bed.last(CLIENT).text.endswith("satu")
    assert SECOND_COPY not in bed.last(CLIENT).text
    assert await marks(bed, case) == [Delivery.SENT]


async def test_what_was_claimed_though_nobody_heard_of_it_goes_out_all_the_same(
    bed: TestBed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("handlers.sending.deliver._REVIVE_SECONDS", 0.0)
    await bed.say(CLIENT, "/start")
    client_id = await client_at(bed)
    await in_world(bed, lambda work: put_text(work, client_id, "satu", None))
    running = asyncio.create_task(bed.sender.run())
    write, failures = bed.world.database.write_last, iter([True])

    async def lose_the_answer(step: Any) -> Any:  # noqa: ANN401 - passed on as it came
        done = await write(step)
        if next(failures, False):
            raise CommitUnknown
        return done

    monkeypatch.setattr(bed.world.database, "write_last", lose_the_answer)
    async with asyncio.timeout(20):
        while await in_world(bed, outbox.count_states):
            bed.clock.pass_time(seconds=30)
            bed.world.signals.outbox.set()
            await asyncio.sleep(0.05)
    bed.sender.stop()
    await running

    assert bed.last(CLIENT).text.endswith("satu")


async def test_what_was_under_way_in_a_crash_is_sent_once_more(bed: TestBed) -> None:
    _, case = await accepted_case(bed)
    client_id = await client_at(bed)
    said = await in_world(bed, lambda work: chats.add_message(work, case, chats.Side.COUNSELLOR, "satu"))
    await in_world(bed, lambda work: put_text(work, client_id, "satu", said.id))

    await in_world(bed, lambda work: outbox.claim(work, ["telegram"], most=9))
    await run_briefly(bed)

    assert bed.heard(CLIENT)[-1] == SECOND_COPY + "satu"
    assert "satu" not in bed.heard(CLIENT)

    await in_world(bed, lambda work: put_text(work, client_id, "dua", said.id))
    await in_world(bed, lambda work: outbox.claim(work, ["telegram"], most=9))
    await in_world(bed, lambda work: outbox.recover(work, ["telegram"]))
    await in_world(bed, lambda work: outbox.claim(work, ["telegram"], most=9))
    await run_briefly(bed)

    assert not any(text.endswith("dua") for text in bed.heard(CLIENT))
    assert await marks(bed, case) == [Delivery.UNCERTAIN]
