"""What the peers need and the tests do not: installed into a folder of its own beside the virtual environment."""

import subprocess
import sys
from pathlib import Path

#: The webhook server of python-telegram-bot, its limiter, and what httpcore looks for at every call.
PACKAGES = ("tornado==6.6.1", "aiolimiter==1.3.0", "sniffio==1.3.1")
_INSTALL = f"{sys.executable} -m pip install --quiet --no-input --no-deps --upgrade --target".split()
FOLDER = Path(sys.prefix) / "bench-peers"


def install_peers() -> dict[str, str]:
    """Install them unless they are there; return the environment in which they are found."""
    marker = FOLDER / "installed.txt"
    wanted = "\n".join(PACKAGES)
    if not marker.exists() or marker.read_text(encoding="ascii") != wanted:
        subprocess.run(  # noqa: S603 - pinned packages, by the ordinary installer
            [*_INSTALL, str(FOLDER), *PACKAGES],
            check=True,
        )
        marker.write_text(wanted, encoding="ascii")
    return {"PYTHONPATH": str(FOLDER)}
