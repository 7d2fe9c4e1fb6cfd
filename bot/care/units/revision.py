"""Compare the directory with a file that is to take its place, and write it down."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from datetime import date

from bot.care.geography.gazetteer import Gazetteer
from bot.care.units.directory import ASK, NOT_VERIFIED, WEEKDAYS, UnitsError
from bot.care.units.gaps import lies_outside
from bot.care.units.listing import Listing, parse_listing
from bot.care.units.sheets import Entry, Mistake
from bot.care.units.unit import Particulars, Span, Unit


@dataclass(frozen=True, slots=True)
class Judged:
    """The rows of a file that can be used, and the mistakes in the others."""

    listing: Listing
    mistakes: tuple[Mistake, ...]


@dataclass(frozen=True, slots=True)
class Revision:
    """What a file would change.

    `listing`: the directory afterwards.  `new`, `closed`, `same`: ids.  `changed`: id -> names of the fields.
    """

    listing: Listing
    new: tuple[str, ...]
    changed: Mapping[str, tuple[str, ...]]
    closed: tuple[str, ...]
    same: tuple[str, ...]


def judge(
    entries: Iterable[Entry],
    gazetteer: Gazetteer,
    today: date,
    among: Callable[[Iterable[Entry]], Iterable[Entry]] = iter,
) -> Judged:
    """Read every entry by itself, so that one mistake does not hide the others.  `among`: shows how far it is."""
    listing = Listing({}, {})
    mistakes = []
    for entry in among(entries):
        try:
            read = parse_listing({"unit": [entry.fields]}, gazetteer)
        except UnitsError as error:
            mistakes.append(_locate(entry, str(error)))
            continue
        (unit,), (said,) = read.units.values(), read.particulars.values()
        doubt = _doubt(entry, unit, said, gazetteer, today) or _repeated(entry, unit, listing)
        if doubt is not None:
            mistakes.append(doubt)
            continue
        listing.units[unit.id], listing.particulars[unit.id] = unit, said
    return Judged(listing, tuple(mistakes))


def revise(present: Listing, wanted: Listing, today: date, *, closes: bool) -> Revision:
    """Put the wanted units in the place of the present ones.

    `closes`: those that are not wanted any more are closed; otherwise they stay as they are.
    """
    units, said = dict(present.units), dict(present.particulars)
    gone = [unit.id for unit in units.values() if unit.active and unit.id not in wanted.units]
    closed = gone if closes else []
    for unit_id in closed:
        units[unit_id] = replace(units[unit_id], active=False)
        said[unit_id] = replace(said.get(unit_id, Particulars()), closed_on=today)
    changed = {unit_id: _differing(present, wanted, unit_id) for unit_id in wanted.units if unit_id in present.units}
    return Revision(
        Listing({**units, **wanted.units}, {**said, **wanted.particulars}),
        tuple(unit_id for unit_id in wanted.units if unit_id not in present.units),
        {unit_id: names for unit_id, names in changed.items() if names},
        tuple(closed),
        tuple(unit_id for unit_id, names in changed.items() if not names),
    )


def write_listing(listing: Listing, gazetteer: Gazetteer) -> str:
    """Write the directory as a units.toml that reads back to the same."""
    head = "# The directory of this service. `singgah units import` writes it anew as a whole.\n"
    return head + "".join(
        "\n[[unit]]\n" + "".join(f"{name} = {value}\n" for name, value in _fields(unit, said, gazetteer))
        for unit in listing.units.values()
        for said in (listing.particulars.get(unit.id, Particulars()),)
    )


def _locate(entry: Entry, message: str) -> Mistake:
    """Turn what was said of a row into its line and column."""
    about, _, rest = message.partition(": ")
    field = about.partition(", field ")[2]
    problem, _, remedy = rest.rpartition("; ")
    return Mistake(entry.line_of(field), field, problem, remedy)


def _doubt(entry: Entry, unit: Unit, said: Particulars, gazetteer: Gazetteer, today: date) -> Mistake | None:
    for field, day in (("verified_on", unit.verified_on), ("closed_on", said.closed_on)):
        if day is not None and day > today:
            return Mistake(entry.line_of(field), field, f"{day} has not come yet", "give the day it was")
    if "point" in entry.fields and lies_outside(unit, gazetteer):
        problem = f"lies outside the regency of {unit.area}"
        return Mistake(entry.line_of("point"), "point", problem, "correct the point (lat and lon) or the area")
    return None


def _repeated(entry: Entry, unit: Unit, listing: Listing) -> Mistake | None:
    if unit.id not in listing.units:
        return None
    return Mistake(entry.line_of("id"), "id", f"{unit.id} stands in an earlier row", "give each unit its own")


def _differing(present: Listing, wanted: Listing, unit_id: str) -> tuple[str, ...]:
    said, says = present.particulars.get(unit_id, Particulars()), wanted.particulars.get(unit_id, Particulars())
    return (*_compare(present.units[unit_id], wanted.units[unit_id]), *_compare(said, says))


def _compare(one: Unit | Particulars, other: Unit | Particulars) -> Iterator[str]:
    return (field.name for field in fields(one) if getattr(one, field.name) != getattr(other, field.name))


def _fields(unit: Unit, said: Particulars, gazetteer: Gazetteer) -> Iterator[tuple[str, str]]:
    yield from ((name, _quote(getattr(unit, name))) for name in ("id", "name", "kind", "area"))
    if unit.point != gazetteer.point(unit.area):
        yield "point", f"[{unit.point.lat!r}, {unit.point.lon!r}]"
    yield "serves", _list(unit.serves)
    if unit.roads_from:
        yield "roads_from", _list(unit.roads_from)
    yield "accepts", _list(unit.accepts)
    yield "free", _list(unit.free)
    yield "hours", _hours(unit.hours)
    yield "timezone", _quote(unit.timezone)
    if unit.phone is not None:
        yield "phone", _quote(unit.phone)
    yield "source", _quote(unit.source)
    yield "verified_on", f"{unit.verified_on}" if unit.verified_on else _quote(NOT_VERIFIED)
    yield "active", _truth(unit.active)
    yield "takes_handoffs", _truth(unit.takes_handoffs)
    yield from _said(said)


def _said(said: Particulars) -> Iterator[tuple[str, str]]:
    if said.women_counsellor is not None:
        yield "women_counsellor", _truth(said.women_counsellor)
    if said.lacks:
        yield "lacks", _list(said.lacks)
    if said.paid:
        yield "paid", _list(said.paid)
    if said.verified_by is not None:
        yield "verified_by", _quote(said.verified_by)
    if said.closed_on is not None:
        yield "closed_on", f"{said.closed_on}"


def _hours(hours: tuple[Span | None, ...] | None) -> str:
    if hours is None:
        return _quote(ASK)
    days = zip(WEEKDAYS, hours, strict=True)
    spans = (f'{day} = "{span.opens:%H:%M}-{span.closes:%H:%M}"' for day, span in days if span is not None)
    return f"{{ {', '.join(spans)} }}"


def _quote(text: str) -> str:
    """Quote a text; JSON and TOML agree but for a letter that JSON leaves as it is."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007F")


def _list(items: tuple[str, ...]) -> str:
    return f"[{', '.join(map(_quote, items))}]"


def _truth(value: bool) -> str:  # noqa: FBT001 - a value to write
    return "true" if value else "false"
