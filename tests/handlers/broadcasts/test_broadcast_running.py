"""A broadcast that is killed, held up or forgotten: nobody gets it twice, nothing stays longer than it was promised."""

import asyncio
import json
import logging
from datetime import timedelta

import pytest

from bot.ports import ChannelName, Incoming, Outgoing, Start
from handlers.broadcasts.desk import Result, State
from handlers.keeping.sweep import sweep
from handlers.running.clock import Clock
from handlers.running.logs import AllowListFormatter
from handlers.sending.deliver import Sender
from handlers.speak import WEBCHAT
from handlers.steps import Steps
from storage import outbox
from storage.broadcasts import recipients, records
from storage.broadcasts.recipients import Fate
from storage.clients import news, people, transcripts
from storage.clients.people import ClientId
from storage.outbox import Lane
from storage.transaction import Work
from tests.handlers.broadcasts.broadcasting import TEXT, WANTING, open_house, subscribe
from tests.handlers.walking import in_world
from tests.worlds import TestBed


async def test_after_a_kill_in_mid_sending_nobody_gets_it_twice_and_all_others_get_it(bed: TestBed) -> None:
    house = await open_house(bed, 30)
    broadcast_id = await house.running()
    await house.feed()
    # As a kill leaves it: ten are under way, of which the platform may have any.
    taken = await in_world(bed, lambda work: outbox.claim(work, [bed.channel.name], most=10))
    assert {letter.lane for letter in taken} == {Lane.BROADCAST}

    successor = Sender(bed.world)
    running = asyncio.create_task(successor.run())
    for _ in range(100):
        if (await house.fates(broadcast_id)).get(Fate.SENT, 0) + len(taken) >= 30:
            break
        await asyncio.sleep(0.02)
    successor.stop()
    await running
    await house.finish(2)

    assert await house.fates(broadcast_id) == {Fate.SENT: 30 - len(taken), Fate.UNCERTAIN: len(taken)}
    heard = [len(bed.heard(str(2_000 + one))) for one in range(30)]
    assert sorted(heard) == [0] * len(taken) + [1] * (30 - len(taken))


async def test_whoever_uses_the_page_finds_the_knock_there_and_opens_it(bed: TestBed) -> None:
    house = await open_house(bed, 20)
    client = await visitor(bed)
    await house.running()
    await house.finish(2)

    line = (await in_world(bed, lambda work: transcripts.load_transcript(work, client))).lines[-1]
    assert line.text == "Ada kabar yang kamu minta. Mau dibuka sekarang?"
    assert line.keys[0].label == "Buka"


async def visitor(bed: TestBed) -> ClientId:
    """Let somebody on the web page want to hear of trainings."""
    address = "web-visitor-1"
    await bed.receiver.receive(Incoming(ChannelName(WEBCHAT), address, "w1", Start()))

    def step(work: Work) -> ClientId:
        client = people.find_client(work, bed.world.address_index(WEBCHAT, address))
        assert client is not None
        news.save_wishes(work, client, WANTING)
        return client

    return await in_world(bed, step)


async def test_the_log_names_what_the_clock_did(bed: TestBed, caplog: pytest.LogCaptureFixture) -> None:
    house = await open_house(bed, 20)
    broadcast_id = await house.approved()
    assert await house.desk.send(house.author, broadcast_id) is Result.DONE
    caplog.set_level(logging.INFO, "handlers.running.clock")

    clock = Clock(bed.world)
    said: list[logging.LogRecord] = []
    clock.start()
    try:
        for _ in range(1_500):
            # On a machine that is late, what ticks says so.
            said = [record for record in caplog.records if record.name == "handlers.running.clock"]
            if said:
                break
            await asyncio.sleep(0.02)
    finally:
        clock.stop()

    written = json.loads(AllowListFormatter().format(said[0]))
    assert (written["action"], written["count"]) == ("clock.run_due", 1)


async def test_while_somebody_waits_for_an_answer_nothing_is_fed(bed: TestBed) -> None:
    house = await open_house(bed, 80)
    broadcast_id = await house.running()
    client = (await subscribe(bed, "2000"))[0]
    hello = Outgoing("Halo")
    await in_world(bed, lambda work: outbox.put(work, people.folder(client), "telegram", Lane.REPLY, hello))
    waited = await house.fates(broadcast_id)
    bed.clock.pass_time(minutes=2)

    await house.feed()
    assert await house.fates(broadcast_id) == waited

    await bed.flush()
    await house.finish(3)
    assert await house.fates(broadcast_id) == {Fate.SENT: 80}


async def test_no_more_waits_in_the_outbox_than_two_seconds_of_the_platform(bed: TestBed) -> None:
    house = await open_house(bed, 100)
    await house.running()
    for _ in range(3):
        await house.feed()

    assert await in_world(bed, lambda work: outbox.count_waiting(work, Lane.BROADCAST)) == 60


async def test_who_got_it_is_forgotten_after_thirty_days_and_the_broadcast_after_a_year(bed: TestBed) -> None:
    house = await open_house(bed, 20)
    broadcast_id = await house.running()
    await house.finish(3)
    known = bytes.fromhex(broadcast_id)

    bed.clock.pass_time(days=31)
    await sweep(Steps(bed.world))
    assert await in_world(bed, lambda work: recipients.list_folders(work, known)) == frozenset()
    assert await in_world(bed, lambda work: records.load(work, known)) is not None

    bed.clock.pass_time(days=366)
    await sweep(Steps(bed.world))
    assert await in_world(bed, lambda work: records.load(work, known)) is None


async def test_whoever_wants_news_is_kept_ninety_days_and_not_seven(bed: TestBed) -> None:
    (client,) = await subscribe(bed, "2000")
    bed.clock.pass_time(days=30)
    await sweep(Steps(bed.world))
    assert await in_world(bed, lambda work: people.present(work, client)) is not None

    bed.clock.pass_time(days=61)
    await sweep(Steps(bed.world))
    assert await in_world(bed, lambda work: people.present(work, client)) is None


async def test_a_scheduled_one_begins_at_its_time_and_not_before(bed: TestBed) -> None:
    house = await open_house(bed, 20)
    broadcast_id = await house.approved()
    await house.desk.send(house.author, broadcast_id, bed.clock() + timedelta(hours=2))
    await house.finish(3)
    assert not bed.heard("2000")

    bed.clock.pass_time(hours=2)
    await house.finish(3)
    assert len(bed.heard("2000")) == 1
    view = await house.desk.view(house.author, broadcast_id)
    assert view is not None
    assert view.state is State.DONE
    assert not any(TEXT in text for text in bed.heard("2000"))
