"""Read the directory of units, naming the row, the field and the remedy of every mistake."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime, time
from difflib import get_close_matches
from typing import NoReturn, TypeVar, get_args

from bot.care.geography.gazetteer import REGENCY, AreaCode, Gazetteer, Point, kilometres, level_of
from bot.care.units.unit import Service, Span, Timezone, Unit, UnitId, UnitKind

NOT_VERIFIED = "not verified"
ASK = "ask"
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

_KINDS: dict[str, UnitKind] = {kind: kind for kind in get_args(UnitKind)}
_SERVICES: dict[str, Service] = {service: service for service in get_args(Service)}
_TIMEZONES: dict[str, Timezone] = {name: name for name in get_args(Timezone)}
_OPTIONAL = frozenset({"point", "phone", "roads_from"})
_REQUIRED = frozenset(field.name for field in fields(Unit)) - _OPTIONAL - {"province"}
_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_PHONE = re.compile(r"\+?[0-9][0-9 ()-]{1,18}[0-9]")
_SPAN = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)")
_FARTHEST_FROM_AREA_KM = 100
_FIRST_IN_THE_MIDDLE, _FIRST_IN_THE_EAST = "51", "81"
#: Kalimantan Barat and Tengah keep the time of Jakarta.
_WEST_KALIMANTAN = ("61", "62")

_Choice = TypeVar("_Choice")


class UnitsError(ValueError):
    """A row of the directory cannot be used; the message names the row, the field and the remedy."""


def parse_units(document: Mapping[str, object], gazetteer: Gazetteer) -> tuple[Unit, ...]:
    """Read all units of a parsed units.toml, in the order of the file.

    Raises UnitsError at the first row that is incomplete, contradicts the gazetteer or repeats an id.
    """
    entries = document.get("unit")
    if set(document) != {"unit"} or not isinstance(entries, list) or not entries:
        raise UnitsError("the file must hold rows that start with [[unit]] and nothing else")
    units: dict[UnitId, Unit] = {}
    for number, entry in enumerate(entries, start=1):
        unit = _unit(_row(number, entry), gazetteer)
        if unit.id in units:
            raise UnitsError(f"unit {unit.id}, field id: used twice; give each unit its own")
        units[unit.id] = unit
    return tuple(units.values())


@dataclass(frozen=True, slots=True)
class _Row:
    label: str
    fields: Mapping[str, object]

    def refuse(self, field: str, problem: str, remedy: str) -> NoReturn:
        raise UnitsError(f"unit {self.label}, field {field}: {problem}; {remedy}")

    def text(self, field: str) -> str:
        value = self.fields[field]
        if not isinstance(value, str) or not value.strip():
            self.refuse(field, "is empty or not text", "write it in quotes")
        return value

    def flag(self, field: str) -> bool:
        value = self.fields[field]
        if not isinstance(value, bool):
            self.refuse(field, "is neither true nor false", "write true or false without quotes")
        return value

    def texts(self, field: str) -> tuple[str, ...]:
        value = self.fields[field]
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            self.refuse(field, "is not a list of texts", 'write it like ["one", "two"]')
        return tuple(value)


def _row(number: int, entry: object) -> _Row:
    if not isinstance(entry, dict):
        raise UnitsError(f"unit {number}: is not a table; start it with [[unit]]")
    name = entry.get("id")
    label = name if isinstance(name, str) and _ID.fullmatch(name) else f"number {number}"
    row = _Row(label, entry)
    if label != name:
        row.refuse("id", "is missing or not lower-case words joined by hyphens", "write it like bnnk-kolaka")
    for key in entry.keys() - _REQUIRED - _OPTIONAL:
        near = get_close_matches(key, _REQUIRED | _OPTIONAL, n=1)
        row.refuse(key, "is not known", f"did you mean {near[0]}?" if near else "remove it")
    for key in sorted(_REQUIRED - entry.keys()):
        row.refuse(key, "is missing", "add it; see the other units of the file")
    return row


def _unit(row: _Row, gazetteer: Gazetteer) -> Unit:
    area = _area(row, gazetteer)
    accepts = _services(row, "accepts")
    free = _services(row, "free")
    if not set(free) <= set(accepts):
        row.refuse("free", "names a service the unit does not accept", "add it to accepts or take it out")
    return Unit(
        id=UnitId(row.label),
        name=row.text("name"),
        kind=_choice(row, "kind", _KINDS),
        province=AreaCode(area[:2]),
        area=area,
        point=_point(row, gazetteer, area),
        serves=_regencies(row, "serves", gazetteer),
        accepts=accepts,
        free=free,
        hours=_hours(row),
        timezone=_timezone(row, AreaCode(area[:2])),
        phone=_phone(row),
        source=row.text("source"),
        verified_on=_verified_on(row),
        active=row.flag("active"),
        takes_handoffs=row.flag("takes_handoffs"),
        roads_from=_regencies(row, "roads_from", gazetteer) if "roads_from" in row.fields else (),
    )


def _choice(row: _Row, field: str, choices: Mapping[str, _Choice]) -> _Choice:
    value = row.text(field)
    if value not in choices:
        row.refuse(field, f"{value!r} is not known", f"use one of {', '.join(choices)}")
    return choices[value]


def _timezone(row: _Row, province: AreaCode) -> Timezone:
    said = _choice(row, "timezone", _TIMEZONES)
    kept = _zone_of(province)
    if said != kept:
        row.refuse("timezone", f"{said!r} is not the time of the area", f"write {kept}, or correct the area")
    return said


def _zone_of(province: AreaCode) -> Timezone:
    """Name the time a province keeps by law (Keppres 41/1987): its number grows eastwards, but for Kalimantan."""
    if province >= _FIRST_IN_THE_EAST:
        return "Asia/Jayapura"
    return "Asia/Jakarta" if province < _FIRST_IN_THE_MIDDLE or province in _WEST_KALIMANTAN else "Asia/Makassar"


def _services(row: _Row, field: str) -> tuple[Service, ...]:
    values = row.texts(field)
    for value in values:
        if value not in _SERVICES:
            row.refuse(field, f"{value!r} is not known", f"use some of {', '.join(_SERVICES)}")
    return tuple(_SERVICES[value] for value in values)


def _area(row: _Row, gazetteer: Gazetteer) -> AreaCode:
    code = row.text("area")
    area = gazetteer.area(code)
    if area is None:
        row.refuse("area", f"{code!r} is not an official code", "give the kelurahan, kecamatan or regency it lies in")
    return area.code


def _point(row: _Row, gazetteer: Gazetteer, area: AreaCode) -> Point:
    around = gazetteer.point(area)
    if around is None:
        row.refuse("area", f"{area} has no point", "give a point = [latitude, longitude]")
    if "point" not in row.fields:
        return around
    match row.fields["point"]:
        case [int() | float() as lat, int() | float() as lon]:
            point = Point(float(lat), float(lon), around.island)
        case _:
            row.refuse("point", "is not two numbers", "write point = [latitude, longitude]")
    if not kilometres(point, around) <= _FARTHEST_FROM_AREA_KM:
        row.refuse("point", f"is over {_FARTHEST_FROM_AREA_KM} km from {area}", "latitude comes first")
    return point


def _regencies(row: _Row, field: str, gazetteer: Gazetteer) -> tuple[AreaCode, ...]:
    codes = row.texts(field)
    for code in codes:
        if level_of(code) != REGENCY or gazetteer.area(code) is None:
            row.refuse(field, f"{code!r} is not the code of a regency", "write it like 74.71")
    return tuple(AreaCode(code) for code in codes)


def _hours(row: _Row) -> tuple[Span | None, ...] | None:
    hours = row.fields["hours"]
    if hours == ASK:
        return None
    if not isinstance(hours, dict) or not hours or hours.keys() - set(WEEKDAYS):
        row.refuse("hours", "names other than weekdays", f'write "{ASK}" or {{ mon = "08:00-16:00" }}')
    return tuple(_span(row, hours[day]) if day in hours else None for day in WEEKDAYS)


def _span(row: _Row, value: object) -> Span:
    written = _SPAN.fullmatch(value) if isinstance(value, str) else None
    if written is None:
        row.refuse("hours", f"{value!r} is not a span of hours", "write it like 08:00-16:00")
    opens_hour, opens_minute, closes_hour, closes_minute = (int(part) for part in written.groups())
    span = Span(time(opens_hour, opens_minute), time(closes_hour, closes_minute))
    if span.opens >= span.closes:
        row.refuse("hours", f"{value!r} ends before it begins", "write the opening hour first")
    return span


def _phone(row: _Row) -> str | None:
    if "phone" not in row.fields:
        return None
    phone = row.text("phone")
    if not _PHONE.fullmatch(phone):
        row.refuse("phone", "is not a telephone number", "write digits, or leave the field out")
    return phone


def _verified_on(row: _Row) -> date | None:
    value = row.fields["verified_on"]
    if value == NOT_VERIFIED:
        return None
    if not isinstance(value, date) or isinstance(value, datetime):
        row.refuse("verified_on", "is not a date", f'write 2026-11-21 without quotes, or "{NOT_VERIFIED}"')
    return value
