"""Read whom to call, and keep out numbers that must never be shown."""

import re
from collections.abc import Iterator, Mapping
from datetime import time
from typing import Any, Final

from bot.care.helplines import Helpline, Helplines
from bot.care.units.unit import OFFSETS, Span
from bot.steps import ContentError, parse_toml

_NUMBER = re.compile(r"(?<![\w])\d[\d\- ]{1,16}\d(?!\w)")
_BETWEEN = re.compile(r"[\- ]")
_HOURS = re.compile(r"(\d\d:\d\d)-(\d\d:\d\d)")
_DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
#: What every contact has to say about itself.
_NEEDED: Final = ("id", "what", "what_en", "hours", "hours_en", "source", "checked_on", "by")


def read_safety(files: Mapping[str, str]) -> Mapping[str, Any]:
    """Read safety.toml.  Raises ContentError if it is not there, or if any file shows a number that it forbids."""
    if "safety.toml" not in files:
        raise ContentError("safety.toml: missing; it holds the contacts")
    document = parse_toml(files["safety.toml"], "safety.toml")
    refuse_forbidden(files, document)
    return document


def read_helplines(document: Mapping[str, Any]) -> Helplines:
    """Read the contacts.  Raises ContentError for one that says too little, or if some place has fewer than two."""
    lines = Helplines(tuple(_read_contact(row) for row in document.get("contact", [])))
    if len({row.id for row in lines.rows}) < len(lines.rows):
        raise ContentError("safety.toml: two contacts have the same id; rename one")
    if len(lines.everywhere()) < 2:  # noqa: PLR2004 - a busy line must not be the only one
        raise ContentError(
            'safety.toml: at least two contacts must hold for places = "all" and at any hour; '
            "otherwise some place would be shown one alone, or none"
        )
    return lines


def refuse_forbidden(files: Mapping[str, str], document: Mapping[str, Any]) -> None:
    """Raise ContentError if a contact, a flow, a sentence or an answer shows a number of safety.toml [forbidden]."""
    forbidden = {_digits(number) for number in document.get("forbidden", {}).get("numbers", ())}
    rows = {f"safety.toml: contact {row.get('id', '?')}": _told(row) for row in document.get("contact", [])}
    said = {path: text for path, text in files.items() if path.startswith(("flows/", "texts/", "faq/"))}
    for where, text in {**rows, **said}.items():
        for written in _NUMBER.findall(text):
            if _digits(written) in forbidden:
                raise ContentError(f"{where}: {written} must never be shown (safety.toml [forbidden]); take it out")


def _read_contact(row: Mapping[str, Any]) -> Helpline:
    where = f"safety.toml: contact {row.get('id', '?')}"
    for key in _NEEDED:
        if not row.get(key):
            raise ContentError(f"{where}: {key} is missing; nobody can check a contact without it")
    reach, places, zone = row.get("number") or row.get("link"), row.get("places"), row.get("timezone", "Asia/Jakarta")
    if not reach:
        raise ContentError(f"{where}: needs a number or a link")
    if places != "all" and not isinstance(places, list):
        raise ContentError(f'{where}: places must be "all" or a list of codes, empty for never on the general card')
    if zone not in OFFSETS:
        raise ContentError(f"{where}: timezone {zone!r} is none of {', '.join(OFFSETS)}")
    what = {"id": row["what"], "en": row["what_en"]}
    covered = None if places == "all" else tuple(places)
    week = tuple(_read_week(row["open"], where)) if "open" in row else None
    return Helpline(row["id"], reach, what, covered, frozenset(row.get("dangers", ())), week, OFFSETS[zone])


def _read_week(table: Mapping[str, str], where: str) -> Iterator[Span | None]:
    for day in table.keys() - set(_DAYS):
        raise ContentError(f"{where}: open.{day} is not a day; days are {', '.join(_DAYS)}")
    for day in _DAYS:
        said = _HOURS.fullmatch(table[day]) if day in table else None
        if day in table and said is None:
            raise ContentError(f'{where}: open.{day} must read like "08:00-16:00"')
        yield None if said is None else Span(time.fromisoformat(said[1]), time.fromisoformat(said[2]))


def _told(row: Mapping[str, Any]) -> str:
    return "\n".join(str(row.get(key, "")) for key in ("number", "name", "what", "what_en"))


def _digits(number: str) -> str:
    return _BETWEEN.sub("", number)
