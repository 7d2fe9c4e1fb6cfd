"""What staff did, from the command line: listed, signed, and verified from outside."""

import json
import re
import sqlite3
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bot.__main__ import main


def _run(config_file: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, [*arguments, "--config", str(config_file)])


def _invite(config_file: Path, role: str = "counsellor") -> Result:
    unit = ("--unit", "bnnk-kendari") if role == "counsellor" else ()
    result = _run(config_file, "staff", "invite", "--role", role, *unit, "--alias", "Kak Contoh")
    assert result.exit_code == 0
    return result


def _change(config_file: Path, statement: str) -> None:
    with sqlite3.connect(config_file.parent / "var" / "data" / "singgah.db") as database:
        database.execute(statement)
    database.close()


def test_a_whole_chain_says_so_and_lists_what_the_operator_did(config_file: Path) -> None:
    _invite(config_file)
    staff_id = json.loads(_run(config_file, "staff", "list", "--json").stdout)[0]["id"]
    _run(config_file, "staff", "link", staff_id)
    _run(config_file, "staff", "revoke", staff_id)
    assert "signed" in _run(config_file, "audit", "sign").stdout
    assert "nothing new" in _run(config_file, "audit", "sign").stdout

    verified = _run(config_file, "audit", "verify", "--json")
    listed = json.loads(_run(config_file, "audit", "list", "--json").stdout)

    assert verified.exit_code == 0
    assert json.loads(verified.stdout)["whole"] is True
    did = ["staff_revoked", "link_made", "link_made", "link_made", "staff_added"]
    assert [row["did"] for row in listed] == did
    assert {row["who"] for row in listed} == {"operator"}
    assert listed[-1]["detail"] == "role counsellor, unit bnnk-kendari"
    assert "staff_added" in _run(config_file, "audit", "list").stdout


@pytest.mark.parametrize(
    ("statement", "row"),
    [
        ("UPDATE audit_rows SET actor = 'service' WHERE sequence = 3", 3),
        ("DELETE FROM audit_rows WHERE sequence = 2", 2),
        ("DELETE FROM audit_rows WHERE sequence > 4", 5),
        ("UPDATE audit_rows SET sequence = 99 WHERE sequence = 1", 1),
    ],
)
def test_the_first_bad_row_is_named_and_the_exit_code_says_no(config_file: Path, statement: str, row: int) -> None:
    for _ in range(2):
        _invite(config_file)
    _change(config_file, statement)

    verified = _run(config_file, "audit", "verify", "--json")

    assert verified.exit_code == 1
    assert json.loads(verified.stdout)["bad_row"] == row
    assert f"row {row} " in verified.stderr
    assert len(verified.stderr.splitlines()) == 1


def test_a_changed_checkpoint_is_named(config_file: Path) -> None:
    _invite(config_file)
    _run(config_file, "audit", "sign")
    path = config_file.parent / "var" / "audit" / "checkpoints.jsonl"
    path.write_text(re.sub(r'"sequence":\d+', '"sequence":2', path.read_text()))

    verified = _run(config_file, "audit", "verify")

    assert (verified.exit_code, "row 2 is claimed by a checkpoint" in verified.stderr) == (1, True)


def test_the_first_two_people_come_in_without_a_word_and_later_ones_are_said_to_be_let_in_alone(
    config_file: Path,
) -> None:
    said = ["second person" in _invite(config_file, role).stdout for role in ("admin", "counsellor", "admin")]
    assert said == [False, False, True]
