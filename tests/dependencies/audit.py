"""Ask what is known against the pinned versions: `python -m tests.dependencies.audit PIP_AUDIT`.

Where nobody answers, the locks pass only with a waiver: a dated note of who looked, and how, at exactly these locks.
`--waive TEXT` writes one.
"""

import argparse
import json
import subprocess
import sys
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.dependencies.locks import DEVELOPMENT, ROOT, RUNTIME, fingerprint

WAIVER = ROOT / "docs" / "audit-waiver.toml"
LONGEST = timedelta(days=30)
_OPTIONS = ("--strict", "--disable-pip", "--require-hashes", "--format", "json", "--progress-spinner", "off")


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether the locks pass, and what is said about it."""

    passes: bool
    words: str


def judge(code: int, output: str, waiver: Mapping[str, Any] | None, locks: str, today: date) -> Verdict:
    """Judge what pip-audit said: its exit code and its JSON, which is missing when it could not ask.

    `waiver`: None when there is none.  `locks`: their fingerprint.
    """
    if code == 0:
        return Verdict(passes=True, words="nothing is known against any pinned version")
    found = _list_findings(output)
    if found:
        return Verdict(passes=False, words="known vulnerabilities: " + ", ".join(found))
    return _judge_waiver(waiver, locks, today)


def read_waiver(path: Path = WAIVER) -> Mapping[str, Any] | None:
    """Read the waiver; None when there is none."""
    return tomllib.loads(path.read_text(encoding="utf-8")) if path.exists() else None


def write_waiver(looked: str, today: date, path: Path = WAIVER) -> None:
    """Write down that somebody looked, and how."""
    path.write_text(
        "# Nobody who knows of vulnerabilities could be asked.  Good for thirty days and for these locks only.\n"
        f"made_on = {today.isoformat()}\nlocks = {json.dumps(fingerprint())}\nlooked = {json.dumps(looked)}\n",
        encoding="utf-8",
    )


def _judge_waiver(waiver: Mapping[str, Any] | None, locks: str, today: date) -> Verdict:
    match waiver:
        case None:
            words = "nobody could be asked and there is no waiver; look by hand, then write one with --waive"
        case {"made_on": date() as made_on, "locks": str() as named, "looked": str()} if named == locks:
            if made_on <= today <= made_on + LONGEST:
                return Verdict(passes=True, words=f"nobody could be asked; passes by the waiver of {made_on}")
            words = f"nobody could be asked and the waiver of {made_on} is not of the last thirty days; look again"
        case _:
            words = "nobody could be asked and the waiver is not about these locks; look again"
    return Verdict(passes=False, words=words)


def _list_findings(output: str) -> list[str]:
    try:
        packages = json.loads(output)["dependencies"]
    except (ValueError, KeyError, TypeError):
        return []
    return [f"{package['name']} {one['id']}" for package in packages for one in package.get("vulns", ())]


def _ask(program: str) -> tuple[int, str]:
    locks = [option for lock in (RUNTIME, DEVELOPMENT) for option in ("--requirement", str(lock))]
    asked = subprocess.run(  # noqa: S603 - the program the Makefile has just installed
        [program, *_OPTIONS, *locks], check=False, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True
    )
    return asked.returncode, asked.stdout


def main() -> None:
    """Ask and judge, or write a waiver."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("program", nargs="?")
    parser.add_argument("--waive", metavar="TEXT", help="what was looked at instead, and what was found")
    arguments = parser.parse_args()
    today = datetime.now(UTC).date()
    if arguments.waive:
        write_waiver(arguments.waive, today)
        return
    verdict = judge(*_ask(arguments.program or "pip-audit"), read_waiver(), fingerprint(), today)
    sys.stderr.write(f"{verdict.words}\n")
    sys.exit(not verdict.passes)


if __name__ == "__main__":
    main()
