"""The measurement of the real process."""

import subprocess
import sys
from pathlib import Path

import pytest

from bench.memory import LIMIT_MIB, ROOT, measure_starts


def test_a_start_is_measured_up_to_a_whole_conversation_and_stays_small(tmp_path: Path) -> None:
    (start,) = measure_starts(tmp_path, 1)

    assert 0 < start.cpu_seconds < start.seconds + 1
    assert 20 < start.ready <= start.peak
    assert start.after_talk < LIMIT_MIB


@pytest.mark.parametrize("package", ["telegram", "alembic", "httpx"])
def test_starting_does_not_wait_for_what_only_some_starts_need(package: str) -> None:
    command = [sys.executable, "-c", f"import sys, commands.run; sys.exit({package!r} in sys.modules)"]

    assert subprocess.run(command, cwd=ROOT, check=False).returncode == 0  # noqa: S603 - our own script
