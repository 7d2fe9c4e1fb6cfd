"""How people are heard, for the staff's desk: tables, trying a sentence, marks, and changes."""

import asyncio

from bot.care.listening.changes import Change, ChangeError, ChangeKind, list_concepts
from bot.care.listening.checking import Fault, Found
from handlers.access import Right, has_right
from handlers.listening.marking import MOST_MARK_CHARS, Marked, Marking
from handlers.listening.proposing import ChangeView, Proposed, Proposing
from handlers.listening.tables import (
    MOST_TRIED_CHARS,
    QuestionRow,
    RuleRow,
    Tried,
    list_questions,
    list_rules,
    try_sentence,
)
from handlers.listening.watch import read_files
from handlers.world import World
from storage.hearing import listening
from storage.hearing.listening import Agreed
from storage.hearing.listeningmarks import MarkKind
from storage.team.staffing import StaffMember

__all__ = [
    "MOST_MARK_CHARS",
    "MOST_TRIED_CHARS",
    "Agreed",
    "Change",
    "ChangeKind",
    "ChangeView",
    "Fault",
    "Found",
    "ListeningDesk",
    "MarkKind",
    "Marked",
    "Proposed",
    "QuestionRow",
    "RuleRow",
    "Tried",
]


class ListeningDesk:
    """The listening of one installation."""

    def __init__(self, world: World) -> None:
        """Serve a world."""
        self._world = world
        self.marking = Marking(world)
        self.proposing = Proposing(world)

    @property
    def version(self) -> int:
        """Return the version of staff's changes that this process hears people by."""
        return self._world.spoken.version

    @property
    def labels(self) -> tuple[str, ...]:
        """List the dangers, the most pressing first."""
        return self._world.script.dangers.order

    def rules(self) -> list[RuleRow]:
        """List the rules of danger in force."""
        return list_rules(self._world.script.dangers)

    def questions(self, language: str) -> list[QuestionRow]:
        """List the questions and answers in force."""
        return list_questions(self._world.script.questions, language)

    async def concepts(self) -> dict[str, tuple[str, ...]]:
        """List the phrases of every concept in force; those that ship, where the version in force does not fit."""
        version = self.version
        changes = await self._world.database.read(lambda work: listening.changes_of(work, version))
        files = await asyncio.to_thread(read_files, self._world)
        try:
            return list_concepts(files, changes)
        except ChangeError:
            return list_concepts(files, ())

    def try_sentence(self, member: StaffMember, text: str, language: str) -> Tried | None:
        """Tell what a sentence sets off; it is kept nowhere.  None for a role that may not."""
        if not has_right(member, Right.LISTEN_SEE):
            return None
        script = self._world.script
        return try_sentence(text[:MOST_TRIED_CHARS], script.dangers, script.questions, language)
