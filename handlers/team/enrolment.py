"""Let people in who work here, and out again; every step stands in the audit chain."""

from dataclasses import dataclass

from handlers.caring.casework import put_back_cases
from handlers.world import World
from storage.team import staffcopies, staffing
from storage.team.staffing import Purpose, Role, StaffMember
from storage.trail import audit
from storage.trail.audit import Actor, Deed, Detail
from storage.transaction import Work

#: Roles that belong to a unit.
OF_A_UNIT = frozenset({Role.COUNSELLOR, Role.AGENT, Role.UNIT_HEAD})
#: Roles that do their work in a private chat as well as at the desk.
IN_CHAT = OF_A_UNIT | {Role.BROADCASTER, Role.COORDINATOR}


@dataclass(frozen=True, slots=True)
class Links:
    """One-time secrets.  `chat`: for a private Telegram chat, None for who needs none."""

    desk: str
    chat: str | None


def add(work: Work, actor: Actor, role: Role, unit_id: str | None, alias: str) -> StaffMember:
    """Add somebody who works here."""
    member = staffing.add_staff(work, role, unit_id, alias)
    words = {"role": role.value, "unit": unit_id or "-"}
    audit.record(work, actor, Deed.STAFF_ADDED, member.id, Detail(staffing.folder_of(member), words))
    return member


def make_link(work: Work, actor: Actor, member: StaffMember, purpose: Purpose) -> str:
    """Make a one-time link or code for somebody; return its secret."""
    words = {"purpose": purpose.value}
    audit.record(work, actor, Deed.LINK_MADE, member.id, Detail(staffing.folder_of(member), words))
    return staffing.invite(work, member.id, purpose)


def make_links(work: Work, actor: Actor, member: StaffMember) -> Links:
    """Make what a new colleague begins with."""
    desk = make_link(work, actor, member, Purpose.SIGN_IN)
    in_chat = member.role in IN_CHAT
    return Links(desk, make_link(work, actor, member, Purpose.LINK_CHAT) if in_chat else None)


def revoke(work: Work, world: World, actor: Actor, member: StaffMember) -> int:
    """End somebody's access everywhere at once; return how many open cases went back to the queue."""
    staffing.revoke(work, member.id)  # first, so that they take no other case meanwhile
    count = put_back_cases(work, world, member)
    staffcopies.hasten_copies(work, folder=staffing.folder_of(member))
    audit.record(work, actor, Deed.STAFF_REVOKED, member.id)
    return count
