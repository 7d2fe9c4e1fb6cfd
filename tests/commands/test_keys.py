"""`singgah keys` says how the keys stand, turns them, and refuses to lose what is still needed."""

import asyncio
import json
import os
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from commands.keys import keys, unseal
from commands.settings import load_config
from handlers.running.clock import read_clock
from storage.database import Database
from storage.keys.keyring import Keyring
from storage.sealing.encryption import FolderId
from storage.trail.audit import Deed, read_rows
from storage.trail.auditkey import AuditKey
from storage.transaction import Work

PHRASE = "enam kata yang diundi dengan dadu"
SEALED = '[keys]\nprovider = "passphrase"\n'


@pytest.fixture
def config_file(tmp_path: Path) -> Path:
    """Settings whose files all lie in the folder of the test."""
    file = tmp_path / "config.toml"
    file.write_text("")
    return file


def _run(config_file: Path, *arguments: str, given: str = "") -> Result:
    return CliRunner().invoke(keys, [*arguments, "--config", str(config_file)], input=given)


def _status(config_file: Path) -> dict[str, object]:
    result = _run(config_file, "status", "--json")
    assert result.exit_code == 0, result.stderr
    shown: dict[str, object] = json.loads(result.stdout)
    return shown


async def _open(config_file: Path) -> Database:
    config = load_config(config_file)
    keyring = Keyring.open(config.keys.dir, config.storage.data_dir)
    return await Database.open(config.storage.url, config.keys.url, keyring, read_clock)


async def _fill(config_file: Path, count: int) -> None:
    def job(work: Work) -> None:
        for number in range(count):
            work.vault.create_folder(FolderId(number.to_bytes(16, "big")))

    database = await _open(config_file)
    await database.write(job)
    await database.close()


async def _apart(config_file: Path, *arguments: str) -> Result:
    """Run a command that has a loop of its own."""
    return await asyncio.to_thread(_run, config_file, *arguments)


def test_before_the_first_start_there_is_nothing_to_turn(config_file: Path) -> None:
    shown = _status(config_file)

    assert shown["root_keys"] == []
    assert "No root key is in use yet" in str(shown["advice"])


async def test_keys_are_turned_and_the_old_one_is_retired(config_file: Path) -> None:
    await _fill(config_file, 1_234)
    assert "Nothing to do until" in str(_status(config_file)["advice"])

    turned = await _apart(config_file, "rotate")
    assert "1,234 folders moved to root key 2" in turned.stdout, turned.stderr
    refused = await _apart(config_file, "retire", "2")
    assert (refused.exit_code, refused.stderr.count("\n")) == (1, 1)
    assert "singgah keys retire 1" in str(_status(config_file)["advice"])
    assert json.loads((await _apart(config_file, "retire", "1", "--json")).stdout) == {"retired": 1}

    listed = _run(config_file, "status").stdout.splitlines()
    assert listed[1].split() == ["root", "key", "2", "1,234", "folders", "0", "days", "old"]
    assert listed[2].split() == ["root", "key", "1", "0", "folders", "retired"]
    database = await _open(config_file)
    rows = await database.read(lambda work: [(row.actor, row.action) for row in read_rows(work)])
    await database.close()
    assert rows == [("operator", Deed.KEYS_ROTATED), ("operator", Deed.KEY_RETIRED)]


async def test_after_ninety_days_the_next_key_is_advised(config_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    await _fill(config_file, 1)

    def after(days: int) -> dict[str, object]:
        def read() -> datetime:
            return read_clock() + timedelta(days=days)

        monkeypatch.setattr("commands.keys.read_clock", read)
        return _status(config_file)

    assert "until" in str(after(89)["advice"])
    assert "run singgah keys rotate" in str(after(90)["advice"])
    assert [key["age_days"] for key in after(90)["root_keys"]] == [90]  # type: ignore[attr-defined] # parsed JSON


def test_the_public_half_of_the_audit_key_is_printed(config_file: Path) -> None:
    printed = _run(config_file, "audit-key").stdout.strip()

    seed = (load_config(config_file).keys.dir / "audit.key").read_bytes()
    assert bytes.fromhex(printed) == AuditKey(seed).public


def test_a_short_passphrase_seals_nothing(config_file: Path) -> None:
    config_file.write_text(SEALED)

    result = _run(config_file, "seal", given="x" * 15 + "\n")

    assert result.exit_code == 1
    assert "16 characters" in result.stderr
    assert not (load_config(config_file).keys.dir / "keys.sealed").exists()


def test_unsealing_where_nobody_waits_is_said_in_one_line(config_file: Path) -> None:
    config_file.write_text(SEALED)

    result = CliRunner().invoke(unseal, ["--config", str(config_file)], input=f"{PHRASE}\n")
    assert (result.exit_code, result.stderr.count("\n")) == (1, 1)
    assert "no sealed service waits" in result.stderr

    config_file.write_text("")
    result = CliRunner().invoke(unseal, ["--config", str(config_file)])
    assert "there is no passphrase to give" in result.stderr


def test_at_a_terminal_the_passphrase_is_asked_for_and_not_shown(config_file: Path) -> None:
    config_file.write_text(SEALED)
    assert _run(config_file, "seal", given=f"{PHRASE}\n").exit_code == 0
    config = load_config(config_file)
    ours, theirs = os.openpty()
    script = (
        "import sys; from pathlib import Path; from commands.settings import load_config; "
        "from handlers.house.unlocking import *; config = load_config(Path(sys.argv[1])); "
        "print('opened', open_keyring(config, ask_at_terminal).kek_version)"
    )

    with subprocess.Popen(  # noqa: S603 - our own script
        [sys.executable, "-c", script, str(config_file)],
        stdin=theirs,
        stdout=subprocess.PIPE,
        stderr=theirs,
        text=True,
        env={"PYTHONPATH": str(Path(__file__).parents[2])},
        start_new_session=True,
    ) as process:
        shown = b""
        while not shown.endswith(b"Passphrase of the keys: "):
            shown += os.read(ours, 1_000)
        os.write(ours, f"{PHRASE}\n".encode())
        output = process.communicate(timeout=30)[0]
    os.close(theirs)
    os.close(ours)

    assert output == "opened 1\n"
    assert config.keys.provider == "passphrase"
    assert PHRASE.encode() not in shown


@pytest.mark.parametrize("version", ["0", "99999999999999999999", "x"])
def test_a_version_that_cannot_be_one_is_not_even_looked_for(config_file: Path, version: str) -> None:
    refused = _run(config_file, "retire", version)

    assert (refused.exit_code, "'VERSION'" in refused.stderr) == (2, True)
    assert not (config_file.parent / "var").exists()
