"""Dependencies are few, pinned with hashes, and each has its reason."""

import re
import tomllib

from tests.dependencies.locks import DEVELOPMENT, ROOT, RUNTIME, read_pins

MOST_RUNTIME = 45
MOST_DIRECT = 21
PROJECT = (ROOT / "pyproject.toml").read_text(encoding="utf-8")


def test_the_service_needs_few_packages() -> None:
    assert 20 <= len(read_pins(RUNTIME)) <= MOST_RUNTIME


def test_few_packages_are_asked_for_and_each_says_why() -> None:
    listed = PROJECT.partition("dependencies = [")[2].partition("\n]")[0].strip().splitlines()

    assert len(listed) <= MOST_DIRECT
    assert [line for line in listed if not re.search(r'",\s+# \S', line)] == []


def test_every_file_of_every_package_is_pinned_by_hash() -> None:
    for lock in (RUNTIME, DEVELOPMENT):
        blocks = re.split(r"\n(?=\S)", lock.read_text(encoding="utf-8").strip())
        unpinned = [block for block in blocks if "--hash=sha256:" not in block]
        assert len(blocks) == len(read_pins(lock))
        assert unpinned == []


def test_what_runs_is_the_same_when_it_is_tested() -> None:
    assert set(read_pins(RUNTIME)) <= set(read_pins(DEVELOPMENT))


def test_a_lock_names_no_address_no_option_and_no_path() -> None:
    for lock in (RUNTIME, DEVELOPMENT):
        rest = lock.read_text(encoding="utf-8").replace("--hash=sha256:", "")
        assert re.findall(r"://|--|(?<=\s)/[a-z]\S*", rest) == []


def test_the_rules_about_safe_code_are_on() -> None:
    lint = tomllib.loads(PROJECT)["tool"]["ruff"]["lint"]
    ignored = [*lint["ignore"], *(rule for rules in lint["per-file-ignores"].values() for rule in rules)]

    assert lint["select"] == ["ALL"]
    allowed_in_tests_only = {"S101", "S105", "S106", "S311", "S603", "S607"}
    assert {rule for rule in ignored if re.fullmatch(r"S\d+", rule)} <= allowed_in_tests_only
    assert not any(re.fullmatch(r"S\d*", rule) for rule in lint["ignore"])
    assert not any(
        re.fullmatch(r"S\d*", rule)
        for files, rules in lint["per-file-ignores"].items()
        for rule in rules
        if not files.startswith(("tests/", "bench/"))
    )
