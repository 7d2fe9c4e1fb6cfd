"""An installation where staff changed at the desk what people are heard by."""

import asyncio
from datetime import date
from pathlib import Path
from typing import Final

from bot.care.listening.changes import Change, ChangeKind
from tests.handlers.listening.test_listening import put_in_force
from tests.worlds import config_in, open_test_bed

#: Is danger only by what staff added.
UNKNOWN: Final = "pengen brangkat ke awan biru"
_DAY: Final = date(2026, 11, 22)


def add_phrase(concept: str = "META_CLEAR") -> Change:
    """Add to a concept what makes the unknown sentence danger."""
    return Change(ChangeKind.ADD_PHRASES, concept, ("brangkat ke awan",), _DAY)


def take_for_harmless(rule: str, sentence: str) -> Change:
    """Say that a rule must not hear danger in a sentence."""
    return Change(ChangeKind.ADD_COUNTEREXAMPLES, rule, (sentence,), _DAY)


def change_heard(folder: Path, change: Change) -> Path:
    """Put a change in force; return the settings file of the installation."""

    async def go() -> None:
        async with open_test_bed(config_in(folder)) as bed:
            await put_in_force(bed, change)

    asyncio.run(go())
    file = folder / "config.toml"
    file.write_text("")
    return file
