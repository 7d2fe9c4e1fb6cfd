"""Find what the directory does not know about a unit, or has not asked for a long time."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Literal

from bot.care.geography.gazetteer import REGENCY, Gazetteer, level_of
from bot.care.units.unit import Unit

Gap = Literal["not verified", "verified long ago", "no hours", "no phone", "outside its regency"]

FRESH_FOR = timedelta(days=90)

_REGENCY_CODE = len("74.71")


def find_gaps(unit: Unit, gazetteer: Gazetteer, today: date) -> tuple[Gap, ...]:
    """List what has to be asked about a unit; a closed one has no gaps."""
    return tuple(_gaps(unit, gazetteer, today)) if unit.active else ()


def lies_outside(unit: Unit, gazetteer: Gazetteer) -> bool:
    """Tell whether none of the villages nearest to the unit belongs to the regency that is given for it."""
    if (level_of(unit.area) or 0) < REGENCY:
        return False
    nearest = gazetteer.nearest(unit.point.lat, unit.point.lon)
    return not any(village.code.startswith(unit.area[:_REGENCY_CODE]) for village, _ in nearest)


def _gaps(unit: Unit, gazetteer: Gazetteer, today: date) -> Iterator[Gap]:
    if unit.verified_on is None:
        yield "not verified"
    elif today - unit.verified_on > FRESH_FOR:
        yield "verified long ago"
    if unit.hours is None:
        yield "no hours"
    if unit.phone is None:
        yield "no phone"
    if lies_outside(unit, gazetteer):
        yield "outside its regency"
