"""Keep what counsellors noticed was missed or taken wrongly, in words of their own and never in the client's."""

from enum import StrEnum
from typing import Final

from bot.care.listening.paraphrases import repeats
from bot.care.privacy.masking import find_private
from handlers import access
from handlers.access import Action, Right, has_right
from handlers.world import World
from storage.casework import chats
from storage.casework.cases import Case
from storage.casework.chats import Side
from storage.hearing import listeningmarks
from storage.hearing.listeningmarks import Mark, MarkKind, Said
from storage.team.staffing import StaffMember
from storage.transaction import Work

#: A paraphrase of more characters is no paraphrase.
MOST_MARK_CHARS: Final = 300


class Marked(StrEnum):
    """What became of a mark."""

    DONE = "done"
    GONE = "gone"
    UNCLEAR = "unclear"  #: no words, too many, or no kind and danger chosen
    PRIVATE = "private"  #: it says something that would tell who somebody is
    REPEATED = "repeated"  #: it is what the client wrote


class Marking:
    """Marks of one installation."""

    def __init__(self, world: World) -> None:
        """Serve a world."""
        self._world = world

    async def may_mark(self, member: StaffMember, code: str) -> bool:
        """Tell whether somebody may say that something in this case was heard wrongly."""
        return await self._world.database.read(lambda work: _find(work, member, code) is not None)

    async def mark(self, member: StaffMember, code: str, kind: str, label: str, words: str) -> Marked:
        """Keep a paraphrase of what was heard wrongly; the case is looked at and not kept."""
        said = " ".join(words.split())
        known = kind in [one.value for one in MarkKind] and label in self._world.script.dangers.order
        if not known or not 0 < len(said) <= MOST_MARK_CHARS:
            return Marked.UNCLEAR
        if find_private(said):
            return Marked.PRIVATE
        kept = Said(MarkKind(kind), label, said)
        return await self._world.database.write(lambda work: _mark(work, member, code, kept))

    async def marks(self, member: StaffMember) -> list[Mark]:
        """List what was said, for whoever may see it."""
        if not has_right(member, Right.LISTEN_SEE):
            return []
        return await self._world.database.read(listeningmarks.list_marks)

    async def drop(self, member: StaffMember, mark_id: bytes) -> bool:
        """Take off the list what was learnt from; False if it is gone, or not for this role."""
        if not has_right(member, Right.LISTEN_CHANGE):
            return False
        return await self._world.database.write(lambda work: listeningmarks.drop_mark(work, member, mark_id))


def _find(work: Work, member: StaffMember, code: str) -> Case | None:
    return access.find(work, member, Action.READ, code) if has_right(member, Right.LISTEN_SEE) else None


def _mark(work: Work, member: StaffMember, code: str, said: Said) -> Marked:
    case = _find(work, member, code)
    if case is None:
        return Marked.GONE
    if repeats(said.words, (one.text for one in chats.load_chat(work, case) if one.side is Side.CLIENT)):
        return Marked.REPEATED
    listeningmarks.add_mark(work, member, said)
    return Marked.DONE
