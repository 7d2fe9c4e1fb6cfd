"""The services of systemd may do little, and what they start exists."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from bot.config import parse
from commands.run import run
from storage.engine.occupancy import is_for_many

DEPLOY = Path(__file__).parents[2] / "deploy"
MANY = ("singgah@.service", "singgah-web@.service", "singgah-work@.service")
SERVICES = ("singgah.service", "singgah-backup.service", *MANY)
MOST_EXPOSED = 2.0
ANALYZE = shutil.which("systemd-analyze")


def _read(name: str) -> dict[str, list[str]]:
    """Read a unit: directive -> its values."""
    found: dict[str, list[str]] = {}
    for line in (DEPLOY / name).read_text(encoding="utf-8").splitlines():
        key, equals, value = line.partition("=")
        if equals and not line.startswith("#"):
            found.setdefault(key, []).append(value)
    return found


@pytest.mark.skipif(ANALYZE is None, reason="systemd-analyze is not installed")
@pytest.mark.parametrize("name", SERVICES)
def test_a_service_is_hardly_exposed(name: str) -> None:
    judged = subprocess.run(  # noqa: S603 - the system's own program
        [str(ANALYZE), "security", "--offline=true", "--no-pager", str(DEPLOY / name)],
        check=False,
        capture_output=True,
        text=True,
        env={"LC_ALL": "C.UTF-8", "PATH": ""},
    )

    level = re.search(r"Overall exposure level for \S+: ([\d.]+)", judged.stdout)
    assert level is not None, judged.stderr
    assert float(level[1]) <= MOST_EXPOSED


@pytest.mark.parametrize("name", SERVICES)
@pytest.mark.parametrize(
    ("directive", "values"),
    [
        ("User", ["singgah"]),
        ("UMask", ["0077"]),
        ("LimitCORE", ["0"]),
        ("MemorySwapMax", ["0"]),
        ("NoNewPrivileges", ["yes"]),
        ("CapabilityBoundingSet", [""]),
        ("ProtectSystem", ["strict"]),
        ("ProtectHome", ["yes"]),
        ("ProtectProc", ["invisible"]),
        ("PrivateTmp", ["yes"]),
        ("PrivateDevices", ["yes"]),
        ("PrivateUsers", ["yes"]),
        ("MemoryDenyWriteExecute", ["yes"]),
        ("SystemCallFilter", ["@system-service", "~@privileged @resources"]),
        ("StateDirectoryMode", ["0700"]),
    ],
)
def test_a_service_is_closed_in(name: str, directive: str, values: list[str]) -> None:
    assert _read(name)[directive] == values


@pytest.mark.parametrize("name", SERVICES)
def test_no_secret_comes_by_environment_or_argument(name: str) -> None:
    unit = _read(name)

    assert not {"Environment", "EnvironmentFile", "PassEnvironment", "SetCredential"} & set(unit)
    assert not re.search(r"token|secret|password", unit["ExecStart"][0])


def test_logs_are_kept_for_seven_days() -> None:
    journal = _read("journald@singgah.conf")

    assert (journal["MaxRetentionSec"], journal["MaxFileSec"]) == (["7day"], ["1day"])
    assert all(_read(name)["LogNamespace"] == ["singgah"] for name in SERVICES)


def test_copies_are_made_without_any_network() -> None:
    unit = _read("singgah-backup.service")

    assert (unit["PrivateNetwork"], unit["RestrictAddressFamilies"]) == (["yes"], ["AF_UNIX"])


def test_the_settings_of_the_service_can_be_used_and_lie_where_it_may_write() -> None:
    config = parse((DEPLOY / "config.toml").read_text(encoding="utf-8"), "/etc/singgah/config.toml")
    writable = {f"/var/lib/{name}" for name in _read("singgah.service")["StateDirectory"][0].split()}
    for_copies = {f"/var/lib/{name}" for name in _read("singgah-backup.service")["StateDirectory"][0].split()}

    needed = {
        str(config.storage.data_dir),
        str(config.keys.dir),
        str(Path(config.keys.url.removeprefix("sqlite:///")).parent),
    }
    assert needed <= writable
    assert {*needed, str(config.backup.dir)} <= for_copies
    assert len(needed) == 3
    credential = _read("singgah.service")["LoadCredential"][0].partition(":")[0]
    assert str(config.channels.telegram.token_file) == f"/run/credentials/singgah.service/{credential}"


def test_a_timer_starts_the_copies() -> None:
    assert "OnCalendar" in _read("singgah-backup.timer")
    assert (DEPLOY / "singgah-backup.service").exists()


def _what_it_may(name: str) -> dict[str, list[str]]:
    own = {"Description", "After", "ExecStart", "Restart", "LoadCredential", "StateDirectory"}
    return {directive: values for directive, values in _read(name).items() if directive not in own}


@pytest.mark.parametrize("name", MANY)
def test_one_of_several_may_no_more_than_one_alone(name: str) -> None:
    assert _what_it_may(name) == _what_it_may("singgah.service")


@pytest.mark.parametrize("name", MANY)
def test_one_of_several_is_started_on_the_port_of_its_instance_with_options_there_are(name: str) -> None:
    _, _, arguments = _read(name)["ExecStart"][0].partition("singgah run ")
    with run.make_context("run", arguments.replace("%i", "8081").split(), resilient_parsing=True) as context:
        assert context.params["listen"] == "127.0.0.1:8081"
        assert context.params["roles"] in {(), ("web",), ("receive", "send", "tick")}


def test_the_settings_for_several_can_be_used_and_need_no_file_of_one_process_alone() -> None:
    config = parse((DEPLOY / "config-many.toml").read_text(encoding="utf-8"), "/etc/singgah/config.toml")
    writable = {f"/var/lib/{name}" for name in _read("singgah@.service")["StateDirectory"][0].split()}

    assert is_for_many(config.storage.url)
    assert is_for_many(config.keys.url)
    assert config.storage.url != config.keys.url
    assert {str(config.storage.data_dir), str(config.keys.dir), str(config.checkpoint_file.parent)} == writable
