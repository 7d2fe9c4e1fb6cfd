"""The real process: `python -m bench.memory` starts `singgah run`, waits for /readyz, holds one web conversation."""

import argparse
import contextlib
import re
import socket
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from bench.driving import peak_memory, resident_memory
from bench.intake import TYPED

#: Limits of issue 2: resident memory after one conversation, and seconds until ready from the second start on.
LIMIT_MIB, LIMIT_SECONDS = 150, 2.0
ROOT = Path(__file__).parent.parent

_PATIENCE_S = 60.0
_LOOK_S = 0.005


@dataclass(frozen=True, slots=True)
class Start:
    """One start of the service.  Memory in MiB: when ready, after one conversation, and the most there ever was."""

    seconds: float
    cpu_seconds: float
    ready: float
    after_talk: float
    peak: float


def measure_starts(folder: Path, starts: int) -> list[Start]:
    """Start the service again and again over the same data, with one intake on the web chat each time."""
    address = f"127.0.0.1:{_free_port()}"
    settings = folder / "config.toml"
    settings.write_text(f'[server]\nlisten = "{address}"\n', encoding="utf-8")
    return [_measure(settings, f"http://{address}") for _ in range(starts)]


def list_slowest_imports(most: int) -> list[tuple[float, str]]:
    """List what takes longest to import for `singgah run`: milliseconds without what it imports itself."""
    command = [sys.executable, "-P", "-X", "importtime", "-c", "import commands.run"]
    report = subprocess.run(  # noqa: S603 - ourselves
        command, cwd=ROOT, env={"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=True
    ).stderr
    rows = re.findall(r"import time: +(\d+) \| +\d+ \| +(\S+)", report)
    own: dict[str, float] = {}
    for spent, module in rows:
        package = module.partition(".")[0]
        own[package] = own.get(package, 0.0) + int(spent) / 1000
    return sorted(((spent, package) for package, spent in own.items()), reverse=True)[:most]


def _measure(settings: Path, url: str) -> Start:
    began = time.perf_counter()
    with _running(settings) as process:
        _wait_until_ready(process, url)
        seconds, cpu = time.perf_counter() - began, _cpu_seconds(process.pid)
        ready = resident_memory(str(process.pid))
        _talk(url)
        return Start(seconds, cpu, ready, resident_memory(str(process.pid)), peak_memory(str(process.pid)))


@contextlib.contextmanager
def _running(settings: Path) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-P", "-m", "bot", "run", "--config", str(settings)]
    with subprocess.Popen(  # noqa: S603 - ourselves
        command, cwd=settings.parent, env={"PYTHONPATH": str(ROOT)}, stdout=subprocess.DEVNULL
    ) as process:
        try:
            yield process
        finally:
            process.terminate()


def _wait_until_ready(process: subprocess.Popen[bytes], url: str) -> None:
    give_up = time.monotonic() + _PATIENCE_S
    while True:
        try:
            with urllib.request.urlopen(f"{url}/readyz", timeout=_PATIENCE_S):  # noqa: S310 - our own loopback address
                return
        except OSError:
            if process.poll() is not None or time.monotonic() > give_up:
                raise
        time.sleep(_LOOK_S)


def _talk(url: str) -> None:
    """Hold the whole intake on the web chat, by form posts as without JavaScript."""
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
    with opener.open(f"{url}/chat", timeout=_PATIENCE_S) as page:
        html = page.read().decode()
    for text in TYPED[1:]:
        hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', html))
        form = urllib.parse.urlencode({**hidden, "text": text}).encode()
        request = urllib.request.Request(f"{url}/chat", form, {"Origin": url})  # noqa: S310 - our own loopback address
        with opener.open(request, timeout=_PATIENCE_S) as page:
            html = page.read().decode()
    if "Terkirim" not in html:
        raise AssertionError("the intake on the web chat did not arrive; does bench/intake.py still fit the content?")


def _cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / 100


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


def main() -> None:
    """Print every start, the medians from the second on, and where the time of importing goes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--starts", type=int, default=5, help="starts over the same data (default 5)")
    starts = max(2, parser.parse_args().starts)
    print(f"{'':<10}{'ready s':>9}{'CPU s':>8}{'MiB ready':>11}{'MiB after talk':>16}{'peak MiB':>10}")
    with tempfile.TemporaryDirectory() as folder:
        measured = measure_starts(Path(folder), starts)
    for number, start in enumerate(measured, start=1):
        figures = f"{start.ready:>11.0f}{start.after_talk:>16.0f}{start.peak:>10.0f}"
        print(f"start {number:<4}{start.seconds:>9.2f}{start.cpu_seconds:>8.2f}{figures}")
    again = measured[1:]
    seconds, memory = median(start.seconds for start in again), median(start.after_talk for start in again)
    print(f"\nready from the second start on: {seconds:.2f} s (limit {LIMIT_SECONDS:g})")
    print(f"resident after one conversation: {memory:.0f} MiB (limit {LIMIT_MIB})")
    print("\nimports of `singgah run`, milliseconds by package (measuring them slows them):")
    print(", ".join(f"{package} {spent:.0f}" for spent, package in list_slowest_imports(16)))


if __name__ == "__main__":
    main()
