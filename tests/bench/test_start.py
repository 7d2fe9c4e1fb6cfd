"""The measurement of the real process."""

import subprocess
import sys
from pathlib import Path

import pytest

from bench.service import ROOT
from bench.start import measure_starts

#: Far above what the service needs and far below what it would need if something were left in memory.
MOST_MIB = 200


async def test_a_start_is_measured_up_to_its_first_reply_and_stays_small(tmp_path: Path) -> None:
    (start,) = await measure_starts(tmp_path, 1, people=2)

    assert 0 < start.cpu_seconds < start.seconds + 1
    assert 20 < start.at_rest <= start.peak
    assert start.after_people < MOST_MIB


@pytest.mark.parametrize(
    "package",
    [
        "telegram",
        "alembic",
        "httpx",
        "psycopg",
        "sqlalchemy.dialects.postgresql",
        "prometheus_client",
        "jinja2",
        "console",
    ],
)
def test_starting_does_not_wait_for_what_only_some_starts_need(package: str) -> None:
    script = f"import sys, commands.run, commands.telegram; sys.exit({package!r} in sys.modules)"
    command = [sys.executable, "-c", script]

    assert subprocess.run(command, cwd=ROOT, check=False).returncode == 0  # noqa: S603 - our own script
