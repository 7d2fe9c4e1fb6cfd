"""When a unit is open."""

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.care.units.unit import OFFSETS, Open, OpensAt, Span, Unknown, local_time, opening
from tests.surroundings.geography import invented_unit

MORNING = Span(time(8), time(12))
MONDAY = datetime(2026, 11, 23, tzinfo=OFFSETS["Asia/Makassar"])


@pytest.mark.parametrize(
    ("hour", "minute", "expected"),
    [
        (7, 59, OpensAt(0, time(8))),
        (8, 0, Open(time(12))),
        (11, 59, Open(time(12))),
        (12, 0, OpensAt(2, time(8))),
    ],
)
def test_a_unit_opens_on_the_minute_and_closes_on_the_minute(hour: int, minute: int, expected: object) -> None:
    unit = invented_unit("monday-and-wednesday", hours=(MORNING, None, MORNING, None, None, None, None))

    assert opening(unit, MONDAY.replace(hour=hour, minute=minute)) == expected


def test_a_unit_with_one_day_a_week_opens_again_in_a_week() -> None:
    unit = invented_unit("mondays", hours=(MORNING, *[None] * 6))

    assert opening(unit, MONDAY.replace(hour=13)) == OpensAt(0, time(8))


def test_unknown_hours_are_said_to_be_unknown() -> None:
    assert opening(invented_unit("ask"), MONDAY) == Unknown()
    assert opening(invented_unit("never", hours=(None,) * 7), MONDAY) == Unknown()


@pytest.mark.parametrize(("zone", "hour"), [("Asia/Jakarta", 8), ("Asia/Makassar", 9), ("Asia/Jayapura", 10)])
def test_the_clock_of_a_unit_is_that_of_its_zone(zone: str, hour: int) -> None:
    assert local_time(invented_unit("zoned", timezone=zone), datetime(2026, 11, 23, 1, tzinfo=UTC)).hour == hour


SPANS = st.none() | st.tuples(st.times(), st.times()).map(sorted).filter(lambda ends: ends[0] < ends[1]).map(
    lambda ends: Span(*ends)
)


@given(hours=st.tuples(*[SPANS] * 7), minutes=st.integers(0, 7 * 24 * 60))
def test_a_unit_said_to_be_closed_opens_at_the_time_given(hours: tuple[Span | None, ...], minutes: int) -> None:
    now = MONDAY + timedelta(minutes=minutes)
    unit = invented_unit("any", hours=hours)

    state = opening(unit, now)

    match state:
        case Open(closes):
            span = hours[now.weekday()]
            assert span is not None
            assert span.opens <= now.time() < span.closes == closes
        case OpensAt(weekday, opens):
            span = hours[weekday]
            assert span is not None
            assert span.opens == opens
        case Unknown():
            assert not any(hours)
