"""The table of points is derived from a checked source, and always to the same bytes."""

import csv
import gzip
import io
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from storage.shipped.areas import POINTS, read_official_names
from storage.shipped.derive_points import PointsRefused, derive_points, main

Source = list[list[str]]


@cache
def full_source() -> tuple[tuple[str, ...], ...]:
    """Rebuild the gazetteer that the shipped points were derived from."""
    with gzip.open(POINTS, "rt", encoding="utf-8", newline="") as lines:
        points = list(csv.reader(lines))[1:]
    rows = [("code", "name", "level", "parent", "lat", "lon", "island_id", "q")]
    for (code, name), (_, lat, lon, island, quality) in zip(read_official_names(), points, strict=True):
        rows.append((code, name, str(code.count(".") + 1), code.rpartition(".")[0], lat, lon, island, quality))
    return tuple(rows)


def write_source(folder: Path, change: Callable[[Source], object] = lambda _: None) -> Path:
    rows = [list(row) for row in full_source()]
    change(rows)
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    file = folder / "areas.csv.gz"
    file.write_bytes(gzip.compress(text.getvalue().encode(), compresslevel=1))
    return file


def test_the_shipped_points_are_those_of_their_source(tmp_path: Path) -> None:
    target = tmp_path / "points.csv.gz"

    count = derive_points(write_source(tmp_path), target)

    assert count == 91_599
    assert gzip.decompress(target.read_bytes()) == gzip.decompress(POINTS.read_bytes())


def test_neither_the_time_nor_the_order_of_the_source_changes_a_byte(tmp_path: Path) -> None:
    def reverse(rows: Source) -> None:
        rows[1:] = rows[:0:-1]

    derive_points(write_source(tmp_path), tmp_path / "first")
    derive_points(write_source(tmp_path, reverse), tmp_path / "second")

    assert (tmp_path / "first").read_bytes() == (tmp_path / "second").read_bytes()


@pytest.mark.parametrize(
    ("row", "column", "value", "complaint"),
    [
        (0, 0, "kode", "line 1: expected the columns"),
        (3, 3, "12", "line 4: level or parent does not follow from code"),
        (3, 2, "4", "line 4: level or parent does not follow from code"),
        (3, 4, "96.7", "line 4: 11.01.01 lies outside Indonesia"),
        (3, 6, "", "line 4: 11.01.01 has no readable island"),
        (3, 7, "9", "line 4: 11.01.01 has no readable island or quality"),
        (3, 1, "Contoh", "11.01.01 Contoh: code or name differs"),
    ],
)
def test_a_source_with_a_mistake_is_refused_and_nothing_is_written(
    tmp_path: Path, row: int, column: int, value: str, complaint: str
) -> None:
    def spoil(rows: Source) -> None:
        rows[row][column] = value

    target = tmp_path / "points.csv.gz"
    with pytest.raises(PointsRefused, match=complaint):
        derive_points(write_source(tmp_path, spoil), target)

    assert not target.exists()


def test_a_source_that_lacks_an_area_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PointsRefused, match="is the source complete"):
        derive_points(write_source(tmp_path, lambda rows: rows.pop()), tmp_path / "points.csv.gz")


def test_the_command_says_in_one_line_why_nothing_was_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = POINTS.read_bytes()

    assert main([]) == 2
    assert main([str(tmp_path / "missing.csv.gz")]) == 1

    assert "nothing written" in capsys.readouterr().err
    assert POINTS.read_bytes() == before
