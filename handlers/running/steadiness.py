"""Ticks that no jump of the clock can stop or pile up: the scheduler's time is one that only goes on."""

import time
from datetime import datetime, timedelta, tzinfo

from apscheduler.triggers.base import BaseTrigger

_NOTHING = timedelta(0)


class SteadyTime(tzinfo):
    """A zone in which the present is where it was at the beginning plus the seconds that have really passed.

    The scheduler asks for the present in its zone, and so never sees that the wall clock was set: set back by an hour,
    it would do nothing for an hour; set ahead by a year, it would count every tick of that year.
    """

    def __init__(self) -> None:
        """Begin at a time of no importance."""
        self._began = time.monotonic()

    def fromutc(self, _wall: datetime, /) -> datetime:
        """Return the steady present, whatever the wall clock says."""
        return datetime(2000, 1, 1, tzinfo=self) + timedelta(seconds=time.monotonic() - self._began)

    def utcoffset(self, _moment: datetime | None, /) -> timedelta:
        """Differ from no other steady time."""
        return _NOTHING

    def dst(self, _moment: datetime | None, /) -> timedelta:
        """Know no summer."""
        return _NOTHING

    def tzname(self, _moment: datetime | None, /) -> str:
        """Name the zone."""
        return "steady"


class Every(BaseTrigger):  # type: ignore[misc]  # the library carries no types
    """Fires every so many seconds; what was missed while something else took long is not made up for."""

    def __init__(self, seconds: float) -> None:
        """Fire so often."""
        self._pause = timedelta(seconds=seconds)

    def get_next_fire_time(self, _previous: datetime | None, now: datetime) -> datetime:
        """Return when to fire next."""
        return now + self._pause
