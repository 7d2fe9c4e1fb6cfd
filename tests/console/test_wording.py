"""The desk's words: complete in both languages, and times as people say them."""

import re
from datetime import UTC, datetime, timedelta
from itertools import product
from pathlib import Path
from typing import get_args

import pytest

from bot.care.units.unit import OFFSETS, Open, OpensAt, Service
from console import wording
from console.wording import LANGUAGES, Words, read_words
from handlers.office.desk import OUTCOMES, STAGES, Desk, Role
from storage.casework.chats import Delivery, Side
from tests.console.desks import TestDesk

_FOLDER = Path(wording.__file__).parent
_PLACEHOLDER = re.compile(r"\{(\w+)\}")
_TASKS = ("missed_check_in", "worrying_check_in", "danger", "relapse")
_COLOUR = re.compile(r"--([a-z-]+): #([0-9a-f]{6});")
_READ = [
    ("ink", "ground"),
    ("ink", "sheet"),
    ("ink", "client"),
    ("ink", "accent-soft"),
    ("soft", "ground"),
    ("soft", "sheet"),
    ("soft", "client"),
    ("accent", "sheet"),
    ("accent", "ground"),
    ("accent", "accent-soft"),
    ("accent-ink", "accent"),
    ("warn", "warn-soft"),
    ("warn", "sheet"),
    ("danger", "sheet"),
]


def test_both_languages_say_the_same_things_with_the_same_blanks() -> None:
    blanks = [
        {name: set(_PLACEHOLDER.findall(text)) for name, text in read_words(language).items()} for language in LANGUAGES
    ]
    assert blanks[0] == blanks[1]


def test_every_sentence_a_page_names_exists_and_every_one_that_exists_is_named() -> None:
    sources = "\n".join(path.read_text("utf-8") for path in (*_FOLDER.glob("templates/*"), *_FOLDER.glob("*.py")))
    quoted = set(re.findall(r'["\']([a-z_]+)["\']', sources))
    stems = tuple(re.findall(r'["\']([a-z]+_)["\'] ~|f"([a-z]+_)\{', sources))
    begun = tuple({one for pair in stems for one in pair if one})
    known = read_words("id")
    assert [
        name for name in re.findall(r'\bsay\("([a-z_]+)"', sources) if name not in known and not name.endswith("_")
    ] == []
    assert [name for name in known if not _is_named(name, quoted, begun)] == []


def _is_named(name: str, quoted: set[str], begun: tuple[str, ...]) -> bool:
    return name in quoted or name.startswith(begun) or name.removesuffix("_title") in quoted


@pytest.mark.parametrize("language", LANGUAGES)
async def test_everything_the_store_can_hold_has_a_name(desk: TestDesk, language: str) -> None:
    words = Words(Desk(desk.bed.world), language)
    phrases = [
        *(f"role_{role}" for role in Role),
        *(f"stage_{stage}" for stage in ("referred", *STAGES)),
        *(f"outcome_{outcome}" for outcome in (*OUTCOMES, "withdrawn")),
        *(f"task_{reason}" for reason in _TASKS),
        *(f"day_{day}" for day in range(7)),
    ]
    sentences = [
        *(f"speaker_{side}" for side in Side),
        *(f"delivery_{delivery}" for delivery in Delivery),
        *(f"service_{service}" for service in get_args(Service)),
    ]
    assert all(words.phrase(name) for name in phrases)
    assert all(words.say(name) for name in sentences)


@pytest.mark.parametrize(
    ("hours", "indonesian", "english"),
    [
        (0, "hari ini 10.00", "today 10:00"),
        (-10.5, "kemarin 23.30", "yesterday 23:30"),
        (22, "besok 08.00", "tomorrow 08:00"),
        (-72, "Jumat 20 Nov, 10.00", "Friday 20 Nov, 10:00"),
        (24 * 30, "Rabu 23 Des, 10.00", "Wednesday 23 Dec, 10:00"),
    ],
)
async def test_times_are_said_on_the_clock_of_the_unit(
    desk: TestDesk, hours: float, indonesian: str, english: str
) -> None:
    moment = desk.bed.clock.now + timedelta(hours=hours)
    zone = OFFSETS["Asia/Makassar"]
    said = [Words(Desk(desk.bed.world), language).when(moment, zone) for language in LANGUAGES]
    assert said == [indonesian, english]


async def test_a_stored_minute_is_said_on_the_clock_of_the_unit(desk: TestDesk) -> None:
    words = Words(Desk(desk.bed.world), "id")
    assert words.said_at("2026-11-23T02:05Z", OFFSETS["Asia/Jayapura"]) == "hari ini 11.05"
    assert words.is_late(datetime(2026, 11, 23, 1, 59, tzinfo=UTC))


async def test_opening_hours_are_said_or_asked_for(desk: TestDesk) -> None:
    words, zone = Words(Desk(desk.bed.world), "id"), OFFSETS["Asia/Makassar"]
    at = datetime(2026, 11, 23, 16, 0, tzinfo=UTC).time()
    assert words.opening(Open(at), zone) == "buka sampai 16.00 WITA"
    assert words.opening(OpensAt(0, at), zone) == "tutup; buka Senin 16.00 WITA"
    assert words.opening(None, zone) == "jam belum diketahui; tanyakan"


@pytest.mark.parametrize(("scheme", "pair"), list(product(["light", "dark"], _READ)))
def test_every_pair_of_colours_can_be_read(scheme: str, pair: tuple[str, str]) -> None:
    light, dark = (_FOLDER / "static" / "desk.css").read_text("utf-8").split("@media (prefers-color-scheme: dark)")
    colours = dict(_COLOUR.findall(light)) | (dict(_COLOUR.findall(dark)) if scheme == "dark" else {})
    one, other = sorted((_luminance(colours[name]) for name in pair), reverse=True)
    assert (one + 0.05) / (other + 0.05) >= 4.5


def _luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (0, 2, 4)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
