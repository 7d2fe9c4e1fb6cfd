"""Settings of an installation that a test has to itself."""

from pathlib import Path

import pytest

from tests.worlds import real_house


@pytest.fixture
def config_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Settings whose files all lie in the folder of the test; the content is read once for all commands."""
    monkeypatch.setattr("handlers.house.opening.read_house", lambda _config: real_house())
    file = tmp_path / "config.toml"
    file.write_text("[care]\noffer_minutes = 15\n")
    return file
