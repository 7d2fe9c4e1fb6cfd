"""A service unit: what it offers, whom it serves, where it is and when it is open."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from typing import Literal, NewType

from bot.care.geography.gazetteer import AreaCode, Point

UnitId = NewType("UnitId", str)

UnitKind = Literal[
    "bnnp", "bnnk", "clinic", "ibm", "puskesmas", "hospital", "mental_hospital", "inpatient_centre", "foundation"
]
Service = Literal["outpatient", "inpatient", "aftercare", "family", "youth", "methadone", "community"]
Timezone = Literal["Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura"]

# Indonesia has no daylight saving time, so its three zones need no table of changes.
OFFSETS: dict[Timezone, timezone] = {
    "Asia/Jakarta": timezone(timedelta(hours=7), "WIB"),
    "Asia/Makassar": timezone(timedelta(hours=8), "WITA"),
    "Asia/Jayapura": timezone(timedelta(hours=9), "WIT"),
}


@dataclass(frozen=True, slots=True)
class Span:
    """Opening hours of one day in local time, up to but not including `closes`."""

    opens: time
    closes: time


@dataclass(frozen=True, slots=True)
class Unit:
    """One row of the directory.

    `serves`: regency codes that a source names; empty means not known, not "nobody".
    `roads_from`: regencies whose roads run to the unit, although mountains make others look nearer.
    `free`: the services a source calls free; ask first about the others.
    `hours`: Monday first, None on a closed day; None as a whole means "ask".
    `phone`: None where no source gives one.  `verified_on`: None until somebody has confirmed the row.
    `takes_handoffs`: staff of the unit answer in the service; otherwise it is shown as information.
    """

    id: UnitId
    name: str
    kind: UnitKind
    province: AreaCode
    area: AreaCode
    point: Point
    serves: tuple[AreaCode, ...]
    accepts: tuple[Service, ...]
    free: tuple[Service, ...]
    hours: tuple[Span | None, ...] | None
    timezone: Timezone
    phone: str | None
    source: str
    verified_on: date | None
    active: bool
    takes_handoffs: bool
    roads_from: tuple[AreaCode, ...] = ()


@dataclass(frozen=True, slots=True)
class Particulars:
    """What a unit has said about itself beyond its row; what it has not said is no answer.

    `women_counsellor`: None while unknown.  `lacks`: services it does not offer.  `paid`: services that cost money.
    `verified_by`: the role or office that confirmed the row, never a person.  `closed_on`: None while it is there.
    """

    women_counsellor: bool | None = None
    lacks: tuple[Service, ...] = ()
    paid: tuple[Service, ...] = ()
    verified_by: str | None = None
    closed_on: date | None = None


@dataclass(frozen=True, slots=True)
class Open:
    """The unit is open until `closes` today, in its local time."""

    closes: time


@dataclass(frozen=True, slots=True)
class OpensAt:
    """The unit is closed and opens next on `weekday` (0 is Monday), in its local time."""

    weekday: int
    time: time


@dataclass(frozen=True, slots=True)
class Unknown:
    """The directory does not say when the unit is open; the person should ask."""


Opening = Open | OpensAt | Unknown


def local_time(unit: Unit, now: datetime) -> datetime:
    """Convert an aware time to the clock on the unit's wall."""
    return now.astimezone(OFFSETS[unit.timezone])


def opening(unit: Unit, now_local: datetime) -> Opening:
    """Say whether the unit is open, else when it opens next."""
    if unit.hours is None:
        return Unknown()
    clock = now_local.time()
    today = unit.hours[now_local.weekday()]
    if today and today.opens <= clock < today.closes:
        return Open(today.closes)
    first_day = 0 if today and clock < today.opens else 1
    for days_ahead in range(first_day, first_day + 7):
        weekday = (now_local.weekday() + days_ahead) % 7
        if span := unit.hours[weekday]:
            return OpensAt(weekday, span.opens)
    return Unknown()
