"""Read what the lock files pin."""

import hashlib
import re
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
RUNTIME = ROOT / "requirements.lock"
DEVELOPMENT = ROOT / "requirements-dev.lock"
_PIN = re.compile(r"^([a-z0-9][a-z0-9-]*)==(\S+)", re.MULTILINE)


class Pin(NamedTuple):
    """One package in one version."""

    name: str
    version: str


def read_pins(lock: Path) -> list[Pin]:
    """List the packages of a lock file by name."""
    return sorted(Pin(*found) for found in _PIN.findall(lock.read_text(encoding="utf-8")))


def fingerprint() -> str:
    """Compute what changes whenever a pinned version or file does."""
    return hashlib.sha256(RUNTIME.read_bytes() + DEVELOPMENT.read_bytes()).hexdigest()
