"""What staff did, from the command line: listed, signed, and verified from outside."""

import json
import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bot.__main__ import main

PHRASE = "enam kata yang diundi dengan dadu"

_SECOND_HEAD = """
    INSERT INTO audit_head SELECT 0, 5, row_hash, 0 FROM audit_rows WHERE sequence = 5;
    DELETE FROM audit_rows WHERE sequence = 6;
"""

_CUT = """
    DELETE FROM audit_rows WHERE sequence > LEFT;
    UPDATE audit_head SET sequence = LEFT, checkpoint_sequence = 0,
        row_hash = (SELECT row_hash FROM audit_rows WHERE sequence = LEFT);
"""


def _run(config_file: Path, *arguments: str, given: str = "") -> Result:
    return CliRunner().invoke(main, [*arguments, "--config", str(config_file)], input=given)


def _invite(config_file: Path, role: str = "counsellor") -> Result:
    unit = ("--unit", "bnnk-kendari") if role == "counsellor" else ()
    result = _run(config_file, "staff", "invite", "--role", role, *unit, "--alias", "Kak Contoh")
    assert result.exit_code == 0
    return result


def _change(config_file: Path, statement: str) -> None:
    with sqlite3.connect(config_file.parent / "var" / "data" / "singgah.db") as database:
        database.executescript(statement)
    database.close()


@pytest.mark.parametrize(
    "command",
    [
        ("keys", "rotate"),
        ("keys", "rotate", "--signing"),
        ("keys", "rotate", "--audit"),
        ("keys", "retire", "1"),
        ("keys", "seal"),
        ("stats",),
    ],
    ids=" ".join,
)
def test_what_concerns_the_whole_house_is_signed_at_once(config_file: Path, command: tuple[str, ...]) -> None:
    _invite(config_file)
    if command[1:] == ("retire", "1"):
        assert _run(config_file, "keys", "rotate", "--alone", "no second person yet").exit_code == 0
    before, _ = _read_head(config_file)
    if command[1:] == ("seal",):
        config_file.write_text('[keys]\nprovider = "passphrase"\n')

    done = _run(config_file, *command, "--alone", "no second person yet", given=f"{PHRASE}\n{PHRASE}\n")
    assert done.exit_code == 0, done.stderr

    last, signed_to = _read_head(config_file)
    assert signed_to == last > before


def test_a_wish_for_a_second_person_is_signed_before_anybody_answers(config_file: Path) -> None:
    _invite(config_file, "admin")

    asked = _run(config_file, "keys", "rotate", "--as", "nobody")
    assert "asked for" in asked.stderr

    found = json.loads(_run(config_file, "audit", "verify", "--json").stdout)
    assert (found["whole"], found["last_row"]) == (True, found["signed_to"])


def _read_head(config_file: Path) -> tuple[int, int]:
    """Read where the chain ends and up to where it is signed, also while the keys are sealed."""
    with closing(sqlite3.connect(config_file.parent / "var" / "data" / "singgah.db")) as database:
        found: tuple[int, int] = database.execute("SELECT sequence, checkpoint_sequence FROM audit_head").fetchone()
    return found


def test_a_whole_chain_says_so_and_lists_what_the_operator_did(config_file: Path) -> None:
    _invite(config_file)
    staff_id = json.loads(_run(config_file, "staff", "list", "--json").stdout)[0]["id"]
    _run(config_file, "staff", "link", staff_id)
    _run(config_file, "staff", "revoke", staff_id)
    assert "nothing new" in _run(config_file, "audit", "sign").stdout  # each of them signed what it had done

    verified = _run(config_file, "audit", "verify", "--json")
    listed = json.loads(_run(config_file, "audit", "list", "--json").stdout)

    assert verified.exit_code == 0
    found = json.loads(verified.stdout)
    assert (found["whole"], found["last_row"], found["signed_to"], found["checkpoints"]) == (True, 5, 5, 3)
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
        ("UPDATE audit_rows SET sequence = 'x' WHERE sequence = 6", 6),
        # SQLite takes any kind of value anywhere.
        ("UPDATE audit_rows SET minute = 'x' WHERE sequence = 3", 3),
        ("UPDATE audit_rows SET minute = 1e30 WHERE sequence = 3", 3),
        ("UPDATE audit_rows SET actor = CAST(x'ff' AS TEXT) WHERE sequence = 3", 3),
        ("UPDATE audit_rows SET action = x'00' WHERE sequence = 3", 3),
        ("UPDATE audit_rows SET about_id = 'x' WHERE sequence = 3", 3),
        ("UPDATE audit_rows SET detail = x'' WHERE sequence = 3", 3),
        ("UPDATE audit_rows SET previous_hash = 'x' WHERE sequence = 3", 3),
        ("UPDATE audit_rows SET row_hash = 'x' WHERE sequence = 3", 3),
        ("UPDATE audit_head SET row_hash = 'x'", 6),
        ("UPDATE audit_head SET sequence = 'x'", 1),
        (_SECOND_HEAD, 6),
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


@pytest.mark.parametrize("left", [1, 3, 5])
def test_an_end_that_was_cut_off_is_missed_although_the_head_was_moved_back(config_file: Path, left: int) -> None:
    for _ in range(2):
        _invite(config_file)
    _change(config_file, _CUT.replace("LEFT", str(left)))

    verified = _run(config_file, "audit", "verify", "--json")

    found = json.loads(verified.stdout)
    assert (verified.exit_code, found["bad_row"], found["damage"]) == (1, left + 1, "cut")


@pytest.mark.parametrize("table", ["audit_rows", "audit_head"])
def test_a_chain_that_is_gone_altogether_is_said_in_one_line(config_file: Path, table: str) -> None:
    _invite(config_file)
    _change(config_file, f"DROP TABLE {table}")

    verified = _run(config_file, "audit", "verify")

    assert (verified.exit_code, verified.stderr.count("\n")) == (1, 1)
    assert "restore a copy" in verified.stderr


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
