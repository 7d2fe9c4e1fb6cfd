"""Which lines of the tables of crossings and straits are refused, and how that is said."""

from datetime import date

import pytest

from bot.care.geography.crossings import COLUMNS, CrossingsError, parse_crossings, parse_straits
from bot.care.geography.gazetteer import Point
from storage.shipped.areas import CROSSINGS
from tests.surroundings.geography import small_gazetteer, whole_gazetteer

HEADER = ",".join(COLUMNS)
LINE = "ferry,Contoh,-4.0,122.0,satu,Misal,-5.0,123.0,dua,150,7,high,2026-11-21,invented"


def changed(column: str, value: str) -> str:
    fields = LINE.split(",")
    fields[COLUMNS.index(column)] = value
    return ",".join(fields)


def test_a_line_becomes_a_crossing_and_notes_are_skipped() -> None:
    (crossing,) = parse_crossings(["# a note", HEADER, "", LINE], {"satu", "dua"})

    assert (crossing.kind, crossing.minutes, crossing.a_week) == ("ferry", 150, 7)
    assert (crossing.start.name, crossing.start.point) == ("Contoh", Point(-4.0, 122.0, "satu"))
    assert (crossing.end.name, crossing.as_of) == ("Misal", date(2026, 11, 21))


@pytest.mark.parametrize(
    ("column", "value", "complaint"),
    [
        ("kind", "plane", "'plane' is not one of ferry"),
        ("from", "", "is empty"),
        ("from_lat", "122.0", "is not between -11.5 and 6.5"),
        ("to_lon", "east", "'east' is not a number"),
        ("to_island", "atlantis", "'atlantis' is not an island"),
        ("minutes", "0", "is not between 1 and"),
        ("a_week", "nan", "is not between 0.1 and"),
        ("confidence", "sure", "is not one of high, medium, low"),
        ("as_of", "2026-13-01", "is not a date"),
        ("source", "", "is empty"),
    ],
)
def test_a_mistake_is_named_by_line_and_column(column: str, value: str, complaint: str) -> None:
    with pytest.raises(CrossingsError, match=rf"^line 4, column {column}: .*{complaint}"):
        parse_crossings(["# a note", HEADER, LINE, changed(column, value)], {"satu", "dua"})


def test_other_columns_are_refused() -> None:
    with pytest.raises(CrossingsError, match="the first line is not kind,from"):
        parse_crossings(["kind,from"], {"satu"})
    with pytest.raises(CrossingsError, match="line 2: 13 columns instead of 14"):
        parse_crossings([HEADER, LINE.rpartition(",")[0]], {"satu", "dua"})


def test_a_strait_joins_two_villages_that_exist() -> None:
    gazetteer = small_gazetteer([(-4.0, 122.0), (-4.1, 122.1)])

    (strait,) = parse_straits(["from,to", "74.01.01.2001,74.01.01.2002"], gazetteer)

    assert (strait.start.name, strait.end.point.lat) == ("Desa 0", -4.1)
    with pytest.raises(CrossingsError, match=r"line 2: '74\.01\.01\.2009' is not an official code"):
        parse_straits(["from,to", "74.01.01.2001,74.01.01.2009"], gazetteer)
    with pytest.raises(CrossingsError, match="the first line is not from,to"):
        parse_straits([], gazetteer)


def test_every_port_lies_near_a_village_of_its_island() -> None:
    gazetteer = whole_gazetteer()
    crossings = parse_crossings(CROSSINGS.read_text(encoding="utf-8").splitlines(), gazetteer.islands())

    astray = [
        port.name
        for crossing in crossings
        for port in (crossing.start, crossing.end)
        if port.point.island
        not in {
            point.island
            for area, km in gazetteer.nearest(port.point.lat, port.point.lon, limit=30)
            if km <= 15 and (point := gazetteer.point(area.code))
        }
    ]

    assert len(crossings) > 100
    assert astray == []
