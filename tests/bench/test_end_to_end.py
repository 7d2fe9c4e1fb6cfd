"""The measurements over HTTP: the installed service on one stage with peers, and what it makes durable."""

from bench.driving import Load
from bench.end_to_end import LATENCY_S, count_syncs, print_waiting
from bench.intake import TYPED
from bench.stage import AIOGRAM, OURS, Posted, open_stage, print_speed

PERSON = Load(people=2, at_once=2)


async def test_everybody_takes_the_whole_intake_over_http_and_a_slow_bot_api_is_part_of_every_step() -> None:
    async with open_stage([OURS, AIOGRAM]) as stage:
        stage.api.delay_s = LATENCY_S
        measured = await stage.measure(PERSON, 1)

    print_speed("two people", measured)
    print_waiting(PERSON, measured[OURS])
    assert [one.updates for (one,) in measured.values()] == [2 * len(TYPED)] * 2
    assert all(LATENCY_S * 1e3 <= one.p50 <= one.p99 for (one,) in measured.values())


async def test_what_is_posted_without_waiting_for_answers_is_taken_before_it_is_confirmed() -> None:
    async with open_stage([OURS], Posted) as stage:
        (figures,) = (await stage.measure(PERSON, 1))[OURS]

    assert figures.updates == 2 * len(TYPED)


async def test_every_step_of_a_lone_person_is_made_durable() -> None:
    syncs = await count_syncs(people=1, at_once=1)

    assert 1 <= syncs < 6
