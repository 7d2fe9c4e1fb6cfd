"""The desk's own words in both languages, and times as people say them."""

import tomllib
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, tzinfo
from functools import cache
from pathlib import Path
from typing import Final

from bot.care.units.unit import Open, OpensAt
from bot.dialogue.script import fill
from handlers.office.desk import Desk

#: Languages of the desk, the default one first.
LANGUAGES: Final = ("id", "en")

_FOLDER: Final = Path(__file__).parent


@cache
def read_words(language: str) -> Mapping[str, str]:
    """Read the desk's own words in a language."""
    return tomllib.loads((_FOLDER / f"words_{language}.toml").read_text("utf-8"))


class Words:
    """What the desk says in one language."""

    def __init__(self, desk: Desk, language: str) -> None:
        """Speak a language of `LANGUAGES`."""
        self.language = language
        self._desk = desk
        self._words = read_words(language)

    @property
    def other_language(self) -> str:
        """Return the language one could switch to."""
        return next(language for language in LANGUAGES if language != self.language)

    def say(self, name: str, /, **words: object) -> str:
        """Return one of the desk's own sentences."""
        return fill(self._words[name], words)

    def phrase(self, name: str, /, **words: object) -> str:
        """Return a sentence that staff chats use too: roles, stages, outcomes, tasks, days."""
        return self._desk.phrase(name, self.language, **words)

    def clock(self, moment: datetime | time) -> str:
        """Say a time of day."""
        return f"{moment:%H}{self._words['clock_separator']}{moment:%M}"

    def day(self, weekday: int) -> str:
        """Name a weekday; 0 is Monday."""
        return self.phrase(f"day_{weekday}")

    def when(self, moment: datetime, zone: tzinfo) -> str:
        """Say when something is, to the minute, on the clock of a zone."""
        local, now = moment.astimezone(zone), self._desk.now().astimezone(zone)
        at = self.clock(local)
        near = {-1: "yesterday", 0: "today", 1: "tomorrow"}.get((local.date() - now.date()).days)
        if near:
            return self.say(near, time=at)
        return self.say("on_day", day=self.day(local.weekday()), date=local.day, month=self._month(local), time=at)

    def said_at(self, minute: str, zone: tzinfo) -> str:
        """Say when a message was written; `minute` is ISO in UTC."""
        return self.when(datetime.fromisoformat(minute), zone)

    def full_date(self, day: str) -> str:
        """Say an ISO date."""
        read = date.fromisoformat(day)
        return f"{read.day} {self._month(read)} {read.year}"

    def opening(self, opens: Open | OpensAt | None, zone: tzinfo) -> str:
        """Say until when a unit is open, or from when."""
        match opens:
            case Open(closes):
                return self.say("open_until", time=self.clock(closes), zone=zone.tzname(None))
            case OpensAt(weekday, at):
                return self.say("opens_at", day=self.day(weekday), time=self.clock(at), zone=zone.tzname(None))
            case None:
                return self.say("opens_unknown")

    def services(self, names: Iterable[str]) -> str:
        """List services."""
        return ", ".join(self.say(f"service_{name}") for name in names)

    def is_late(self, moment: datetime) -> bool:
        """Tell whether a moment has passed."""
        return moment < self._desk.now()

    def _month(self, day: date) -> str:
        return self._words["months"].split()[day.month - 1]
