"""`singgah stats`: the fixed tables of a quarter that is over, as text, JSON or for a spreadsheet."""

import csv
import io
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from commands.settings import load_config
from commands.stats import stats
from storage.casework import cases
from storage.clients import people
from storage.transaction import Work
from tests.worlds import HandClock, open_test_bed, real_house

AUGUST = datetime(2026, 8, 14, 3, 0, tzinfo=UTC)
NOVEMBER = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)


@pytest.fixture
async def config_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Settings of an installation in which forty people referred themselves in August."""
    monkeypatch.setattr("handlers.house.opening.read_house", lambda _config: real_house())
    monkeypatch.setattr("commands.stats.read_clock", lambda: NOVEMBER)
    file = tmp_path / "config.toml"
    file.write_text("[care]\noffer_minutes = 15\n")
    async with open_test_bed(load_config(file), clock=HandClock(AUGUST)) as bed:
        await bed.world.database.write(_refer_forty)
    return file


def _refer_forty(work: Work) -> None:
    for number in range(40):
        _refer(work, number)


def _refer(work: Work, number: int) -> None:
    client_id = people.welcome(work, number.to_bytes(16, "big"), "telegram", str(number), "id")
    cases.open_case(work, client_id, "bnnk-kendari", "intake", {"area": "74.71.03", "age_band": "age_18_24"})


def _run(config_file: Path, *arguments: str) -> Result:
    return CliRunner().invoke(stats, [*arguments, "--config", str(config_file)])


def test_without_a_quarter_the_last_one_that_is_over_is_shown(config_file: Path) -> None:
    shown = _run(config_file)

    assert shown.exit_code == 0, shown.output
    assert shown.output.startswith("2026Q3, every number rounded")
    assert "Sulawesi Tenggara · Usia" in shown.output


def test_every_form_says_the_same_numbers(config_file: Path) -> None:
    spoken = json.loads(_run(config_file, "--quarter", "2026Q3", "--json").output)
    sheet = list(csv.reader(io.StringIO(_run(config_file, "--quarter", "2026Q3", "--csv").output, newline="")))

    assert spoken["quarter"] == "2026Q3"
    names = ("quarter", "table", "place", "category", "number")
    assert [[str(row[name]) for name in names] for row in spoken["rows"]] == sheet[1:]
    assert {row["number"] for row in spoken["rows"]} == {0, 40}


def test_a_quarter_without_enough_referrals_says_so(config_file: Path) -> None:
    assert "Too few referrals" in _run(config_file, "--quarter", "2026Q2").output


@pytest.mark.parametrize("quarter", ["2026Q4", "2026", "2026Q3; DROP"])
def test_a_quarter_that_is_not_over_is_refused_in_one_line(config_file: Path, quarter: str) -> None:
    refused = _run(config_file, "--quarter", quarter)

    assert refused.exit_code == 1
    assert refused.output.count("\n") == 1


def test_there_is_no_filter() -> None:
    assert {option.name for option in stats.params} == {"config", "quarter", "as_json", "as_csv", "as_id", "alone"}
