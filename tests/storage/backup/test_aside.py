"""What is opened aside is gone afterwards, whatever became of the process that opened it."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from storage.backup.aside import aside

ROOT = Path(__file__).parents[3]
_KILLED = (
    "import os, signal; from storage.backup.aside import aside\n"
    "with aside() as folder:\n    (folder / 'keystore.db').write_text('contoh'); os.kill(os.getpid(), signal.SIGKILL)\n"
)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Take a folder of the test for the system's temporary ones."""
    monkeypatch.setattr("storage.backup.aside.gettempdir", lambda: str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    return tmp_path


def test_a_folder_is_this_accounts_alone_and_goes_also_after_an_error(home: Path) -> None:
    def fail(folder: Path) -> None:
        assert (folder.parent, folder.stat().st_mode & 0o777) == (home, 0o700)
        (folder / "keystore.db").write_text("contoh")
        raise ValueError

    with pytest.raises(ValueError), aside() as folder:  # noqa: PT011 - the one above
        fail(folder)
    assert list(home.iterdir()) == []


def test_what_a_killed_process_left_goes_with_the_next_one_and_what_is_in_use_stays(home: Path) -> None:
    ended = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", _KILLED], check=False, cwd=ROOT, env={"PYTHONPATH": str(ROOT), "TMPDIR": str(home)}
    )
    assert ended.returncode == -signal.SIGKILL
    (left,) = home.iterdir()
    assert [path.name for path in left.iterdir()] == ["keystore.db"]

    with aside() as mine:
        assert not left.exists()
        with aside() as another:
            assert {mine, another} == set(home.iterdir())


def test_a_link_of_that_name_is_not_followed(home: Path) -> None:
    precious = home / "precious"
    precious.mkdir()
    (home / "singgah-aside-link").symlink_to(precious)
    with aside():
        assert precious.exists()
