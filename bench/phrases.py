"""Read the phrase sets of tests/phrases."""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_SETS = Path(__file__).parent.parent / "tests" / "phrases"
_DANGEROUS, _HARMLESS = ("immediate", "high"), ("hard", "ordinary")


@dataclass(frozen=True, slots=True)
class Phrase:
    """A phrase, its label (None without danger), and its kind: immediate, high, hard or ordinary."""

    text: str
    label: str | None
    kind: str


def read_phrases(which: str) -> Iterator[Phrase]:
    """Read one of the sets: train, tuning or test."""
    for path in sorted((_SETS / which).glob("*.toml")):
        document = tomllib.loads(path.read_text(encoding="utf-8"))
        for kind in (*_DANGEROUS, *_HARMLESS):
            label = path.stem if kind in _DANGEROUS else None
            yield from (Phrase(text, label, kind) for text in document.get(kind, ()))
