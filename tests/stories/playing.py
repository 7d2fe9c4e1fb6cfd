"""Play a story on a running world: real stores, a clock set by hand, everybody's screen listened to.

What may stand behind `=`:

    = konselor: Kak Melati, bnnk-kendari      a counsellor of a unit opens the invitation; `konselor 2` is another one
    = pukul: 2026-11-21 22:00 WITA            the time on the wall; otherwise it is Monday, ten o'clock in Kendari
    = buka: bnnk-kendari, 08:00-16:00         the unit is open on working days at these hours

What may stand in round brackets after `>` instead of words: (foto), (stiker), (pesan suara), (berkas), (kontak),
(lokasi -3.97, 122.51), (tulisan 5000 huruf), (kalimat kembali), (memblokir).

Codes, return phrases and check words are drawn at random; a story calls them KODE-1, KODE-2, (kalimat kembali) and
(kata pengenal).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta
from pathlib import Path

from bot.care.units.unit import OFFSETS, Span
from bot.ports import Blocked, Content, Other, Place, Text
from handlers.house.opening import House
from handlers.running import clock
from handlers.steps import Steps
from tests.stories.scripts import Beat, Story, describe, read_spoken, rewrite
from tests.worlds import HandClock, TestBed, config_in, open_test_bed, with_units

_CODE = re.compile(r"\b[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]\b")
_PHRASE = re.compile(r"^[a-z]+(?: [a-z]+){6}$", re.MULTILINE)
_CHECK_WORDS = re.compile(r"((?:Kata pengenal|Kata pengenalmu dengan konselor ini): )[a-z]+ [a-z]+")
_PHRASE_NAME = "(kalimat kembali)"
_GIVEN = re.compile(r"= (?P<what>[\w ]+): (?P<value>.+)")
_PASSED = re.compile(r"-- (?P<count>\d+) (?P<unit>\w+) kemudian")
_HOURS = re.compile(r"(?P<unit>[\w-]+), (?P<opens>\d\d:\d\d)-(?P<closes>\d\d:\d\d)")
_PLACE = re.compile(r"\(lokasi (?P<latitude>-?[\d.]+), (?P<longitude>-?[\d.]+)\)")
_LONG = re.compile(r"\(tulisan (?P<letters>\d+) huruf\)")
_SENT = {"(foto)": "photo", "(stiker)": "sticker", "(pesan suara)": "voice", "(berkas)": "file", "(kontak)": "contact"}
_MINUTES = {"menit": 1, "jam": 60, "hari": 1_440, "minggu": 10_080, "bulan": 43_200}
_ZONES = {"WIB": OFFSETS["Asia/Jakarta"], "WITA": OFFSETS["Asia/Makassar"], "WIT": OFFSETS["Asia/Jayapura"]}
_BETWEEN_TICKS = timedelta(hours=1)
_CLIENT = "klien"
_LINES_SHOWN = 12


class StoryStuck(Exception):
    """A story asks for something that cannot be done; the message names the line, and what was said last."""


async def play(story: Story, folder: Path) -> str:
    """Play a story from its start and return it with what was really said.  Raises StoryStuck."""
    hours = dict(_opening_hours(story))
    async with open_test_bed(config_in(folder), clock=HandClock(), change=lambda house: _open_at(house, hours)) as bed:
        stage = _Stage(bed)
        lines = list(story.head)
        for beat in story.beats:
            try:
                lines += rewrite(beat, await stage.perform(beat))
            except (AssertionError, ValueError, KeyError) as error:
                so_far = "\n".join(lines[-_LINES_SHOWN:])
                raise StoryStuck(f"line {beat.line}: {beat.act}: {error}; before it:\n{so_far}") from error
    return "\n".join(lines) + "\n"


@dataclass
class _Stage:
    """Where a story is played: who has read how much, and what random names are called in the story."""

    bed: TestBed
    names: dict[str, str] = field(default_factory=dict)
    read: int = 0

    async def perform(self, beat: Beat) -> dict[str, list[str]]:
        """Do what a beat says; return everybody's new messages, the one who acted first."""
        who = ""
        if beat.act.startswith("="):
            await self._set(beat.act)
        elif beat.act.startswith("--"):
            await self._pass_time(beat.act)
        else:
            who, words = read_spoken(beat.act)
            await self._speak(who or _CLIENT, words)
        said: dict[str, list[str]] = {who: []}
        fresh = self.bed.channel.sent[self.read :]
        self.read += len(fresh)
        for address, message in sorted(fresh, key=lambda pair: pair[0]):
            said.setdefault("" if address == _CLIENT else address, []).append(self._rename(describe(message)))
        return said

    async def _set(self, act: str) -> None:
        given = _match(_GIVEN, act)
        match given["what"]:
            case "pukul":
                day, hour, zone = given["value"].split()
                self.bed.clock.now = datetime.fromisoformat(f"{day}T{hour}").replace(tzinfo=_ZONES[zone])
            case "buka":
                pass
            case who:
                alias, unit_id = given["value"].split(", ")
                await self.bed.counsellor(who, unit_id, alias)

    async def _pass_time(self, act: str) -> None:
        passed = _match(_PASSED, act)
        left = timedelta(minutes=int(passed["count"]) * _MINUTES[passed["unit"]])
        while left > timedelta():
            step = min(left, _BETWEEN_TICKS)
            left -= step
            self.bed.clock.now += step
            await clock.tick(Steps(self.bed.world))
            await self.bed.flush()

    async def _speak(self, who: str, words: str) -> None:
        for real, name in self.names.items():
            words = words.replace(name, real)
        if words.startswith("[") and words.endswith("]"):
            await self.bed.tap(who, words[1:-1])
        elif (content := _content(words)) is not None:
            await self.bed.deliver(who, content)
        else:
            await self.bed.say(who, words)

    def _rename(self, words: str) -> str:
        """Call codes and phrases by the names they have in the story."""
        for code in _CODE.findall(words):
            self.names.setdefault(code, f"KODE-{len(self.names) + 1}")
        for phrase in _PHRASE.findall(words):
            self.names[phrase] = _PHRASE_NAME
        for real, name in self.names.items():
            words = words.replace(real, name)
        return _CHECK_WORDS.sub(r"\1(kata pengenal)", words)


def _content(words: str) -> Content | None:
    """Return what round brackets stand for; None for plain words."""
    place, long = _PLACE.fullmatch(words), _LONG.fullmatch(words)
    if place is not None:
        return Place(float(place["latitude"]), float(place["longitude"]))
    if long is not None:
        return Text("cerita " * (int(long["letters"]) // len("cerita ")))
    if words == "(memblokir)":
        return Blocked()
    return Other(_SENT[words]) if words in _SENT else None


def _opening_hours(story: Story) -> Iterator[tuple[str, Span]]:
    for beat in story.beats:
        if beat.act.startswith("= buka:"):
            said = _match(_HOURS, _match(_GIVEN, beat.act)["value"])
            yield said["unit"], Span(time.fromisoformat(said["opens"]), time.fromisoformat(said["closes"]))


def _open_at(house: House, hours: dict[str, Span]) -> House:
    units = (replace(house.units[name], hours=(span,) * 5 + (None,) * 2) for name, span in hours.items())
    return with_units(house, *units)


def _match(pattern: re.Pattern[str], text: str) -> re.Match[str]:
    found = pattern.fullmatch(text)
    if found is None:
        raise ValueError("not in the form that playing.py describes")
    return found
