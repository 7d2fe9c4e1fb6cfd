"""Whom to call: the contacts that are true for a place, an hour and a kind of danger."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo

from bot.care.units.unit import Span

#: The card was opened without saying what the danger is.
ASKED = "asked"


@dataclass(frozen=True, slots=True)
class Helpline:
    """Somebody who can be called.

    `reach`: a number or a link.  `what`: by language.  `places`: codes of areas where it answers, None for everywhere;
    empty for one that is shown only with the kinds of danger it is meant for.  `week`: hours of each day, Monday first,
    on the clock of `zone`; None where it answers day and night, or nobody knows.
    """

    id: str
    reach: str
    what: Mapping[str, str]
    places: tuple[str, ...] | None
    dangers: frozenset[str]
    week: tuple[Span | None, ...] | None
    zone: tzinfo

    @property
    def holds_always(self) -> bool:
        """Tell whether it is there for everybody, everywhere and at any hour."""
        return self.places is None and self.week is None


@dataclass(frozen=True, slots=True)
class Helplines:
    """Every contact, in the order of the content file."""

    rows: tuple[Helpline, ...] = ()

    def everywhere(self) -> tuple[Helpline, ...]:
        """List what is true without knowing anything."""
        return tuple(row for row in self.rows if row.holds_always)

    def holding(self, area: str | None, danger: str, now: datetime) -> tuple[Helpline, ...]:
        """List what is true now for somebody there, those meant for the danger first.

        `area`: code of an area, None where it is not known.  `now`: aware.
        """
        true = [row for row in self.rows if _covers(row, area, danger) and _answers(row, now)]
        return tuple(sorted(true, key=lambda row: danger not in row.dangers))


def write_lines(rows: Iterable[Helpline], language: str) -> str:
    """Write contacts one under the other."""
    return "\n".join(f"• {row.reach}: {row.what.get(language) or next(iter(row.what.values()))}" for row in rows)


def _covers(row: Helpline, area: str | None, danger: str) -> bool:
    if row.places is None:
        return True
    if not row.places:
        return danger != ASKED and danger in row.dangers
    return area is not None and any(f"{area}.".startswith(f"{place}.") for place in row.places)


def _answers(row: Helpline, now: datetime) -> bool:
    if row.week is None:
        return True
    local = now.astimezone(row.zone)
    span = row.week[local.weekday()]
    return span is not None and span.opens <= local.time() < span.closes
