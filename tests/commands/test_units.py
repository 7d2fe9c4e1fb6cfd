"""`singgah units` shows the directory and its gaps."""

import json

from click.testing import CliRunner

from bot.__main__ import main


def test_units_that_somebody_must_ask_are_listed_with_their_gaps() -> None:
    result = CliRunner().invoke(main, ["units", "check", "--json"])

    found = {row["id"]: row["gaps"] for row in json.loads(result.stdout)}
    assert result.exit_code == 0
    assert found["bnnk-kendari"] == ["not verified", "no hours", "no phone"]
    assert "ibm-pademangan-timur" not in found


def test_people_read_one_line_for_each_unit() -> None:
    result = CliRunner().invoke(main, ["units", "check"])

    assert "bnnk-kolaka                  not verified, no hours, no phone" in result.stdout.splitlines()
    assert result.stdout.splitlines()[-1].endswith("have something to be asked.")
