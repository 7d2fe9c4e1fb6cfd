"""Check-ins come at an hour that suits where the person is, also where clocks are changed."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from storage.casework.cases import Stage
from tests.handlers.walking import closed_in, knocks, live_in, tick
from tests.worlds import TestBed

MONTHS = Stage.AFTER_REHABILITATION
#: 07.00 to 21.00 is when a person may be knocked at.
AWAKE = range(7, 21)


@pytest.mark.parametrize(
    "zone", ["Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura", "Europe/Amsterdam", "America/New_York", "Pacific/Apia"]
)
async def test_nobody_is_knocked_at_in_the_quiet_hours_of_where_they_are(year: TestBed, zone: str) -> None:
    bed = year
    await closed_in(bed, MONTHS)
    await live_in(bed, zone)
    heard = []
    bed.clock.pass_time(days=6)

    for _ in range(40):
        before = knocks(bed)
        bed.clock.pass_time(hours=1)
        await tick(bed)
        if knocks(bed) > before:
            heard.append(bed.clock.now.astimezone(ZoneInfo(zone)).hour)

    assert len(heard) == 1
    assert heard[0] in AWAKE


@pytest.mark.parametrize(("change", "wakes"), [((2026, 10, 25), 6), ((2027, 3, 28), 5)])
async def test_quiet_hours_end_by_the_wall_clock_on_the_day_it_is_changed(
    year: TestBed, change: tuple[int, int, int], wakes: int
) -> None:
    bed = year
    bed.clock.now = datetime(*change, 2, 0, tzinfo=UTC) - timedelta(days=7)
    await closed_in(bed, MONTHS)
    await live_in(bed, "Europe/Amsterdam")
    bed.clock.now = datetime(*change, 3, 0, tzinfo=UTC)
    await tick(bed)
    assert knocks(bed) == 0

    bed.clock.now = datetime(*change, wakes, 0, tzinfo=UTC) - timedelta(minutes=1)
    await tick(bed)
    assert knocks(bed) == 0
    bed.clock.pass_time(minutes=1)
    await tick(bed)

    assert knocks(bed) == 1
