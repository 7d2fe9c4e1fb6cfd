"""People who work here: who they are, how they sign in, and where they are reached."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import NewType

from sqlalchemy import String, bindparam, delete, insert, or_, select, update

from storage.engine.prepared import Prepared, Record
from storage.receiving.deliveries import day_of
from storage.sealing.documents import open_document, seal_document
from storage.sealing.encryption import FolderId, new_id
from storage.sealing.sealed import Id16
from storage.tables import addresses, invites, staff, staff_addresses, staff_sessions
from storage.transaction import Work

StaffId = NewType("StaffId", bytes)

INVITE_LASTS = timedelta(hours=24)


class Role(StrEnum):
    """What a person may do here."""

    COUNSELLOR = "counsellor"
    AGENT = "agent"
    UNIT_HEAD = "unit_head"
    BROADCASTER = "broadcaster"
    COORDINATOR = "coordinator"
    AUDITOR = "auditor"
    ADMIN = "admin"


class Purpose(StrEnum):
    """What a one-time link is good for."""

    SIGN_IN = "sign_in"
    LINK_CHAT = "link_chat"
    LINK_GROUP = "link_group"


@dataclass(frozen=True, slots=True)
class StaffMember:
    """Somebody who works here.

    `unit_id`: None for roles without a unit.  `alias`: the name clients see.  `speaking_in`: code of the case the
    next message from the private chat belongs to, or None.
    """

    id: StaffId
    role: Role
    unit_id: str | None
    alias: str
    speaking_in: str | None
    active: bool = True


@dataclass(frozen=True, slots=True)
class StaffAddress:
    """Where staff is reached on a platform.  `staff_id`: None for the group of a unit."""

    folder: FolderId
    staff_id: StaffId | None
    unit_id: str | None
    channel: str
    address: str


def folder_of(member: StaffMember) -> FolderId:
    """Name the folder of a staff member."""
    return FolderId(member.id)


def add_staff(work: Work, role: Role, unit_id: str | None, alias: str) -> StaffMember:
    """Add a staff member with a folder of their own."""
    member = StaffMember(StaffId(new_id()), role, unit_id, alias, None)
    work.vault.create_folder(folder_of(member))
    work.data.execute(
        insert(staff).values(
            staff_id=member.id,
            role=role.value,
            unit_id=unit_id,
            active=True,
            created_day=day_of(work.now),
            profile=_seal(work, member),
        )
    )
    return member


def load_staff(work: Work, staff_id: bytes) -> StaffMember | None:
    """Load an active staff member."""
    row = _WORKING.first(work, {"whose": staff_id})
    return None if row is None else _member(work, row)


def still_works(work: Work, staff_id: bytes) -> bool:
    """Tell whether somebody works here, and goes on to until this step ends."""
    row = select(staff.c.staff_id).where(staff.c.staff_id == staff_id, staff.c.active)
    return work.data.execute(row.with_for_update(key_share=True)).first() is not None


def list_staff(work: Work) -> list[StaffMember]:
    """List everybody, the revoked too."""
    return [_member(work, row) for row in work.data.execute(select(staff))]


def staff_of_unit(work: Work, unit_id: str) -> list[StaffMember]:
    """List the active people of a unit who look after cases."""
    return [_member(work, row) for row in _CARING_AT.all(work, {"at": unit_id})]


def heads_of(work: Work, unit_id: str) -> list[StaffMember]:
    """List the active heads of a unit."""
    here = (staff.c.unit_id == unit_id) & staff.c.active & (staff.c.role == Role.UNIT_HEAD.value)
    return [_member(work, row) for row in work.data.execute(select(staff).where(here))]


def coordinators(work: Work) -> list[StaffMember]:
    """List the active coordinators."""
    active = (staff.c.role == Role.COORDINATOR.value) & staff.c.active
    return [_member(work, row) for row in work.data.execute(select(staff).where(active))]


def speak_in(work: Work, member: StaffMember, code: str | None) -> None:
    """Let the next private message of this person belong to a case."""
    changed = StaffMember(member.id, member.role, member.unit_id, member.alias, code)
    work.data.execute(update(staff).where(staff.c.staff_id == member.id).values(profile=_seal(work, changed)))


def revoke(work: Work, staff_id: StaffId) -> None:
    """End somebody's access everywhere at once."""
    work.data.execute(update(staff).where(staff.c.staff_id == staff_id).values(active=False))
    for table in (staff_sessions, invites, staff_addresses):
        work.data.execute(delete(table).where(table.c.staff_id == staff_id))


def invite(work: Work, staff_id: StaffId, purpose: Purpose) -> str:
    """Make a one-time token, good for a day; only its hash is kept."""
    token = secrets.token_urlsafe(24)
    values = {"token_hash": hash_token(token), "staff_id": staff_id, "purpose": purpose.value}
    work.data.execute(insert(invites).values(expires_at=work.now + INVITE_LASTS, **values))
    return token


def use_invite(work: Work, token: str, *purposes: Purpose) -> tuple[StaffMember, Purpose] | None:
    """Use a one-time token up; None if it is unknown, used, too old or for something else."""
    row = work.data.execute(select(invites).where(invites.c.token_hash == hash_token(token))).first()
    if row is None or Purpose(row.purpose) not in purposes:
        return None
    used = work.data.execute(delete(invites).where(invites.c.token_hash == row.token_hash))
    if used.rowcount != 1 or row.expires_at <= work.now:
        return None
    member = load_staff(work, row.staff_id)
    return None if member is None else (member, Purpose(row.purpose))


def forget_old_invites(work: Work) -> None:
    """Drop links whose time is over."""
    work.data.execute(delete(invites).where(invites.c.expires_at <= work.now))


def link_chat(work: Work, member: StaffMember, index: bytes, channel: str, address: str) -> None:
    """Reach a staff member in this private chat, and in no earlier one of the same channel.

    Whoever was a client there is a client there no more.
    """
    work.data.execute(delete(addresses).where(addresses.c.address_index == index))
    unlink(work, folder_of(member), channel)
    _link(work, folder_of(member), index, channel, address, staff_id=member.id, unit_id=member.unit_id)


def link_group(work: Work, unit_id: str, index: bytes, channel: str, address: str) -> None:
    """Offer the cases of a unit in this group; the group has a folder of its own."""
    group = FolderId(new_id())
    work.vault.create_folder(group)
    _link(work, group, index, channel, address, staff_id=None, unit_id=unit_id)


def move_group(work: Work, group: StaffAddress, index: bytes, address: str) -> None:
    """Reach a group under the new address its platform gave it; its folder, and so its buttons, stay."""
    unlink(work, group.folder, group.channel)
    _link(work, group.folder, index, group.channel, address, staff_id=None, unit_id=group.unit_id)


# On the way of every answer to staff, of everybody's first message, and of every request.
_WORKING = Prepared(select(staff).where(staff.c.staff_id == bindparam("whose", type_=Id16), staff.c.active))
_CARING_AT = Prepared(
    select(staff).where(
        staff.c.unit_id == bindparam("at", type_=String),
        staff.c.active,
        or_(*(staff.c.role == role.value for role in (Role.COUNSELLOR, Role.UNIT_HEAD, Role.AGENT))),
    )
)
_CHATS_OF = Prepared(select(staff_addresses).where(staff_addresses.c.staff_id == bindparam("whose", type_=Id16)))
_GROUPS_OF = Prepared(
    select(staff_addresses).where(
        staff_addresses.c.unit_id == bindparam("of", type_=String), staff_addresses.c.staff_id.is_(None)
    )
)
_STAFF_AT = Prepared(
    select(staff_addresses.c.staff_id).where(staff_addresses.c.address_index == bindparam("index", type_=Id16))
)
_ADDRESS_IN = Prepared(
    select(staff_addresses).where(
        staff_addresses.c.folder_id == bindparam("folder", type_=Id16),
        staff_addresses.c.channel == bindparam("on", type_=String),
    )
)


def find_staff(work: Work, index: bytes) -> StaffMember | None:
    """Find who writes from a private chat."""
    row = _STAFF_AT.first(work, {"index": index})
    return None if row is None or row.staff_id is None else load_staff(work, row.staff_id)


def find_group(work: Work, index: bytes) -> StaffAddress | None:
    """Find which unit's group this is."""
    group = (staff_addresses.c.address_index == index) & staff_addresses.c.staff_id.is_(None)
    row = work.data.execute(select(staff_addresses).where(group)).first()
    return None if row is None else _address(work, row)


def chats_of(work: Work, staff_id: bytes) -> list[StaffAddress]:
    """List the private chats of a staff member."""
    return [_address(work, row) for row in _CHATS_OF.all(work, {"whose": staff_id})]


def groups_of(work: Work, unit_id: str) -> list[StaffAddress]:
    """List the groups of a unit."""
    return [_address(work, row) for row in _GROUPS_OF.all(work, {"of": unit_id})]


def address_in(work: Work, folder: FolderId, channel: str) -> StaffAddress | None:
    """Return the address a folder has on a channel; None if it is not reached there (any more)."""
    row = _ADDRESS_IN.first(work, {"folder": folder, "on": channel})
    return None if row is None else _address(work, row)


def unlink(work: Work, folder: FolderId, channel: str) -> None:
    """Forget a chat that is gone."""
    here = (staff_addresses.c.folder_id == folder) & (staff_addresses.c.channel == channel)
    work.data.execute(delete(staff_addresses).where(here))


def hash_token(token: str) -> bytes:
    """Hash a random token; its 192 bits need no key and no slow function."""
    return hashlib.sha256(token.encode()).digest()[:16]


def _link(work: Work, folder: FolderId, index: bytes, channel: str, address: str, **whose: object) -> None:
    work.data.execute(delete(staff_addresses).where(staff_addresses.c.address_index == index))
    sealed = work.vault.seal(folder, "staff_addresses", "address", index, address.encode())
    row = {"address_index": index, "folder_id": folder, "channel": channel, "address": sealed}
    work.data.execute(insert(staff_addresses).values(**row, **whose))


def _address(work: Work, row: Record) -> StaffAddress:
    folder = FolderId(row.folder_id)
    address = work.vault.open(folder, "staff_addresses", "address", row.address_index, row.address).decode()
    staff_id = None if row.staff_id is None else StaffId(row.staff_id)
    return StaffAddress(folder, staff_id, row.unit_id, row.channel, address)


def _member(work: Work, row: Record) -> StaffMember:
    profile = open_document(work, FolderId(row.staff_id), "staff.profile", row.staff_id, row.profile)
    role = Role(row.role)
    return StaffMember(StaffId(row.staff_id), role, row.unit_id, profile["alias"], profile["speaking_in"], row.active)


def _seal(work: Work, member: StaffMember) -> bytes:
    profile = {"alias": member.alias, "speaking_in": member.speaking_in}
    return seal_document(work, folder_of(member), "staff.profile", member.id, profile)
