"""Read the table of ferries, boats and bridges, naming the line, the column and the remedy of every mistake."""

import csv
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal, NoReturn, TypeVar, get_args

from bot.care.geography.gazetteer import Gazetteer, Point

CrossingKind = Literal["ferry", "fast", "ship", "boat", "bridge"]
Confidence = Literal["high", "medium", "low"]

COLUMNS = (
    "kind",
    "from",
    "from_lat",
    "from_lon",
    "from_island",
    "to",
    "to_lat",
    "to_lon",
    "to_island",
    "minutes",
    "a_week",
    "confidence",
    "as_of",
    "source",
)

_KINDS: dict[str, CrossingKind] = {kind: kind for kind in get_args(CrossingKind)}
_CONFIDENCES: dict[str, Confidence] = {word: word for word in get_args(Confidence)}

_Choice = TypeVar("_Choice")


class CrossingsError(ValueError):
    """A line of the table of crossings cannot be used; the message names the line, the column and the remedy."""


@dataclass(frozen=True, slots=True)
class Port:
    """Where a crossing begins or ends; `name` as people know it."""

    name: str
    point: Point


@dataclass(frozen=True, slots=True)
class Crossing:
    """One known line between two ports, there and back.

    `minutes`: of sailing, or of driving over a bridge.  `a_week`: departures in one direction.
    `as_of`: when its source spoke.
    """

    kind: CrossingKind
    start: Port
    end: Port
    minutes: int
    a_week: float
    confidence: Confidence
    as_of: date
    source: str


@dataclass(frozen=True, slots=True)
class Strait:
    """Two landings where somebody with a boat can be asked, because no line is known."""

    start: Port
    end: Port


def parse_crossings(lines: Iterable[str], islands: Collection[str]) -> tuple[Crossing, ...]:
    """Read the table; lines that begin with # are notes.  Raises CrossingsError at the first mistake."""
    numbered = [(number, line) for number, line in enumerate(lines, start=1) if line.strip() and line[0] != "#"]
    reader = csv.reader(line for _, line in numbered)
    if tuple(next(reader, ())) != COLUMNS:
        raise CrossingsError(f"the first line is not {','.join(COLUMNS)}; restore it")
    rows = zip(numbered[1:], reader, strict=True)
    return tuple(_crossing(_row(number, fields), islands) for (number, _), fields in rows)


def parse_straits(lines: Iterable[str], gazetteer: Gazetteer) -> tuple[Strait, ...]:
    """Read pairs of desa or kelurahan that face each other over the sea.

    Raises CrossingsError at a line with an unknown code.
    """
    read = iter(lines)
    if next(read, "").strip() != "from,to":
        raise CrossingsError("the first line is not from,to; derive the table again")
    landings: dict[str, Port] = {}  # most of them face several others
    return tuple(_strait(number, line.strip(), gazetteer, landings) for number, line in enumerate(read, start=2))


@dataclass(frozen=True, slots=True)
class _Row:
    number: int
    fields: Mapping[str, str]

    def refuse(self, column: str, remedy: str) -> NoReturn:
        raise CrossingsError(f"line {self.number}, column {column}: {self.fields[column]!r} {remedy}")

    def number_between(self, column: str, least: float, most: float) -> float:
        try:
            value = float(self.fields[column])
        except ValueError:
            self.refuse(column, "is not a number")
        if not least <= value <= most:
            self.refuse(column, f"is not between {least:g} and {most:g}")
        return value

    def choice(self, column: str, choices: Mapping[str, _Choice]) -> _Choice:
        if self.fields[column] not in choices:
            self.refuse(column, f"is not one of {', '.join(choices)}")
        return choices[self.fields[column]]

    def text(self, column: str) -> str:
        return self.fields[column] or self.refuse(column, "is empty; fill it in")


def _row(number: int, fields: list[str]) -> _Row:
    if len(fields) != len(COLUMNS):
        raise CrossingsError(f"line {number}: {len(fields)} columns instead of {len(COLUMNS)}; quote texts with commas")
    return _Row(number, dict(zip(COLUMNS, fields, strict=True)))


def _crossing(row: _Row, islands: Collection[str]) -> Crossing:
    return Crossing(
        kind=row.choice("kind", _KINDS),
        start=_port(row, "from", islands),
        end=_port(row, "to", islands),
        minutes=round(row.number_between("minutes", 1, 48 * 60)),
        a_week=row.number_between("a_week", 0.1, 2_000),
        confidence=row.choice("confidence", _CONFIDENCES),
        as_of=_date(row),
        source=row.text("source"),
    )


def _port(row: _Row, end: str, islands: Collection[str]) -> Port:
    island = row.fields[f"{end}_island"]
    if island not in islands:
        row.refuse(f"{end}_island", "is not an island of the gazetteer; see `singgah nearest --json`")
    lat, lon = row.number_between(f"{end}_lat", -11.5, 6.5), row.number_between(f"{end}_lon", 94.5, 141.5)
    return Port(row.text(end), Point(lat, lon, island))


def _date(row: _Row) -> date:
    try:
        return date.fromisoformat(row.fields["as_of"])
    except ValueError:
        row.refuse("as_of", "is not a date such as 2026-11-21")


def _strait(number: int, line: str, gazetteer: Gazetteer, landings: dict[str, Port]) -> Strait:
    start, _, end = line.partition(",")
    for code in (start, end):
        if code not in landings:
            landings[code] = _landing(number, code, gazetteer)
    return Strait(landings[start], landings[end])


def _landing(number: int, code: str, gazetteer: Gazetteer) -> Port:
    area, point = gazetteer.area(code), gazetteer.point(code)
    if area is None or point is None:
        raise CrossingsError(f"line {number}: {code!r} is not an official code; derive the table again")
    return Port(area.name, point)
