"""After `protect_memory` a crash leaves no core, and a process of the same account cannot read the memory."""

import resource
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

# The account is changed by the script itself, for nobody else may reach the interpreter; whoever changes it cannot be
# read by others any more, so that is taken back first.
_AS_NOBODY = (
    "import ctypes, os, sys; from commands.hardening import protect_memory; "
    "os.geteuid() or (os.setgroups([]), os.setgid(65534), os.setuid(65534)); ctypes.CDLL(None).prctl(4, 1, 0, 0, 0); "
)
_HOLD = "print('ready', flush=True); sys.stdin.read()"
_READ = "open(f'/proc/{sys.argv[1]}/mem', 'rb').close(); open(f'/proc/{sys.argv[1]}/environ', 'rb').read()"
_PROTECT = "protect_memory(); "
_PATIENCE_S = 60.0

linux = pytest.mark.skipif(sys.platform != "linux", reason="what is asked of the kernel is Linux's")


def _can_read(protect: str) -> bool:
    """Tell whether one process can open the memory of another of the same account, which is not the superuser's."""
    hold = [sys.executable, "-c", f"{_AS_NOBODY}{protect}{_HOLD}"]
    with subprocess.Popen(hold, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT) as held:  # noqa: S603 - our own
        assert held.stdout is not None
        assert held.stdout.readline() == b"ready\n"
        read = [sys.executable, "-c", f"{_AS_NOBODY}{_READ}", str(held.pid)]
        reader = subprocess.run(read, capture_output=True, cwd=ROOT, check=False)  # noqa: S603 - our own
        held.communicate()
    assert reader.returncode == 0 or b"PermissionError" in reader.stderr, reader.stderr
    return reader.returncode == 0


@linux
def test_no_process_of_the_same_account_reads_the_memory_any_more() -> None:
    if not _can_read(""):
        pytest.skip("this kernel lets no process read another's memory anyway")

    assert not _can_read(_PROTECT)


@linux
def test_a_crash_leaves_no_core(tmp_path: Path) -> None:
    script = f"import os; from commands.hardening import protect_memory; {_PROTECT}os.abort()"

    ended = subprocess.run(  # noqa: S603 - our own script
        [sys.executable, "-c", script], cwd=tmp_path, env={"PYTHONPATH": str(ROOT)}, capture_output=True, check=False
    )

    assert ended.returncode == -6
    assert list(tmp_path.iterdir()) == []


@linux
def test_commands_that_open_keys_are_protected_like_the_service(tmp_path: Path) -> None:
    settings = tmp_path / "config.toml"
    settings.write_text('[keys]\nprovider = "passphrase"\n')
    command = [sys.executable, "-P", "-m", "bot", "unseal", "--config", str(settings)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT) as asking:  # noqa: S603 - our own
        deadline = time.monotonic() + _PATIENCE_S
        while resource.prlimit(asking.pid, resource.RLIMIT_CORE) != (0, 0) and time.monotonic() < deadline:
            time.sleep(0.05)
        limits = resource.prlimit(asking.pid, resource.RLIMIT_CORE)
        _, said = asking.communicate(b"obviously wrong\n")
    assert limits == (0, 0)
    assert b"no sealed service waits here" in said
