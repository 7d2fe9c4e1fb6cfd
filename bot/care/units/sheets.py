"""Read a directory that was written as a spreadsheet: cells become what a row of units.toml holds."""

import csv
import io
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches

from bot.care.units.directory import ASK, NOT_VERIFIED, WEEKDAYS

#: Columns a sheet must have; the others may be left out.
REQUIRED = ("id", "name", "kind", "area", "accepts", "timezone", "source")
_OPTIONAL = (
    *("lat", "lon", "serves", "roads_from", "free", "paid", "lacks", "hours", "phone", "women_counsellor"),
    *("verified_on", "verified_by", "active", "closed_on", "takes_handoffs"),
)
COLUMNS = (*REQUIRED, *_OPTIONAL)
_BETWEEN = re.compile(r"[\s,;|]+")
_NUMBER = re.compile(r"-?\d{1,3}(?:[.,]\d+)?")
_LOST_ZERO = re.compile(r"\d\d\.\d|\d\d\.\d\d\.\d")
_DAY_FIRST = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})")
_HOURS = re.compile(r"([a-z]+)(?:\s*-\s*([a-z]+))?\s+(\d{1,2})[.:](\d\d)\s*-\s*(\d{1,2})[.:](\d\d)")
_DAYS = {
    **{day: place for place, day in enumerate(WEEKDAYS)},
    **{day: place for place, day in enumerate(("senin", "selasa", "rabu", "kamis", "jumat", "sabtu", "minggu"))},
}
_TRUTHS = {"true": True, "yes": True, "ya": True, "1": True, "false": False, "no": False, "tidak": False, "0": False}
#: Where Indonesia lies, in degrees.
_LATITUDES, _LONGITUDES = (-12.0, 7.0), (94.0, 142.0)


@dataclass(frozen=True, slots=True)
class Mistake:
    """Why a row cannot be used.  `line`: of the file, from 1.  `column`: empty where it is about the whole row."""

    line: int
    column: str
    problem: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One unit as a file has it, unjudged.  `lines`: where each field stands; "" is the row itself."""

    fields: Mapping[str, object]
    lines: Mapping[str, int]

    def line_of(self, field: str) -> int:
        """Return the line a field stands in, or the row where it stands nowhere."""
        return self.lines.get(field, self.lines[""])


class _Unreadable(Exception):
    """A cell cannot be read; carries problem and remedy."""


def read_sheet(text: str) -> tuple[tuple[Entry, ...], tuple[Mistake, ...]]:
    """Read comma- or semicolon-separated lines under a line of column names.

    Rows that cannot be read are left out and named; a wrong line of names leaves out everything.
    """
    file = io.StringIO(text.removeprefix("\ufeff"), newline="")
    separator = max(",;\t", key=file.readline().count)
    file.seek(0)
    reader = csv.reader(file, delimiter=separator, strict=True)
    rows: list[tuple[int, list[str]]] = []
    ended = 0
    try:
        for cells in reader:
            rows.append((ended + 1, cells))
            ended = reader.line_num
    except csv.Error as error:
        return (), (Mistake(ended + 1, "", f"is not a row of a sheet ({error})", "save it as CSV UTF-8"),)
    names = [name.strip().casefold() for name in rows[0][1]] if rows else []
    if mistakes := tuple(_judge_head(names)):
        return (), mistakes
    return _read_rows(rows[1:], names)


def _judge_head(names: list[str]) -> Iterator[Mistake]:
    for name in dict.fromkeys(names):
        if names.count(name) > 1:
            yield Mistake(1, name, "stands twice", "keep one of the columns")
        elif name not in COLUMNS:
            near = get_close_matches(name, COLUMNS, n=1)
            yield Mistake(1, name, "is not a column we know", f"did you mean {near[0]}?" if near else "take it out")
    for name in REQUIRED:
        if name not in names:
            yield Mistake(1, name, "is missing", "add the column")


def _read_rows(rows: list[tuple[int, list[str]]], names: list[str]) -> tuple[tuple[Entry, ...], tuple[Mistake, ...]]:
    entries: list[Entry] = []
    mistakes: list[Mistake] = []
    for line, cells in rows:
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != len(names):
            remedy = "put cells with commas or line breaks in quotes"
            mistakes.append(Mistake(line, "", f"has {len(cells)} cells under {len(names)} columns", remedy))
            continue
        fields, wrong = _read_cells(dict(zip(names, (cell.strip() for cell in cells), strict=True)), line)
        mistakes += wrong
        if not wrong:
            entries.append(Entry(fields, {"": line}))
    return tuple(entries), tuple(mistakes)


def _read_cells(cells: Mapping[str, str], line: int) -> tuple[dict[str, object], list[Mistake]]:
    fields: dict[str, object] = {"serves": [], "free": [], "hours": ASK, "verified_on": NOT_VERIFIED}
    mistakes = []
    for name, cell in cells.items():
        if not cell or name in ("lat", "lon"):
            continue
        try:
            fields[name] = _READERS.get(name, _as_text)(cell)
        except _Unreadable as wrong:
            mistakes.append(Mistake(line, name, *wrong.args))
    try:
        fields |= _read_point(cells.get("lat", ""), cells.get("lon", ""))
    except _Unreadable as wrong:
        mistakes.append(Mistake(line, "lat", *wrong.args))
    fields.setdefault("active", "closed_on" not in fields)
    fields.setdefault("takes_handoffs", False)
    return fields, mistakes


def _read_point(lat: str, lon: str) -> dict[str, object]:
    if not lat and not lon:
        return {}
    if not _NUMBER.fullmatch(lat) or not _NUMBER.fullmatch(lon):
        raise _Unreadable("and lon are not two numbers", "write them like -3.97 and 122.51, or leave both empty")
    latitude, longitude = (float(number.replace(",", ".")) for number in (lat, lon))
    if _within(latitude, _LONGITUDES) and _within(longitude, _LATITUDES):
        raise _Unreadable("and lon look swapped", "exchange the two cells")
    if not (_within(latitude, _LATITUDES) and _within(longitude, _LONGITUDES)):
        raise _Unreadable("and lon do not lie in Indonesia", "write degrees, latitude in lat")
    return {"point": [latitude, longitude]}


def _within(value: float, limits: tuple[float, float]) -> bool:
    return limits[0] <= value <= limits[1]


def _as_text(cell: str) -> str:
    if any(ord(letter) < ord(" ") or letter in "\x7f\ufffd" for letter in cell):
        raise _Unreadable("has letters that cannot be read", "write it anew; save the file as CSV UTF-8")
    return cell


def _as_code(cell: str) -> str:
    if _LOST_ZERO.fullmatch(cell):
        raise _Unreadable(f"{cell!r} has lost a zero at its end", f"format the column as text and write {cell}0")
    return cell


def _as_list(cell: str) -> list[str]:
    return [_as_text(part) for part in _BETWEEN.split(cell) if part]


def _as_codes(cell: str) -> list[str]:
    return [_as_code(part) for part in _as_list(cell)]


def _as_truth(cell: str) -> bool:
    if cell.casefold() not in _TRUTHS:
        raise _Unreadable(f"{cell!r} is neither yes nor no", "write ya or tidak, or leave it empty")
    return _TRUTHS[cell.casefold()]


def _as_date(cell: str) -> date | str:
    if cell.casefold() == NOT_VERIFIED:
        return NOT_VERIFIED
    day_first = _DAY_FIRST.fullmatch(cell)
    try:
        if day_first is not None:
            return date(int(day_first[3]), int(day_first[2]), int(day_first[1]))
        return date.fromisoformat(cell)
    except ValueError:
        raise _Unreadable(f"{cell!r} is not a date", "write 2026-11-21 or 21/11/2026") from None


def _as_phone(cell: str) -> str:
    if "e+" in cell.casefold():
        raise _Unreadable(f"{cell!r} was shortened to a sum", "format the column as text and write the number anew")
    return cell


def _as_hours(cell: str) -> object:
    if cell.casefold() in (ASK, "tanya"):
        return ASK
    week: dict[str, str] = {}
    for part in re.split(r"[,;\n]", cell.casefold()):
        for day, span in _as_days(part.strip(), cell):
            if day in week:
                raise _Unreadable(f"names {day} twice", "give each day once")
            week[day] = span
    return week


def _as_days(part: str, cell: str) -> Iterator[tuple[str, str]]:
    said = _HOURS.fullmatch(part)
    first = None if said is None else _day(said[1])
    last = first if said is None or said[2] is None else _day(said[2])
    if said is None or first is None or last is None or last < first:
        raise _Unreadable(f"{cell!r} is not understood", "write it like mon-thu 08:00-16:00, fri 08:00-11:30, or ask")
    span = f"{int(said[3]):02}:{said[4]}-{int(said[5]):02}:{said[6]}"
    yield from ((WEEKDAYS[place], span) for place in range(first, last + 1))


def _day(word: str) -> int | None:
    """Read a day of the week in either language, whole or by its first three letters."""
    found = {place for day, place in _DAYS.items() if day == word or (len(word) == 3 and day.startswith(word))}  # noqa: PLR2004 - as the line above says
    return found.pop() if len(found) == 1 else None


_READERS: Mapping[str, Callable[[str], object]] = {
    "area": _as_code,
    "serves": _as_codes,
    "roads_from": _as_codes,
    "accepts": _as_list,
    "free": _as_list,
    "paid": _as_list,
    "lacks": _as_list,
    "hours": _as_hours,
    "phone": _as_phone,
    "women_counsellor": _as_truth,
    "active": _as_truth,
    "takes_handoffs": _as_truth,
    "verified_on": _as_date,
    "closed_on": _as_date,
}
