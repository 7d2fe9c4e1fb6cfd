"""`singgah units import` shows what would change, and takes it only when told to."""

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bot.__main__ import main
from storage.shipped.areas import load_listing
from tests.surroundings.geography import whole_gazetteer

HEAD = "id;name;kind;area;accepts;timezone;source;lat;lon;women_counsellor"
KENDARI = "bnnk-contoh;BNN Contoh;bnnk;74.71.02;outpatient;Asia/Makassar;invented 2026;;;ya"
KOLAKA = "bnnk-lain;BNN Lain;bnnk;74.01;outpatient;Asia/Makassar;invented 2026;;;"


@pytest.fixture
def settings(tmp_path: Path) -> Path:
    file = tmp_path / "config.toml"
    file.write_text('[storage]\ndata_dir = "data"\n')
    return file


def run(settings: Path, *rows: str, options: tuple[str, ...] = ()) -> Result:
    file = settings.parent / "units.csv"
    file.write_text("\n".join((HEAD, *rows)), encoding="utf-8-sig")
    return CliRunner().invoke(main, ["units", "import", str(file), "--config", str(settings), *options])


def own_directory(settings: Path) -> Path:
    return settings.parent / "data" / "units.toml"


def test_without_apply_nothing_is_written_and_every_change_is_said(settings: Path) -> None:
    result = run(settings, KENDARI, options=("--partial",))

    assert result.exit_code == 0, result.output
    assert result.stdout.splitlines()[0].startswith("+ bnnk-contoh")
    assert "1 new, 0 changed, 0 closed, 0 as before, 0 not usable." in result.stdout
    assert not own_directory(settings).exists()


def test_what_is_applied_is_read_instead_of_the_shipped_directory_from_then_on(settings: Path) -> None:
    assert run(settings, KENDARI, KOLAKA, options=("--apply", "--close-many")).exit_code == 0

    listed = CliRunner().invoke(main, ["units", "list", "--config", str(settings)])
    again = run(settings, KENDARI, KOLAKA)

    assert "bnnk-contoh" in listed.stdout
    assert "0 new, 0 changed, 0 closed, 2 as before, 0 not usable." in again.stdout


def test_units_that_vanish_are_closed_and_stay_readable(settings: Path) -> None:
    run(settings, KENDARI, KOLAKA, options=("--apply", "--close-many"))
    third = KENDARI.replace("contoh", "ketiga")
    run(settings, KENDARI, KOLAKA, third, options=("--apply",))

    result = run(settings, KENDARI, third, options=("--apply",))

    kept = load_listing(whole_gazetteer(), own_directory(settings))
    assert "x bnnk-lain" in result.stdout
    assert kept.units["bnnk-lain"].active is False
    assert kept.particulars["bnnk-lain"].closed_on is not None
    assert kept.particulars["bnnk-contoh"].women_counsellor is True


def test_closing_much_of_the_directory_needs_a_second_word(settings: Path) -> None:
    result = run(settings, KENDARI, options=("--apply",))

    assert result.exit_code == 1
    assert "add --close-many" in result.stderr
    assert not own_directory(settings).exists()


def test_bad_rows_are_named_by_line_and_column_the_others_taken_and_nothing_closed(settings: Path) -> None:
    run(settings, KENDARI, KOLAKA, options=("--apply", "--close-many"))
    swapped = KOLAKA.replace("bnnk-lain", "bnnk-tukar").replace(";;;", ";121,6;-4,05;")
    new = KENDARI.replace("contoh", "baru")

    result = run(settings, swapped, new, new, options=("--apply",))

    assert result.exit_code == 1
    assert [line for line in result.stdout.splitlines() if line.startswith("!")] == [
        "! units.csv, line 2, column lat: and lon look swapped; exchange the two cells",
        "! units.csv, line 4, column id: bnnk-baru stands in an earlier row; give each unit its own",
    ]
    kept = load_listing(whole_gazetteer(), own_directory(settings))
    assert [unit.id for unit in kept.units.values() if unit.active][-3:] == ["bnnk-contoh", "bnnk-lain", "bnnk-baru"]


def test_a_directory_in_toml_is_named_by_its_own_lines(settings: Path) -> None:
    file = settings.parent / "new.toml"
    shipped = Path(__file__).parents[2] / "content" / "units.toml"
    file.write_text(shipped.read_text().replace('hours = "ask"', 'hours = "siang"', 1))
    line = next(number for number, text in enumerate(file.read_text().splitlines(), 1) if "siang" in text)

    result = CliRunner().invoke(main, ["units", "import", str(file), "--config", str(settings)])

    assert f"! new.toml, line {line}, column hours: " in result.stdout
    assert "0 new, 0 changed, 0 closed, 46 as before, 1 not usable." in result.stdout


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("absent.csv", None, "cannot be read"),
        ("latin.csv", "nama;é".encode("latin-1"), "save it as CSV UTF-8"),
        ("broken.toml", b"[[unit]", "not valid TOML"),
        ("other.toml", b"[other]", "rows that start with [[unit]]"),
    ],
)
def test_a_file_that_holds_no_directory_is_refused_in_one_line(
    settings: Path, name: str, content: bytes | None, reason: str
) -> None:
    file = settings.parent / name
    if content is not None:
        file.write_bytes(content)

    result = CliRunner().invoke(main, ["units", "import", str(file), "--config", str(settings)])

    assert result.exit_code == 1
    assert result.stderr.startswith(f"singgah: {name}: ")
    assert reason in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_on_a_terminal_the_reading_shows_how_far_it_is(settings: Path) -> None:
    shipped = Path(__file__).parents[2] / "content" / "units.toml"
    command = [sys.executable, "-m", "bot", "units", "import", str(shipped), "--config", str(settings)]
    shown, terminal = pty.openpty()

    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=terminal) as process:  # noqa: S603 - our own program
        os.close(terminal)
        said, _ = process.communicate(timeout=60)

    assert b"Reading units" in os.read(shown, 65_536)
    assert b"Reading units" not in said
    os.close(shown)


def test_a_file_nested_beyond_reason_is_refused_in_a_line(settings: Path) -> None:
    file = settings.parent / "deep.toml"
    file.write_text("unit = " + "[" * 50_000)

    refused = CliRunner().invoke(main, ["units", "import", str(file), "--config", str(settings)])

    assert (refused.exit_code, len(refused.stderr.splitlines())) == (1, 1)
    assert "deep.toml" in refused.stderr
