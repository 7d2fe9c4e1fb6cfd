"""The container is built from named bytes, runs as nobody in particular, and can write only its own folders."""

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
FILE = (ROOT / "deploy" / "Containerfile").read_text(encoding="utf-8")
IGNORE = (ROOT / "deploy" / "Containerfile.dockerignore").read_text(encoding="utf-8")
COMPOSE = (ROOT / "deploy" / "compose.yaml").read_text(encoding="utf-8")
SECRETS = re.compile(
    r"""(?i)(token|secret|password|api[_-]?key)\s*[=:]\s*["']?[^\s"'./$-]|AGE-SECRET-KEY|BEGIN .*PRIVATE KEY"""
)


def _instructions() -> list[tuple[str, str]]:
    joined = re.sub(r"\\\n\s*", "", re.sub(r"(?m)^#.*\n", "", FILE))
    return [(line.partition(" ")[0], line.partition(" ")[2]) for line in joined.splitlines() if line.strip()]


def _all(name: str) -> list[str]:
    return [value for instruction, value in _instructions() if instruction == name]


def test_every_stage_is_built_on_the_base_that_is_named_with_its_digest() -> None:
    assert [value.split()[0] for value in _all("FROM")] == ["${BASE}", "${BASE}"]
    assert _all("ARG") == ["BASE", "BASE"]  # no default: nothing is built on what a tag means today
    assert _all("RUN")[0].startswith('case "${BASE}" in *@sha256:')


def test_a_base_without_a_digest_ends_the_build() -> None:
    pattern = re.search(r"in (\*@sha256:\?+)\)", _all("RUN")[0])

    assert pattern is not None
    assert pattern[1].count("?") == 64


def test_it_runs_as_a_number_that_is_not_root() -> None:
    assert [value for instruction, value in _instructions() if instruction == "USER"] == ["10001:10001"]
    before = [instruction for instruction, _ in _instructions()]
    assert before.index("USER") < before.index("ENTRYPOINT")
    assert "chmod a-s" in FILE


def test_packages_come_pinned_by_hash_and_the_installer_stays_behind() -> None:
    install = next(value for value in _all("RUN") if "pip install" in value)

    asked = {"--require-hashes", "--no-deps", "--only-binary", "--no-cache-dir"}
    assert asked <= set(install.split())
    assert "uninstall --yes pip" in install
    assert not re.search(r"\b(curl|wget|apt-get|apk|ADD)\b", FILE)


def test_only_the_packages_of_the_program_are_copied() -> None:
    packages = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["hatch"]["build"]
    copied = {value.split()[0] for value in _all("COPY") if not value.startswith("--from")}
    let_in = {line.removeprefix("!") for line in IGNORE.splitlines() if line.startswith("!")}

    assert copied == {*packages["targets"]["wheel"]["packages"], "requirements.lock"} == let_in
    assert IGNORE.splitlines()[1] == "*"


def test_its_health_is_looked_at() -> None:
    assert "/healthz" in _all("HEALTHCHECK")[0]


def test_no_file_holds_a_secret() -> None:
    for path in sorted((ROOT / "deploy").iterdir()):
        text = re.sub(r"(?m)^\s*#.*$", "", path.read_text(encoding="utf-8"))
        found = [line for line in text.splitlines() if SECRETS.search(line)]
        assert found == [], path.name
    assert not {name.partition("=")[0] for name in _all("ENV")} & {"TOKEN", "SECRET"}


def test_it_can_write_only_its_own_folders_and_gain_nothing() -> None:
    for line in (
        "read_only: true",
        'user: "10001:10001"',
        "cap_drop:\n      - ALL",
        "no-new-privileges:true",
        "core: 0",
        '"127.0.0.1:8080:8080"',
        ":mode=1777,noexec,nosuid,nodev,size=64m",
        "${SINGGAH_BASE:?",
    ):
        assert line in COMPOSE, line
    assert not re.search(r"privileged|network_mode|cap_add|docker\.sock|environment:", COMPOSE)


def test_data_keys_and_key_store_are_volumes_of_their_own() -> None:
    mounted = re.findall(r"^      - (\w+):/var/lib/singgah/(\w+)$", COMPOSE, re.MULTILINE)

    assert [name for name, _ in mounted] == ["data", "keys", "keystore", "audit", "backups"]
    assert all(name == folder for name, folder in mounted)
    made = re.search(r"for folder in ([\w ]+);", FILE)
    assert made is not None
    assert made[1].split() == [name for name, _ in mounted]
