"""The table of areas that is kept from start to start: the same answers, and never one that does not fit."""

from dataclasses import fields
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.care.geography.gazetteer import Columns
from storage.shipped.areas import load_gazetteer
from storage.shipped.areatable import FILE, identify, keep_table, open_table
from tests.surroundings.geography import small_gazetteer, whole_gazetteer

COLUMNS = small_gazetteer([(-4.0, 122.0), (-3.9, 122.1)]).columns
MARK = identify((b"points", b"names"))


def are_equal(one: Columns, other: Columns) -> bool:
    return all(getattr(one, column.name) == getattr(other, column.name) for column in fields(Columns))


def kept_bytes(folder: Path) -> bytes:
    keep_table(folder / FILE, MARK, COLUMNS)
    return (folder / FILE).read_bytes()


def test_the_second_load_finds_what_the_first_has_built(tmp_path: Path) -> None:
    built = load_gazetteer(kept_in=tmp_path)
    written = (tmp_path / FILE).stat()

    found = load_gazetteer(kept_in=tmp_path)

    assert are_equal(found.columns, built.columns)
    assert are_equal(found.columns, whole_gazetteer().columns)
    assert (tmp_path / FILE).stat().st_ino == written.st_ino
    assert [path.name for path in tmp_path.iterdir()] == [FILE]
    assert written.st_mode & 0o077 == 0


def test_a_table_of_other_sources_is_not_opened(tmp_path: Path) -> None:
    kept_bytes(tmp_path)

    assert open_table(tmp_path / FILE, identify((b"points", b"other names"))) is None
    assert open_table(tmp_path / FILE, identify((b"pointsnames", b""))) is None
    opened = open_table(tmp_path / FILE, MARK)
    assert opened is not None
    assert are_equal(opened, COLUMNS)


def test_what_is_kept_tells_nothing_about_where_it_is_kept(tmp_path: Path) -> None:
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
        load_gazetteer(kept_in=tmp_path / name)

    assert (tmp_path / "one" / FILE).read_bytes() == (tmp_path / "other" / FILE).read_bytes()


@given(data=st.data())
def test_a_damaged_table_is_not_opened(data: st.DataObject, tmp_path_factory: pytest.TempPathFactory) -> None:
    file = tmp_path_factory.mktemp("kept") / FILE
    kept = bytearray(kept_bytes(file.parent))
    if data.draw(st.booleans(), label="cut off"):
        kept = kept[: data.draw(st.integers(0, len(kept) - 1), label="length")]
    else:
        kept[data.draw(st.integers(0, len(kept) - 1), label="place")] ^= data.draw(st.integers(1, 255), label="change")
    file.write_bytes(kept)

    assert open_table(file, MARK) is None


def test_a_damaged_table_is_built_anew(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"half of it")

    assert are_equal(load_gazetteer(kept_in=tmp_path).columns, whole_gazetteer().columns)
    assert (tmp_path / FILE).stat().st_size > 1_000_000


def test_where_nothing_can_be_kept_areas_are_loaded_all_the_same(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "taken" / FILE).mkdir(parents=True)

    for folder in (tmp_path / "missing", tmp_path / "file", tmp_path / "taken"):
        keep_table(folder / FILE, MARK, COLUMNS)
        assert open_table(folder / FILE, MARK) is None
    assert [path.name for path in (tmp_path / "taken").iterdir()] == [FILE]
