"""What comes late: after an outage, or by a clock that was set, a person gets one catch-up at most."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from handlers.running import clock
from handlers.steps import Steps
from storage.casework import reminders
from storage.casework.cases import Stage
from storage.casework.reminders import Progress
from storage.clients import people
from storage.tables import reminders as reminder_rows
from storage.transaction import Work
from tests.handlers.walking import case_of, client_at, closed_in, in_world, knocks, live_in, reasons, tick
from tests.worlds import TestBed

MONTHS, WEEKS = Stage.AFTER_REHABILITATION, Stage.IN_REHABILITATION
WEEKLY, MONTHLY = "checkin_week", "checkin_month"


async def _states(bed: TestBed) -> Counter[str]:
    rows = await in_world(bed, lambda work: work.data.execute(select(reminder_rows.c.state)).scalars().all())
    return Counter(rows)


async def _first_knock(bed: TestBed) -> None:
    """Close a case and let the first check-in come."""
    await closed_in(bed, MONTHS)
    bed.clock.pass_time(days=7)
    await tick(bed)
    assert knocks(bed) == 1


async def _tick_for(bed: TestBed, **time: float) -> None:
    """Tick again and again for a while, as a service that is up again does."""
    length = timedelta(**time)
    until = bed.clock.now + length
    while bed.clock.now < until:
        await tick(bed)
        bed.clock.now += max(length / 20, timedelta(minutes=20))


async def _tick_slowly(bed: TestBed) -> None:
    """Tick where ten late ones may go out in a minute."""
    plans = replace(bed.world.plans, late_per_minute=10)
    await clock.tick(Steps(replace(bed.world, plans=plans)))


@pytest.mark.parametrize("away", [8, 400])
@pytest.mark.parametrize("stage", [MONTHS, WEEKS])
async def test_after_an_outage_there_is_one_catch_up_at_most(year: TestBed, away: int, stage: Stage) -> None:
    bed = year
    await closed_in(bed, stage)

    bed.clock.pass_time(days=away)
    await _tick_for(bed, minutes=40)

    assert knocks(bed) == (1 if stage is MONTHS else 0)
    assert await reasons(bed) == []  # what was sent late is not missed already


async def test_a_check_in_of_this_week_that_is_late_comes_at_its_usual_hour(year: TestBed) -> None:
    bed = year
    await closed_in(bed, WEEKS)
    bed.clock.pass_time(days=8, hours=5)

    await _tick_for(bed, hours=18)
    assert knocks(bed) == 0
    await _tick_for(bed, hours=2)

    assert knocks(bed) == 1


async def test_a_check_in_of_a_week_long_gone_is_skipped_and_that_is_recorded(year: TestBed) -> None:
    bed = year
    await closed_in(bed, WEEKS)

    bed.clock.pass_time(days=11)
    await _tick_for(bed, hours=30)

    assert knocks(bed) == 0
    assert await _states(bed) == {Progress.SKIPPED: 1, Progress.WAITING: 7}


async def test_half_a_day_late_is_not_late(year: TestBed) -> None:
    bed = year
    await closed_in(bed, WEEKS)

    bed.clock.pass_time(days=7, hours=10)
    await tick(bed)

    assert knocks(bed) == 1


@pytest.mark.parametrize("older", [WEEKLY, MONTHLY])
@pytest.mark.parametrize("hour", [0, 14])  # ten in the morning where the person is, and midnight
async def test_one_catch_up_in_total_whatever_kinds_are_late(year: TestBed, older: str, hour: int) -> None:
    bed = year
    await bed.say("1001", "/start")
    client_id = await client_at(bed)
    newer = MONTHLY if older == WEEKLY else WEEKLY

    def plan(work: Work) -> None:
        late = [(older, "a", work.now - timedelta(hours=50)), (newer, "b", work.now - timedelta(hours=30))]
        far = [(MONTHLY, f"c{month}", work.now - timedelta(days=30 * month)) for month in range(1, 9)]
        reminders.schedule(work, client_id, None, late + far)

    bed.clock.pass_time(hours=hour)
    await in_world(bed, plan)
    await _tick_for(bed, days=3)

    assert knocks(bed) == 1
    assert (await _states(bed))[Progress.MERGED] == 9


async def test_whoever_was_asked_lately_needs_no_catch_up(bed: TestBed) -> None:
    await bed.say("1001", "/start")
    client_id = await client_at(bed)

    def plan(work: Work, slot: str, hours: int) -> None:
        reminders.schedule(work, client_id, None, [(MONTHLY, slot, work.now - timedelta(hours=hours))])

    await in_world(bed, lambda work: plan(work, "in time", 1))
    await tick(bed)
    await in_world(bed, lambda work: plan(work, "late", 90))
    await tick(bed)

    assert knocks(bed) == 1
    assert (await _states(bed))[Progress.MERGED] == 1


async def test_a_backlog_longer_than_one_batch_is_one_catch_up_too(
    year: TestBed, monkeypatch: pytest.MonkeyPatch
) -> None:
    bed = year
    monkeypatch.setattr("handlers.caring.remind._CLAIMED_AT_ONCE", 4)
    await closed_in(bed, MONTHS)

    bed.clock.pass_time(days=400)
    await tick(bed)

    assert knocks(bed) == 1
    assert await _states(bed) == {Progress.MERGED: 14, Progress.SENT: 1}


async def test_one_tick_takes_everything_that_is_due(bed: TestBed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("handlers.caring.remind._CLAIMED_AT_ONCE", 4)
    await in_world(bed, lambda work: _invent_people(work, 30, work.now - timedelta(hours=1)))

    await tick(bed)

    assert await _states(bed) == {Progress.SENT: 30}


async def test_catch_ups_of_many_people_are_spread_over_the_minutes(bed: TestBed) -> None:
    await in_world(bed, lambda work: _invent_people(work, 25, work.now - timedelta(days=2)))

    sent = []
    for _ in range(5):
        for _ in range(6):
            await _tick_slowly(bed)
            bed.clock.pass_time(seconds=10)
        sent.append((await _states(bed))[Progress.SENT])

    assert sent == [10, 20, 25, 25, 25]


async def test_catch_ups_decided_at_night_are_spread_over_the_morning(bed: TestBed) -> None:
    bed.clock.pass_time(hours=13)
    await in_world(bed, lambda work: _invent_people(work, 25, work.now - timedelta(days=2)))
    await _tick_slowly(bed)

    def due(work: Work) -> list[datetime]:
        return list(work.data.execute(select(reminder_rows.c.due_at)).scalars())

    hours = Counter(f"{moment:%H:%M}" for moment in await in_world(bed, due))
    assert hours == {"00:00": 10, "00:01": 10, "00:02": 5}  # seven in the morning in Jakarta


async def test_one_of_an_older_release_is_not_sent_before_its_time(bed: TestBed) -> None:
    await closed_in(bed, MONTHS)
    unknown = reminder_rows.update().values(free_at=datetime.fromtimestamp(0, UTC))
    await in_world(bed, lambda work: work.data.execute(unknown))

    await tick(bed)
    await tick(bed)
    assert knocks(bed) == 0
    bed.clock.pass_time(days=7)
    await tick(bed)

    assert knocks(bed) == 1


async def test_a_clock_set_back_an_hour_doubles_nothing(year: TestBed) -> None:
    bed = year
    await _first_knock(bed)

    bed.clock.pass_time(hours=-1)
    await _tick_for(bed, hours=2)

    assert knocks(bed) == 1


@pytest.mark.parametrize("days", [40, 365])
async def test_a_clock_far_ahead_and_back_again_brings_one_catch_up_and_no_flood(year: TestBed, days: int) -> None:
    bed = year
    await _first_knock(bed)

    bed.clock.pass_time(days=days)
    await _tick_for(bed, hours=1)
    assert knocks(bed) == 2
    bed.clock.pass_time(days=-days)
    await _tick_for(bed, days=1)

    assert knocks(bed) == 2


async def test_a_clock_a_year_behind_sends_nothing_and_goes_on_when_it_is_right(year: TestBed) -> None:
    bed = year
    await _first_knock(bed)

    bed.clock.pass_time(days=-365)
    await _tick_for(bed, hours=2)
    assert knocks(bed) == 1
    bed.clock.pass_time(days=365 + 7)
    await tick(bed)

    assert knocks(bed) == 2


async def test_a_traveller_whose_clock_changes_gets_a_shifted_one_at_the_usual_hour(year: TestBed) -> None:
    bed = year
    await closed_in(bed, WEEKS)
    await live_in(bed, "Europe/Amsterdam")
    case = await case_of(bed)
    due = datetime.fromisoformat("2027-03-27T10:00+01:00")  # the day before clocks go forward

    def plan(work: Work) -> None:
        reminders.forget_waiting(work, case.client_id)
        reminders.schedule(work, case.client_id, case.id, [(WEEKLY, "x", due)])

    await in_world(bed, plan)
    bed.clock.now = datetime.fromisoformat("2027-03-28T00:30+01:00")
    await tick(bed)
    bed.clock.now = datetime.fromisoformat("2027-03-28T09:59+02:00")
    await tick(bed)
    assert knocks(bed) == 0
    bed.clock.pass_time(minutes=1)
    await tick(bed)

    assert knocks(bed) == 1


def _invent_people(work: Work, count: int, due: datetime) -> None:
    for number in range(count):
        client_id = people.welcome(work, number.to_bytes(16, "big"), "telegram", f"{5000 + number}", "id")
        reminders.schedule(work, client_id, None, [(MONTHLY, "a", due)])
