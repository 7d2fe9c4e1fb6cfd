"""The service as it is installed, run for a measurement: a process of its own, with real keys and a real disk."""

import contextlib
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from bench.telegram_side import SECRET

ROOT = Path(__file__).parent.parent
#: Where the service takes updates.
HOOK = "/hook/telegram"

_PATIENCE_S = 60.0
_LOOK_S = 0.005
_TELEGRAM = """
[channels.telegram]
token_file = "token"
base_url = "http://127.0.0.1:{api}/bot"
mode = "webhook"
webhook_secret_file = "secret"
messages_per_second = {rate}
messages_per_chat_second = 10000
"""


@dataclass(frozen=True, slots=True)
class Running:
    """A process that answers.  `path`: where it takes updates."""

    process: subprocess.Popen[bytes]
    port: int
    path: str = HOOK

    @property
    def pid(self) -> str:
        """Return the name of the process under /proc."""
        return str(self.process.pid)

    @property
    def url(self) -> str:
        """Return the address of the service."""
        return f"http://127.0.0.1:{self.port}"


def write_settings(folder: Path, port: int, api: int, rate: float = 10_000) -> Path:
    """Write the settings of a service in its own folder; `api`: port of the Bot API, `rate`: messages a second."""
    settings = folder / "config.toml"
    address = f"127.0.0.1:{port}"
    for name, secret in (("token", "7:bench"), ("secret", SECRET)):
        (folder / name).touch(mode=0o600)
        (folder / name).write_text(secret, encoding="ascii")
    server = f'[server]\nlisten = "{address}"\npublic_url = "http://{address}"\n'
    settings.write_text(server + _TELEGRAM.format(api=api, rate=rate), encoding="utf-8")
    return settings


@contextlib.contextmanager
def run_service(settings: Path, port: int, surroundings: Mapping[str, str] | None = None) -> Iterator[Running]:
    """Run the service until the end; `surroundings`: more environment.  It may not be ready yet."""
    command = [sys.executable, "-P", "-m", "bot", "run", "--config", str(settings)]
    with run_process(
        command, settings.parent, {**(surroundings or {}), "PYTHONPATH": hide_tools(settings.parent)}
    ) as process:
        yield Running(process, port)


@contextlib.contextmanager
def run_process(
    command: list[str], folder: Path, surroundings: Mapping[str, str] | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a program in a folder until the end."""
    search = os.pathsep.join(filter(None, (str(ROOT), (surroundings or {}).get("PYTHONPATH"))))
    environment = {**(surroundings or {}), "PYTHONPATH": search}
    with subprocess.Popen(command, cwd=folder, env=environment, stdout=subprocess.DEVNULL) as process:  # noqa: S603 - ours
        try:
            yield process
        finally:
            process.terminate()


def hide_tools(folder: Path) -> str:
    """Hide what only the tests' tools bring along and the HTTP client would load; return the path that does so."""
    hidden = folder / "hidden"
    hidden.mkdir(exist_ok=True)
    (hidden / "rich.py").write_text("raise ImportError\n", encoding="ascii")
    return str(hidden)


def wait_until_ready(running: Running, wanted: str = "ready") -> None:
    """Wait until the service says that it is ready; `wanted`: a word of what it says."""
    wait_for(running, lambda: wanted in _ask(f"{running.url}/readyz"))


def wait_until_listening(running: Running) -> None:
    """Wait until a process takes connections."""
    wait_for(running, lambda: _connects(running.port))


def wait_for(running: Running, is_so: Callable[[], bool]) -> None:
    """Look again and again; raises what came in the way when the process has ended or patience has."""
    give_up = time.monotonic() + _PATIENCE_S
    while not is_so():
        if running.process.poll() is not None or time.monotonic() > give_up:
            raise SystemExit("a contender did not start; what it said stands above")
        time.sleep(_LOOK_S)


def free_port() -> int:
    """Find a port nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


def _ask(url: str) -> str:
    try:
        with urllib.request.urlopen(url, timeout=_PATIENCE_S) as answer:  # noqa: S310 - our own loopback address
            said: bytes = answer.read()
            return said.decode()
    except OSError:
        return ""


def _connects(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), _PATIENCE_S):
        return True
    return False
