"""Whom to call depends on the place, the hour and the danger, and is never one alone."""

from datetime import UTC, datetime, time, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.care.helplines import ASKED, Helpline, Helplines, write_lines
from bot.care.units.unit import OFFSETS, Span
from bot.contacts import read_helplines
from bot.steps import parse_toml
from storage.shipped.library import read_library

#: A Monday, ten in the morning in Jakarta.
MONDAY = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
DANGERS = ("suicide", "self_harm", "overdose", "withdrawal_emergency", "psychosis", "violence_or_abuse", "child_danger")
REAL = read_helplines(parse_toml(read_library()["safety.toml"], "safety.toml"))
_DAY = Span(time(8), time(16))


def _line(name: str, *, places: tuple[str, ...] | None = None, dangers: str = "", office: bool = False) -> Helpline:
    week = ((_DAY,) * 5 + (None,) * 2) if office else None
    return Helpline(name, name, {"id": name}, places, frozenset(dangers.split()), week, OFFSETS["Asia/Jakarta"])


def _names(lines: Helplines, area: str | None, danger: str = ASKED, now: datetime = MONDAY) -> list[str]:
    return [row.id for row in lines.holding(area, danger, now)]


def test_a_number_of_one_place_is_shown_there_and_nowhere_else() -> None:
    lines = Helplines((_line("a"), _line("b"), _line("city", places=("74.71",))))

    assert _names(lines, "74.71.05") == ["a", "b", "city"]
    assert _names(lines, "74.71") == ["a", "b", "city"]
    assert _names(lines, "74.7") == _names(lines, "74") == _names(lines, "74.72") == _names(lines, None) == ["a", "b"]


def test_what_is_meant_for_the_danger_comes_first_and_some_only_with_it() -> None:
    lines = Helplines((_line("a"), _line("b", dangers="suicide"), _line("police", places=(), dangers="violence")))

    assert _names(lines, None, "suicide") == ["b", "a"]
    assert _names(lines, None, "violence") == ["police", "a", "b"]
    assert "police" not in _names(lines, None)


def test_what_is_closed_is_not_offered() -> None:
    lines = Helplines((_line("a"), _line("b"), _line("office", office=True)))

    assert "office" in _names(lines, None)
    assert "office" not in _names(lines, None, now=MONDAY + timedelta(hours=6))
    assert "office" not in _names(lines, None, now=MONDAY + timedelta(days=5))
    assert [row.id for row in lines.everywhere()] == ["a", "b"]


def test_a_language_nobody_wrote_gets_the_words_there_are() -> None:
    assert write_lines((_line("a"),), "en") == "• a: a"


@given(
    area=st.sampled_from((None, "74.71.05", "74.01", "31.72.01", "36.71", "11", "")),
    danger=st.sampled_from((ASKED, *DANGERS)),
    minutes=st.integers(0, 7 * 1_440),
)
def test_nobody_is_ever_shown_fewer_than_two(area: str | None, danger: str, minutes: int) -> None:
    rows = REAL.holding(area, danger, MONDAY + timedelta(minutes=minutes))

    assert len(rows) >= 2
    assert "119" in [row.reach for row in rows]


def test_112_is_shown_only_where_it_is_known_to_work() -> None:
    assert "siaga_112" in _names(REAL, "74.71.05")
    assert "siaga_112" not in _names(REAL, "74.01")
    assert "siaga_112" not in _names(REAL, None)


def test_the_police_are_named_only_to_whoever_speaks_of_violence() -> None:
    named = {danger: "police" in _names(REAL, "74.71", danger) for danger in (ASKED, *DANGERS)}

    assert [danger for danger, is_named in named.items() if is_named] == ["violence_or_abuse"]
