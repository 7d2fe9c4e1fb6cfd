"""Take up what staff changed in how people are heard, in every process and without a restart."""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import replace

from bot.care.listening.changes import Change, ChangeError
from bot.care.listening.checking import Heard, build
from bot.care.questions.book import Answer, Book
from bot.dialogue.script import Script
from bot.signing import SignOff, read_sign_offs
from bot.steps import parse_toml
from handlers.world import World
from storage.hearing import listening
from storage.shipped.library import CONTENT, LibraryUnreadable, read_library
from storage.transaction import Work

log = logging.getLogger(__name__)
_SAFETY = "safety.toml"


class ListeningWatch:
    """Looks whether another version is in force than the one this process hears people by."""

    def __init__(self, world: World) -> None:
        """Watch for a world."""
        self._world = world
        self._refused = 0

    async def take_up(self) -> bool:
        """Hear people by the version in force; one that does not fit the content is reported once and left.

        Returns whether people are heard differently from now on.
        """
        spoken = self._world.spoken
        version = await self._world.database.read(listening.live_version)
        if version in (spoken.version, self._refused):
            return False
        changes = await self._world.database.read(lambda work: _load(work, version))
        try:
            heard = await asyncio.to_thread(build_anew, self._world, changes)
        except (ChangeError, LibraryUnreadable) as error:
            self._refused = version
            log.warning("listening", extra={"action": "listening.refused", "error": error})
            return False
        spoken.hear_by(heard, version)
        log.info("listening", extra={"action": "listening.taken", "count": len(changes)})
        return True


def build_anew(world: World, changes: Sequence[Change]) -> Heard:
    """Build what people are heard by from the content files and changes.  Raises ChangeError or LibraryUnreadable."""
    files, shipped = read_files(world), world.spoken.shipped
    heard = build(files, shipped.questions, changes)
    return replace(heard, book=_note_unsigned(heard.book, shipped, read_sign_offs(parse_toml(files[_SAFETY], _SAFETY))))


def read_files(world: World) -> dict[str, str]:
    """Read the content files of this installation."""
    return read_library(world.config.care.content_dir or CONTENT)


def _note_unsigned(book: Book | None, shipped: Script, sign_offs: Sequence[SignOff]) -> Book | None:
    """Say under answers staff changed that nobody of the trade has signed them; a signature ends with its wording."""
    if book is None or shipped.questions is None:
        return book
    answers = dict(book.answers)
    for sign_off in sign_offs:
        name = sign_off.text.removeprefix("faq ")
        if name in answers and answers[name].short != shipped.questions.answers[name].short:
            answers[name] = _note(answers[name], shipped, f"unsigned_{sign_off.by}")
    return replace(book, answers=answers)


def _note(answer: Answer, script: Script, phrase: str) -> Answer:
    notes = {language: script.phrases[language][phrase] for language in script.languages}
    short = {
        language: said if said.endswith(notes[language]) else f"{said} {notes[language]}"
        for language, said in answer.short.items()
    }
    return replace(answer, short=short)


def _load(work: Work, version: int) -> tuple[Change, ...]:
    return listening.changes_of(work, version)
