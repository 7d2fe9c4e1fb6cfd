"""An audit that could ask nobody passes only by a fresh note about exactly these locks."""

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.dependencies.audit import judge, read_waiver, write_waiver
from tests.dependencies.locks import fingerprint

TODAY = date(2026, 11, 22)
LOCKS = "f" * 64
WAIVER: dict[str, Any] = {"made_on": TODAY, "locks": LOCKS, "looked": "release notes"}
CLEAN = json.dumps({"dependencies": [{"name": "anyio", "version": "4", "vulns": []}]})
GUILTY = json.dumps({"dependencies": [{"name": "anyio", "version": "4", "vulns": [{"id": "EXAMPLE-1"}]}]})


def test_what_was_asked_and_found_clean_passes_without_a_waiver() -> None:
    assert judge(0, CLEAN, None, LOCKS, TODAY).passes


def test_a_known_vulnerability_fails_whatever_the_waiver_says() -> None:
    verdict = judge(1, GUILTY, WAIVER, LOCKS, TODAY)

    assert (verdict.passes, verdict.words) == (False, "known vulnerabilities: anyio EXAMPLE-1")


@pytest.mark.parametrize("output", ["", "not json", "[]", CLEAN])
def test_where_nobody_answers_a_waiver_is_needed(output: str) -> None:
    assert not judge(1, output, None, LOCKS, TODAY).passes
    assert judge(1, output, WAIVER, LOCKS, TODAY).passes


@pytest.mark.parametrize(("days", "passes"), [(-1, False), (0, True), (30, True), (31, False)])
def test_a_waiver_is_good_for_thirty_days(days: int, passes: bool) -> None:  # noqa: FBT001 - a case
    assert judge(1, "", WAIVER, LOCKS, TODAY + timedelta(days=days)).passes is passes


@pytest.mark.parametrize(
    "waiver", [{**WAIVER, "locks": "0" * 64}, {"made_on": TODAY}, {**WAIVER, "made_on": "2026-11-22"}, {}]
)
def test_a_waiver_about_other_locks_or_without_its_parts_does_not_count(waiver: dict[str, Any]) -> None:
    verdict = judge(1, "", waiver, LOCKS, TODAY)

    assert not verdict.passes
    assert "look again" in verdict.words


def test_a_waiver_that_was_written_counts_for_the_locks_of_today(tmp_path: Path) -> None:
    write_waiver('read "all" notes\nof the month', TODAY, tmp_path / "waiver.toml")

    waiver = read_waiver(tmp_path / "waiver.toml")

    assert judge(1, "", waiver, fingerprint(), TODAY).passes
    assert read_waiver(tmp_path / "none.toml") is None
