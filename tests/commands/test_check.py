"""`singgah check` looks at what people of this installation are heard by, and lists what nobody has signed."""

import json
from collections.abc import Mapping
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bot.__main__ import main
from tests.commands.heard import add_phrase, change_heard, take_for_harmless
from tests.worlds import real_house


@pytest.fixture(autouse=True)
def content_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Spare every run the reading of the content."""
    monkeypatch.setattr("commands.check.read_house", lambda _config: real_house())


def check(file: Path, *options: str) -> Result:
    return CliRunner().invoke(main, ["check", "--config", str(file), *options])


def rows(result: Result) -> list[Mapping[str, object]]:
    found: list[Mapping[str, object]] = json.loads(result.stdout)
    return found


def test_texts_without_a_signature_are_listed_with_the_wording_to_sign(config_file: Path) -> None:
    unsigned = [row for row in rows(check(config_file, "--json")) if "unsigned" in row]

    assert [row["unsigned"] for row in unsigned] == [text.text for text in real_house().content.unsigned]
    assert len(unsigned) > 0
    assert all(row["stops"] is False and row["by"] in ("doctor", "lawyer") for row in unsigned)
    assert all(len(str(row["wording"])) == 8 for row in unsigned)


def test_without_changes_nothing_is_said_of_them(config_file: Path) -> None:
    result = check(config_file)

    assert result.exit_code == 0
    assert result.stderr == ""


def test_what_staff_put_in_force_is_checked_and_named(tmp_path: Path) -> None:
    file = change_heard(tmp_path, add_phrase())

    result, plain = check(file), check(file, "--shipped")

    assert result.exit_code == plain.exit_code == 0
    assert "heard by version 1 of what staff changed" in result.stderr
    assert plain.stderr == ""


def test_changes_that_do_not_fit_the_content_are_a_finding(tmp_path: Path) -> None:
    result = check(change_heard(tmp_path, add_phrase("OF_LATER")), "--json")

    (finding,) = [row for row in rows(result) if row["where"] == "listening"]
    assert "version 1 of what staff changed does not fit the content here: OF_LATER" in str(finding["what"])
    assert result.exit_code == 0


def test_a_change_that_does_harm_is_found_only_where_it_is_in_force(tmp_path: Path) -> None:
    file = change_heard(tmp_path, take_for_harmless("suicide/wish-to-die", "pengen mati aja"))

    result, plain = check(file), check(file, "--shipped")

    assert result.exit_code == 1
    assert "! danger:" in result.stdout
    assert plain.exit_code == 0
