"""`singgah backup`: a key whose private half leaves, copies, the proof of a copy, and the way back."""

import json
import re
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from commands.backup import backup
from commands.settings import load_config
from storage.clients import people
from storage.team.signins import start_session, watch_session
from storage.team.staffing import Purpose, Role, add_staff, invite, list_staff, use_invite
from storage.transaction import Work
from tests.worlds import open_test_bed


@pytest.fixture
async def config_file(tmp_path: Path) -> Path:
    """Settings of an installation with one counsellor and one client, and a backup key."""
    file = tmp_path / "config.toml"
    file.write_text("[care]\noffer_minutes = 15\n")
    async with open_test_bed(load_config(file)) as bed:
        await bed.world.database.write(_fill)
    made = _run(file, "keygen", str(tmp_path / "stick"))
    assert made.exit_code == 0, made.output
    public = re.search(r'recipient = "(age1[0-9a-z]+)"', made.output)
    assert public is not None
    file.write_text(f'[backup]\nrecipient = "{public[1]}"\n')
    return file


def _fill(work: Work) -> None:
    add_staff(work, Role.COUNSELLOR, "bnnk-kendari", "Kak Contoh")
    people.welcome(work, b"i" * 16, "telegram", "1001", "id")


def _run(config_file: Path, command: str, *arguments: str) -> Result:
    return CliRunner().invoke(backup, [command, "--config", str(config_file), *arguments])


def _create(config_file: Path) -> dict[str, Path]:
    made = _run(config_file, "create", "--json")
    assert made.exit_code == 0, made.output
    # The progress bar is on standard error, which the runner shows together with the rest.
    return {row["kind"]: Path(row["file"]) for row in json.loads(made.stdout)["made"]}


def _verify(config_file: Path, file: Path, *arguments: str) -> Result:
    return _run(config_file, "verify", "--identity", str(config_file.parent / "stick"), *arguments, str(file))


def test_a_copy_is_made_where_the_settings_say_and_can_be_proved(config_file: Path) -> None:
    files = _create(config_file)

    assert {kind: path.parent for kind, path in files.items()} == {
        kind: config_file.parent / "var" / "backups" / kind for kind in ("data", "keystore", "erasures")
    }
    for kind in ("data", "keystore"):
        proved = _verify(config_file, files[kind])
        assert proved.exit_code == 0, proved.output
        assert f"{kind} as of 2" in proved.output


def test_a_proof_can_be_read_by_a_program(config_file: Path) -> None:
    found = json.loads(_verify(config_file, _create(config_file)["data"], "--json").stdout)

    assert (found["good"], found["kind"], found["keyless"], found["damaged"]) == (True, "data", 0, [])
    assert (found["rows"]["clients"], found["rows"]["staff"]) == (1, 1)
    assert found["opened"] >= 2


def test_the_data_can_be_proved_with_the_copy_of_their_keys(config_file: Path) -> None:
    files = _create(config_file)

    assert _verify(config_file, files["data"], "--keystore", str(files["keystore"])).exit_code == 0


def test_where_the_keys_are_not_a_copy_does_not_count_and_no_keys_are_made(config_file: Path, tmp_path: Path) -> None:
    files = _create(config_file)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "config.toml").write_text("[care]\noffer_minutes = 15\n")

    refused = _run(elsewhere / "config.toml", "verify", "--identity", str(tmp_path / "stick"), str(files["data"]))

    assert refused.exit_code == 1
    assert "the keys are not on this machine" in refused.output
    assert not (elsewhere / "var").exists()


def test_a_damaged_copy_is_refused_in_one_line(config_file: Path) -> None:
    file = _create(config_file)["data"]
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)

    refused = _verify(config_file, file)

    assert refused.exit_code == 1
    assert refused.output.count("\n") == 1
    assert "damaged or cut short" in refused.output


def test_a_copy_comes_back_and_says_what_was_stopped(config_file: Path, tmp_path: Path) -> None:
    files = _create(config_file)

    back = _run(
        config_file,
        "restore",
        "--identity",
        str(tmp_path / "stick"),
        "--to",
        str(tmp_path / "back"),
        str(files["data"]),
    )

    assert back.exit_code == 0, back.output
    assert (tmp_path / "back" / "singgah.db").exists()
    assert "0 erased folders were removed again, after 2 lists" in back.output
    assert "will not be sent" in back.output


def _restore(config_file: Path, file: Path, target: str) -> Result:
    return _run(config_file, "restore", "--identity", str(config_file.parent / "stick"), "--to", target, str(file))


@pytest.mark.parametrize("left", ["singgah.db-wal", "singgah.db-shm", "singgah.db-journal", "singgah.db", "units.toml"])
def test_nothing_comes_back_beside_what_an_earlier_store_has_left(config_file: Path, left: str) -> None:
    (config_file.parent / "var" / "data" / "units.toml").write_text("")
    target = config_file.parent / "back"
    target.mkdir()
    (target / left).write_bytes(b"left")

    refused = _restore(config_file, _create(config_file)["data"], str(target))

    assert (refused.exit_code, "nothing is overwritten" in refused.output) == (1, True)
    assert {path.name: path.read_bytes() for path in target.iterdir()} == {left: b"left"}


async def test_after_a_restore_nobody_is_signed_in_and_no_one_time_link_holds(config_file: Path) -> None:
    def sign_in(work: Work) -> tuple[str, str]:
        (member,) = list_staff(work)
        return start_session(work, member.id), invite(work, member.id, Purpose.SIGN_IN)

    def try_again(work: Work) -> list[object]:
        return [watch_session(work, session), use_invite(work, link, Purpose.SIGN_IN)]

    async with open_test_bed(load_config(config_file)) as bed:
        session, link = await bed.world.database.write(sign_in)
    copy = _create(config_file)["data"]
    brought = config_file.parent / "brought"

    back = _restore(config_file, copy, str(brought))

    assert "Staff sign in anew" in back.output
    shutil.copy(brought / "singgah.db", config_file.parent / "var" / "data" / "singgah.db")
    async with open_test_bed(load_config(config_file)) as bed:
        assert await bed.world.database.write(try_again) == [None, None]


@pytest.mark.parametrize(
    ("target", "said"),
    [
        ("postgresql://contoh:rahasia-kanari@127.0.0.1:1/contoh", "others can read a password"),
        ("postgresql://contoh@127.0.0.1:1/contoh?password=rahasia-kanari", "others can read a password"),
        ("postgresql", "no address of a database"),
        ("mysql://contoh/contoh", "name a folder"),
        ("", "name a folder"),
        ("config.toml", "cannot be made a folder"),
    ],
)
def test_a_target_that_cannot_be_one_is_refused_in_a_line(
    config_file: Path, monkeypatch: pytest.MonkeyPatch, target: str, said: str
) -> None:
    monkeypatch.chdir(config_file.parent)

    refused = _restore(config_file, config_file, target)

    assert (refused.exit_code, len(refused.output.splitlines())) == (1, 1)
    assert said in refused.output
    assert "kanari" not in refused.output


def test_without_any_list_of_erasures_it_is_called_an_incident(config_file: Path, tmp_path: Path) -> None:
    lonely = tmp_path / "lonely.age"
    _create(config_file)["data"].rename(lonely)
    (tmp_path / "var" / "data" / "singgah.db").unlink()

    back = _run(config_file, "restore", "--identity", str(tmp_path / "stick"), "--to", str(tmp_path / "b"), str(lonely))

    assert "Treat it as an incident" in back.output


def test_without_a_backup_key_the_remedy_is_named(config_file: Path) -> None:
    config_file.write_text("[care]\noffer_minutes = 15\n")

    refused = _run(config_file, "create")

    assert refused.exit_code == 1
    assert "singgah backup keygen" in refused.output
    assert not (config_file.parent / "var" / "backups").exists()


@pytest.mark.parametrize("folder", ["var/keys", "var/data", "var/backups/data"])
def test_the_private_half_is_not_left_beside_what_it_opens(config_file: Path, folder: str) -> None:
    refused = _run(config_file, "keygen", str(config_file.parent / folder / "stick"))

    assert refused.exit_code == 1
    assert "choose a place outside" in refused.output


def test_the_private_half_is_never_printed(config_file: Path, tmp_path: Path) -> None:
    made = _run(config_file, "keygen", str(tmp_path / "second"))

    assert "AGE-SECRET-KEY" not in made.output
    assert "AGE-SECRET-KEY" in (tmp_path / "second").read_text()
