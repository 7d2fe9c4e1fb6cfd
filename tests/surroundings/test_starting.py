"""A program that is started out of a process that waits ends as one that was started from the command line."""

import asyncio
import signal
from pathlib import Path

import pytest

from tests.surroundings.starting import start

_PATIENCE_S = 60.0


@pytest.mark.parametrize(
    ("arguments", "code", "output", "errors"),
    [(["--version"], 0, "singgah, version", ""), (["contoh"], 2, "", "Usage: singgah ")],
)
async def test_it_says_what_it_has_to_say_and_ends_with_its_code(
    tmp_path: Path, arguments: list[str], code: int, output: str, errors: str
) -> None:
    async with asyncio.timeout(_PATIENCE_S):
        ended = await start(arguments, tmp_path, tmp_path / "output", tmp_path / "errors").wait()

    assert ended == code
    assert (tmp_path / "output").read_text().startswith(output)
    assert (tmp_path / "errors").read_text().startswith(errors)


async def test_one_that_is_killed_is_known_to_have_been_killed(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text('[server]\nlisten = "127.0.0.1:0"\n')
    running = start(["run"], tmp_path, tmp_path / "output", tmp_path / "errors")
    running.send_signal(signal.SIGKILL)

    async with asyncio.timeout(_PATIENCE_S):
        assert await running.wait() == -signal.SIGKILL
    assert running.returncode == -signal.SIGKILL
    running.send_signal(signal.SIGKILL)  # nobody is there any more, and nobody else is met
