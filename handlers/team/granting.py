"""Let somebody in from the desk: one person asks, another one approves, and only then are there links."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import msgspec

from bot.dialogue.layout import plain
from handlers import access
from handlers.conversing.lookup import unit_name
from handlers.team import enrolment
from handlers.team.enrolment import OF_A_UNIT, Links
from handlers.world import World
from storage.team import approvals, staffing
from storage.team.approvals import Answer, Approval, Kind, State
from storage.team.staffing import Role, StaffMember
from storage.trail.audit import actor_of
from storage.transaction import Work

__all__ = ["Answer", "Granting", "Links", "Wish"]

_LONGEST_ALIAS: Final = 40


class _Grant(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is wanted.  `nonce`: random, so that the clear hash of the content tells nothing."""

    role: Role
    unit_id: str | None
    alias: str
    nonce: str


@dataclass(frozen=True, slots=True)
class Wish:
    """A grant that waits.

    `seen_hash`: of the exact content, to be sent back with the decision.  `is_own`: the one who looks asked for it.
    `is_approved`: whoever asked may now make the links.  `can_decide`: the one who looks may approve or refuse.
    """

    id: str
    role: Role
    unit: str
    alias: str
    asked_by: str
    seen_hash: str
    expires_at: datetime
    is_own: bool
    is_approved: bool
    can_decide: bool


class Granting:
    """Granting roles in one installation."""

    def __init__(self, world: World) -> None:
        """Work in a world."""
        self._world = world
        self._database = world.database

    def roles(self, member: StaffMember) -> list[Role]:
        """List the roles somebody may ask for."""
        return [role for role in Role if role in access.GRANTS.get(member.role, ())]

    def units(self, member: StaffMember) -> list[tuple[str, str]]:
        """List (id, name) of the units somebody may let people into."""
        units = [unit for unit in self._world.units.values() if unit.takes_handoffs]
        return [(str(unit.id), unit.name) for unit in units if member.unit_id in (None, unit.id)]

    async def ask(self, member: StaffMember, role: str, unit_id: str, alias: str) -> bool:
        """Ask that somebody be let in; False for what may not be asked."""
        wanted = self._read(member, role, unit_id, alias)
        if wanted is None:
            return False
        content = msgspec.json.encode(wanted)
        await self._database.write(lambda work: approvals.request_approval(work, member, Kind.ROLE_GRANT, content))
        return True

    async def wishes(self, member: StaffMember) -> list[Wish]:
        """List what waits and concerns this person."""
        return await self._database.read(lambda work: self._wishes(work, member))

    async def decide(self, member: StaffMember, wish_id: str, seen_hash: str, *, agrees: bool) -> Answer:
        """Approve or refuse what another person asked for; whoever asked may only take it back."""

        def step(work: Work) -> Answer:
            wish = _find(work, wish_id)
            if wish is None or not (_may_decide(member, wish) or wish.requested_by == member.id):
                return Answer.GONE
            return approvals.decide(work, member, wish.id, _unhex(seen_hash), agrees=agrees)

        return await self._database.write(step)

    async def use(self, member: StaffMember, wish_id: str) -> Links | None:
        """Let in whom another person approved; return the one-time links, None if there is nothing to be used."""

        def step(work: Work) -> Links | None:
            wish = _find(work, wish_id)
            if wish is None or wish.requested_by != member.id:
                return None
            used = approvals.use_approval(work, member, wish.id, Kind.ROLE_GRANT, wish.content)
            grant = _grant(wish)
            if used is not Answer.DONE or not access.may_grant(member, grant.role, grant.unit_id):
                return None
            actor = actor_of(member.id)
            added = enrolment.add(work, actor, grant.role, grant.unit_id, grant.alias)
            return enrolment.make_links(work, actor, added)

        return await self._database.write(step)

    def _read(self, member: StaffMember, role: str, unit_id: str, alias: str) -> _Grant | None:
        named = " ".join(alias.split())
        # Clients read it in the middle of our own words, so nothing in it may turn or hide them.
        if role not in [known.value for known in Role] or not 0 < len(named) <= _LONGEST_ALIAS or plain(named) != named:
            return None
        wanted = Role(role)
        where = unit_id if wanted in OF_A_UNIT else None
        is_known = where is None or where in self._world.units
        if not is_known or not access.may_grant(member, wanted, where):
            return None
        return _Grant(wanted, where, named, secrets.token_hex(16))

    def _wishes(self, work: Work, member: StaffMember) -> list[Wish]:
        people = {one.id: one.alias for one in staffing.list_staff(work)}
        shown = []
        for wish in approvals.list_pending(work, Kind.ROLE_GRANT):
            is_own, can_decide = wish.requested_by == member.id, _may_decide(member, wish)
            if is_own or can_decide:
                grant = _grant(wish)
                shown.append(
                    Wish(
                        wish.id.hex(),
                        grant.role,
                        "" if grant.unit_id is None else unit_name(self._world, grant.unit_id),
                        grant.alias,
                        people.get(wish.requested_by, ""),
                        wish.content_hash.hex(),
                        wish.expires_at,
                        is_own,
                        wish.state is State.APPROVED,
                        can_decide and wish.state is State.WAITING,
                    )
                )
        return shown


def _may_decide(member: StaffMember, wish: Approval) -> bool:
    grant = _grant(wish)
    return wish.requested_by != member.id and access.may_grant(member, grant.role, grant.unit_id)


def _grant(wish: Approval) -> _Grant:
    return msgspec.json.decode(wish.content, type=_Grant)


def _find(work: Work, wish_id: str) -> Approval | None:
    known = _unhex(wish_id)
    wish = approvals.load_approval(work, known) if len(known) == len(wish_id) // 2 == 16 else None  # noqa: PLR2004 - an id
    return wish if wish is not None and wish.kind is Kind.ROLE_GRANT else None


def _unhex(text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError:
        return b""
