"""`singgah screen` answers each line with one JSON object, in the documented keys."""

import json
from pathlib import Path

from click.testing import CliRunner, Result

from bot.__main__ import main
from commands.settings import load_config
from handlers.house.unlocking import nobody, seal_keyring
from tests.commands.heard import UNKNOWN, add_phrase, change_heard

_KEYS = ["crisis", "severity", "intent", "substances", "clarify", "suggest", "why"]


def test_every_line_is_answered_in_order() -> None:
    result = CliRunner().invoke(main, ["screen"], input="gw pengen mati aja\n\nselamat pagi\nudah ga kuat pedesnya\n")
    answers = [json.loads(line) for line in result.stdout.splitlines()]

    assert result.exit_code == 0
    assert [list(answer) for answer in answers] == [_KEYS] * 4
    assert [answer["crisis"] for answer in answers] == ["suicide", None, None, None]
    assert answers[0]["severity"] == "high"


def test_a_doubt_asks_to_clarify() -> None:
    result = CliRunner().invoke(main, ["screen"], input="surat terakhir yang dikirim belum sampai\n")

    assert json.loads(result.stdout)["clarify"] is True


def screen(file: Path, text: str, *options: str) -> Result:
    return CliRunner().invoke(main, ["screen", "--config", str(file), *options], input=f"{text}\n")


def test_what_staff_put_in_force_is_heard_and_named_beside_the_answers(tmp_path: Path) -> None:
    file = change_heard(tmp_path, add_phrase())

    heard, plain = screen(file, UNKNOWN), screen(file, UNKNOWN, "--shipped")

    assert json.loads(heard.stdout)["crisis"] == "suicide"
    assert "heard by version 1 of what staff changed" in heard.stderr
    assert json.loads(plain.stdout)["crisis"] is None
    assert plain.stderr == ""


def test_changes_that_do_not_fit_leave_the_content_as_it_is(tmp_path: Path) -> None:
    result = screen(change_heard(tmp_path, add_phrase("OF_LATER")), "gw pengen mati aja")

    assert json.loads(result.stdout)["crisis"] == "suicide"
    assert "heard by the content alone" in result.stderr


def test_sealed_changes_are_not_passed_over_in_silence(tmp_path: Path) -> None:
    file = change_heard(tmp_path, add_phrase())
    file.write_text('[keys]\nprovider = "passphrase"\n')
    assert seal_keyring(load_config(file), nobody, lambda: "enam kata yang diundi dengan dadu")

    result, plain = screen(file, "gw pengen mati aja"), screen(file, "gw pengen mati aja", "--shipped")

    assert result.exit_code == 1
    assert result.stdout == ""
    assert "add --shipped" in result.stderr
    assert json.loads(plain.stdout)["crisis"] == "suicide"


def test_a_data_folder_without_changes_needs_no_keys(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text('[storage]\ndatabase_url = "sqlite:///%s"\n' % (tmp_path / "empty.db"))
    (tmp_path / "empty.db").touch(mode=0o600)

    result = screen(file, "gw pengen mati aja")

    assert json.loads(result.stdout)["crisis"] == "suicide"
    assert result.stderr == ""
    assert not (tmp_path / "var").exists()


def test_a_store_that_does_not_answer_is_no_store_without_changes(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text('[storage]\ndatabase_url = "postgresql://127.0.0.1:1/none"\n')

    result, plain = screen(file, "halo"), screen(file, "halo", "--shipped")

    assert result.exit_code == 1
    assert "the data store does not answer" in result.stderr
    assert plain.exit_code == 0
