"""Numbers for whoever watches the service: right, and without anything that names somebody."""

from typing import Any

import pytest
from httpx import ASGITransport, AsyncClient
from prometheus_client.parser import text_string_to_metric_families
from starlette.applications import Starlette

from bot.ports import ChannelError, Rejected, TryLater, Uncertain, Unreachable
from commands.measuring import metrics_routes, sealed_metrics_routes
from handlers.running.metrics import Metrics
from handlers.running.tally import SendEnd, Tally, TurnEnd
from tests.handlers.walking import CLIENT, COUNSELLOR, accepted_case
from tests.worlds import TestBed, config_in

WORDS = "kata yang tidak boleh terlihat"
Samples = dict[tuple[str, tuple[str, ...]], float]


async def read(metrics: Metrics) -> Samples:
    return parse((await metrics.write()).decode())


def parse(text: str) -> Samples:
    return {
        (sample.name, tuple(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


async def test_turns_and_letters_are_counted_by_what_became_of_them(bed: TestBed) -> None:
    await bed.say(CLIENT, "/start")
    bed.channel.failures.append(TryLater(3.0))
    await bed.say(CLIENT, "1")

    found = await read(Metrics(bed.world))

    assert found["singgah_turns_total", ("telegram", "taken")] == 2
    assert found["singgah_sends_total", ("telegram", "asked_to_wait")] == 1
    assert found["singgah_sends_total", ("telegram", "sent")] >= 1
    assert found["singgah_outbox_letters", ("reply", "queued")] >= 1
    assert found["singgah_turn_seconds_count", ()] == 2
    assert found["singgah_turn_seconds_bucket", ("+Inf",)] == 2
    assert found["singgah_turn_seconds_sum", ()] > 0


async def test_stores_keys_disk_and_troubles_are_measured(bed: TestBed) -> None:
    bed.world.signals.deaf.add("telegram")

    found = await read(Metrics(bed.world))

    assert found["singgah_trouble", ("not_receiving",)] == 1
    assert found["singgah_trouble", ("disk_low",)] == 0
    assert found["singgah_root_key_version", ()] == 1
    assert found["singgah_disk_free_bytes", ()] > 0
    assert found["singgah_reminders", ("waiting",)] == 0
    assert found["singgah_dead_deliveries", ()] == 0
    assert found["singgah_oldest_wait_seconds", ("letter",)] == 0


async def test_how_long_something_has_waited_is_told(bed: TestBed) -> None:
    bed.channel.failures.append(TryLater(5.0, everywhere=True))
    await bed.say(CLIENT, "/start")
    bed.clock.pass_time(minutes=10)

    found = await read(Metrics(bed.world))

    assert 500 < found["singgah_oldest_wait_seconds", ("letter",)] <= 600


async def test_nothing_in_it_names_anybody(bed: TestBed) -> None:
    await accepted_case(bed)
    await bed.say(CLIENT, WORDS)

    text = (await Metrics(bed.world).write()).decode()

    for canary in (CLIENT, COUNSELLOR, WORDS, "Kak Melati", "bnnk-kendari", "kendari"):
        assert canary not in text
    labels = {
        label for family in text_string_to_metric_families(text) for one in family.samples for label in one.labels
    }
    assert labels <= {"channel", "outcome", "lane", "state", "what", "progress", "duty", "trouble", "le"}


async def test_who_asks_again_and_again_reads_the_stores_once(bed: TestBed) -> None:
    metrics = Metrics(bed.world)
    await read(metrics)
    bed.channel.failures.append(TryLater(3.0))
    await bed.say(CLIENT, "/start")

    found = await read(metrics)

    assert found["singgah_turns_total", ("telegram", "taken")] == 1
    assert ("singgah_outbox_letters", ("reply", "queued")) not in found


async def test_it_is_shown_to_whoever_has_the_token_and_to_nobody_else(bed: TestBed) -> None:
    folder = bed.world.config.storage.data_dir
    token = folder / "metrics-token"
    token.touch(mode=0o600)
    token.write_text("obviously-invented\n")
    asked = config_in(folder)
    config: Any = type(asked)(server=type(asked.server)(metrics_token_file=token))

    async with AsyncClient(
        transport=ASGITransport(Starlette(routes=sealed_metrics_routes(config))), base_url="http://metrics.test"
    ) as client:
        refused = [
            (await client.get("/metrics", headers=headers)).status_code
            for headers in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": "Basic obviously-invented"})
        ]
        shown = await client.get("/metrics", headers={"Authorization": "Bearer obviously-invented"})

    assert refused == [401, 401, 401]
    assert parse(shown.text) == {("singgah_sealed", ()): 1}


async def test_without_a_token_there_is_no_such_address(bed: TestBed) -> None:
    assert metrics_routes(bed.world) == []


@pytest.mark.parametrize(
    ("error", "end"),
    [
        (None, SendEnd.SENT),
        (TryLater(1.0), SendEnd.ASKED_TO_WAIT),
        (TryLater(1.0, everywhere=True), SendEnd.HELD),
        (Uncertain(), SendEnd.UNCERTAIN),
        (Unreachable(), SendEnd.UNREACHABLE),
        (Rejected(), SendEnd.REJECTED),
    ],
)
def test_every_end_of_a_sending_has_its_name(error: ChannelError | None, end: SendEnd) -> None:
    tally = Tally()

    tally.note_send("telegram", error)

    assert tally.sends == {("telegram", end): 1}


def test_a_turn_longer_than_the_last_class_is_counted_too() -> None:
    tally = Tally()

    for seconds in (0.001, 0.005, 3.0, 99.0):
        tally.note_turn_time(seconds)
    tally.note_turn("telegram", TurnEnd.TAKEN)

    assert (tally.turn_times[0], tally.turn_times[-1], sum(tally.turn_times)) == (2, 1, 4)
