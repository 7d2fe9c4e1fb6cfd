"""A Chromium for the page tests: the system's, else Playwright's own download, else Debian's package."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

_SYSTEM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# Without fonts of its own a bare machine would draw boxes on the screenshots.
_DEBIAN_PACKAGES = ("chromium", "fonts-liberation", "fonts-noto-color-emoji")
_MISSING = (
    "No Chromium: it is neither installed, nor could Playwright download its own, nor is this Debian as root. "
    "Install the package chromium and try again."
)
_DOWNLOAD_S = 600


@pytest.fixture(scope="session")
def chromium_path() -> Path:
    """Give the browser to drive; where there is none the test is skipped with the reason, in CI it fails."""
    found = find_chromium()
    if found is None and os.environ.get("CI"):
        pytest.fail(_MISSING)
    if found is None:
        pytest.skip(_MISSING)
    return found


def find_chromium() -> Path | None:
    """Find a Chromium that is already there."""
    for name in _SYSTEM_NAMES:
        if path := shutil.which(name):
            return Path(path)
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - slow to import, and most runs need none

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return Path(path) if Path(path).exists() else None


def install_chromium() -> Path | None:
    """Find a Chromium, or install one by the first way that works here, showing the progress of it."""
    ways = [[[sys.executable, "-m", "playwright", "install", "chromium"]]]
    if os.geteuid() == 0 and shutil.which("apt-get"):
        ways.append(
            [
                ["apt-get", "update", "-q"],
                ["apt-get", "install", "-q", "-y", "--no-install-recommends", *_DEBIAN_PACKAGES],
            ]
        )
    found = find_chromium()
    for way in ways:
        if found is None:
            print("No Chromium here yet; trying:", " && ".join(" ".join(command) for command in way), flush=True)
            if all(_succeeds(command) for command in way):
                found = find_chromium()
    return found


def _succeeds(command: list[str]) -> bool:
    surroundings = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    try:
        done = subprocess.run(command, check=False, stdin=subprocess.DEVNULL, env=surroundings, timeout=_DOWNLOAD_S)
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0


if __name__ == "__main__":
    if install_chromium() is None:
        print(_MISSING, file=sys.stderr)
        sys.exit(1 if os.environ.get("CI") else 0)
