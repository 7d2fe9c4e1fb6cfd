"""Change how people are heard: proposed by one, tried on everything that ships, agreed to by others, taken back."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import msgspec

from bot.care.listening.changes import OF_DANGER, Change, ChangeKind
from bot.care.listening.checking import Fault, Found, check, check_words
from bot.contacts import refuse_forbidden
from bot.steps import ContentError, parse_toml
from handlers.access import Right, has_right
from handlers.listening.watch import ListeningWatch, read_files
from handlers.world import World
from storage.hearing import listening
from storage.hearing.listening import NEEDED, Agreed, ChangeOf, Version
from storage.team import staffing
from storage.team.approvals import hash_content
from storage.team.staffing import StaffId, StaffMember
from storage.transaction import Work


class Proposed(StrEnum):
    """What became of a proposal."""

    DONE = "done"
    FAULTY = "faulty"  #: something would be worse; the list says what
    CHANGED = "changed"  #: another change went live meanwhile
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class ChangeView:
    """A proposal or a version, as who works here sees it.

    `version`: None while it waits.  `changes`: only what is new in it.  `returns_to`: the version that is brought back,
    or None.  `asked_by`, `agreed_by`: aliases.  `is_stale`: another change went live since it was proposed.
    """

    id: str
    version: int | None
    base: int
    kind: ChangeOf
    changes: tuple[Change, ...]
    returns_to: int | None
    seen_hash: str
    asked_by: str
    agreed_by: tuple[str, ...]
    needed: int
    at: datetime
    is_own: bool
    is_stale: bool
    may_agree: bool


class Proposing:
    """Changes of one installation."""

    def __init__(self, world: World) -> None:
        """Serve a world."""
        self._world = world
        self._database = world.database
        self._watch = ListeningWatch(world)
        self._passed = b""  # what was tried last and found no worse, so that each consent need not try it again

    async def propose(
        self, member: StaffMember, kind: ChangeKind, target: str, words: tuple[str, ...]
    ) -> tuple[Proposed, tuple[Found, ...]]:
        """Propose a change, unless it would make something worse; also return what that is."""
        if not has_right(member, Right.LISTEN_CHANGE):
            return Proposed.GONE, ()
        change = Change(kind, target, words, self._world.clock().date())
        base = await self._database.read(listening.live_version)
        before = await self._database.read(lambda work: listening.changes_of(work, base))
        faults = tuple(check_words(change, self._world.plainness.avoided))
        faults = faults or await asyncio.to_thread(self._check, before, (*before, change))
        if faults:
            return Proposed.FAULTY, faults
        of = ChangeOf.DANGER if kind in OF_DANGER else ChangeOf.QUESTION
        return await self._keep(member, of, base, (*before, change), None), ()

    async def propose_return(self, member: StaffMember, version: int) -> tuple[Proposed, tuple[Found, ...]]:
        """Propose to bring back an earlier version; 0 for the content as it ships."""
        base = await self._database.read(listening.live_version)
        if not has_right(member, Right.LISTEN_CHANGE) or not 0 <= version < base:
            return Proposed.GONE, ()
        changes = await self._database.read(lambda work: listening.changes_of(work, version))
        faults = await asyncio.to_thread(self._check, changes, changes)
        if faults:
            return Proposed.FAULTY, faults
        return await self._keep(member, ChangeOf.ROLLBACK, base, changes, version), ()

    async def agree(self, member: StaffMember, change_id: bytes, seen_hash: bytes) -> Agreed | tuple[Found, ...]:
        """Agree to what another proposed; return what would be worse where the content has changed since."""
        found = await self._database.read(lambda work: listening.load(work, change_id))
        if found is None or not has_right(member, Right.LISTEN_CHANGE):
            return Agreed.GONE
        changes = found.content.changes
        is_return = found.kind is ChangeOf.ROLLBACK
        before = await self._database.read(lambda work: listening.changes_of(work, found.base))
        faults = await asyncio.to_thread(self._check, changes if is_return else before, changes)
        if faults:
            return faults
        agreed = await self._database.write(lambda work: listening.agree(work, member, change_id, seen_hash))
        if agreed is Agreed.LIVE:
            await self._watch.take_up()
        return agreed

    async def refuse(self, member: StaffMember, change_id: bytes) -> bool:
        """Refuse what another proposed, or take the own proposal back; False if it is gone."""
        if not has_right(member, Right.LISTEN_CHANGE):
            return False
        return await self._database.write(lambda work: listening.refuse(work, member, change_id))

    async def proposals(self, member: StaffMember) -> list[ChangeView]:
        """List what waits for others to agree, for whoever may see it."""
        if not has_right(member, Right.LISTEN_SEE):
            return []
        return await self._database.read(lambda work: _show_all(work, member, listening.list_proposals(work)))

    async def versions(self, member: StaffMember) -> list[ChangeView]:
        """List what went live, the newest first, for whoever may see it."""
        if not has_right(member, Right.LISTEN_SEE):
            return []
        return await self._database.read(lambda work: _show_all(work, member, listening.list_versions(work)))

    def _check(self, before: tuple[Change, ...], after: tuple[Change, ...]) -> tuple[Found, ...]:
        files, shipped = read_files(self._world), self._world.spoken.shipped.questions
        tried = hash_content(msgspec.json.encode((files, before, after), order="deterministic"))
        if tried == self._passed:
            return ()
        faults = tuple(_find_forbidden(files, after)) or check(files, shipped, before, after)
        self._passed = self._passed if faults else tried
        return faults

    async def _keep(
        self, member: StaffMember, kind: ChangeOf, base: int, changes: tuple[Change, ...], returns_to: int | None
    ) -> Proposed:
        def step(work: Work) -> Proposed:
            if listening.live_version(work) != base:
                return Proposed.CHANGED
            listening.propose(work, member, kind, base, changes, returns_to)
            return Proposed.DONE

        return await self._database.write(step)


def _find_forbidden(files: Mapping[str, str], changes: tuple[Change, ...]) -> list[Found]:
    contacts = parse_toml(files["safety.toml"], "safety.toml")
    found = []
    for change in changes:
        try:
            refuse_forbidden({f"faq/{change.target}": " \n".join(change.words)}, contacts)
        except ContentError as error:
            found.append(Found(Fault.UNFIT, str(error), ""))
    return found


def _show_all(work: Work, member: StaffMember, versions: list[Version]) -> list[ChangeView]:
    people = {one.id: one.alias for one in staffing.list_staff(work)}
    live, sizes = listening.live_version(work), {0: 0}
    sizes |= {one.version: len(one.content.changes) for one in listening.list_versions(work) if one.version}
    return [_show(one, member, people, live, sizes.get(one.base, 0)) for one in versions]


def _show(found: Version, member: StaffMember, people: Mapping[StaffId, str], live: int, known: int) -> ChangeView:
    is_own, is_stale = found.asked_by == member.id, found.version is None and found.base != live
    took_part = is_own or member.id in found.agreed_by
    is_open = found.version is None and not is_stale and has_right(member, Right.LISTEN_CHANGE)
    return ChangeView(
        found.id.hex(),
        found.version,
        found.base,
        found.kind,
        () if found.kind is ChangeOf.ROLLBACK else found.content.changes[known:],
        found.content.returns_to,
        found.content_hash.hex(),
        "" if found.asked_by is None else people.get(found.asked_by, ""),
        tuple(people.get(one, "") for one in found.agreed_by),
        NEEDED[found.kind],
        found.at,
        is_own,
        is_stale,
        is_open and not took_part,
    )
