"""Read the directory with what units say about themselves beyond their rows."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import NoReturn, get_args

from bot.care.geography.gazetteer import Gazetteer
from bot.care.units.directory import UnitsError, parse_units
from bot.care.units.unit import Particulars, Service, Unit, UnitId

#: Fields of a row that may be left out, and are read here.
PARTICULARS = frozenset({"women_counsellor", "lacks", "paid", "verified_by", "closed_on"})

_SERVICES: dict[str, Service] = {service: service for service in get_args(Service)}
_TITLES = frozenset({"bapak", "pak", "ibu", "bu", "kak", "sdr", "sdri", "dr", "drg", "mr", "mrs", "ms", "h", "hj"})


@dataclass(frozen=True, slots=True)
class Listing:
    """The directory: every unit, closed ones too, in the order of the file."""

    units: dict[str, Unit]
    particulars: dict[str, Particulars]


def parse_listing(document: Mapping[str, object], gazetteer: Gazetteer) -> Listing:
    """Read a parsed units.toml.

    Raises UnitsError at the first row that is incomplete, contradicts itself or the gazetteer, or repeats an id.
    """
    entries = document.get("unit")
    rows = entries if isinstance(entries, list) else []
    units = parse_units({**document, "unit": [_bare(row) for row in rows]}, gazetteer)
    said = {str(unit.id): _particulars(unit, row) for unit, row in zip(units, rows, strict=True)}
    return Listing({str(unit.id): unit for unit in units}, said)


def _bare(row: object) -> object:
    if not isinstance(row, dict):
        return row
    return {field: value for field, value in row.items() if field not in PARTICULARS}


def _particulars(unit: Unit, row: Mapping[str, object]) -> Particulars:
    said = Particulars(
        _women_counsellor(unit.id, row),
        _services(unit.id, row, "lacks"),
        _services(unit.id, row, "paid"),
        _verified_by(unit, row),
        _closed_on(unit, row),
    )
    if set(said.lacks) & set(unit.accepts):
        _refuse(unit.id, "lacks", "names a service the unit accepts", "keep it in one of the two")
    if not set(said.paid) <= set(unit.accepts) - set(unit.free):
        _refuse(unit.id, "paid", "names a service that is free or not accepted", "keep it in one of the two")
    return said


def _women_counsellor(unit: UnitId, row: Mapping[str, object]) -> bool | None:
    value = row.get("women_counsellor")
    if value is not None and not isinstance(value, bool):
        _refuse(unit, "women_counsellor", "is neither true nor false", "write true or false, or leave it out")
    return value


def _services(unit: UnitId, row: Mapping[str, object], field: str) -> tuple[Service, ...]:
    values = row.get(field, [])
    if not isinstance(values, list) or not all(isinstance(value, str) and value in _SERVICES for value in values):
        _refuse(unit, field, "is not a list of services", f"use some of {', '.join(_SERVICES)}")
    return tuple(_SERVICES[value] for value in values)


def _verified_by(unit: Unit, row: Mapping[str, object]) -> str | None:
    value = row.get("verified_by")
    if value is None:
        return None
    if not isinstance(value, str) or not value.strip():
        _refuse(unit.id, "verified_by", "is empty or not text", "write the role or office in quotes, or leave it out")
    if value.split()[0].rstrip(".").casefold() in _TITLES:
        _refuse(unit.id, "verified_by", "names a person", "name the role or office, such as kepala unit")
    if unit.verified_on is None:
        _refuse(unit.id, "verified_by", "stands without a date", "give verified_on too")
    return value.strip()


def _closed_on(unit: Unit, row: Mapping[str, object]) -> date | None:
    value = row.get("closed_on")
    if value is None:
        return None
    if not isinstance(value, date) or isinstance(value, datetime):
        _refuse(unit.id, "closed_on", "is not a date", "write 2026-11-21 without quotes, or leave it out")
    if unit.active:
        _refuse(unit.id, "closed_on", "stands on a unit that is active", "write active = false or take the date out")
    return value


def _refuse(unit: UnitId, field: str, problem: str, remedy: str) -> NoReturn:
    raise UnitsError(f"unit {unit}, field {field}: {problem}; {remedy}")
