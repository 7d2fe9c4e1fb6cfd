"""Changes of staff to how people are heard, by version, each sealed in a folder of its own.

They hold no person's words.  They are sealed so that whoever can write to the database, but has no keys, cannot make
the service deaf.
"""

import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

import msgspec
from sqlalchemy import Row, delete, func, insert, select, update

from bot.care.listening.changes import Change
from storage.sealing.encryption import FolderId, new_id
from storage.tables import listening_changes
from storage.team.approvals import hash_content
from storage.team.staffing import StaffId, StaffMember
from storage.trail import audit
from storage.trail.audit import Deed, actor_of
from storage.transaction import Work

#: How long a proposal waits for others.
LASTS: Final = timedelta(days=14)


class ChangeOf(StrEnum):
    """What is changed."""

    DANGER = "danger"
    QUESTION = "question"
    ROLLBACK = "rollback"


#: How many others have to agree.
NEEDED: Final = {ChangeOf.DANGER: 2, ChangeOf.QUESTION: 1, ChangeOf.ROLLBACK: 1}


class Agreed(StrEnum):
    """What became of agreeing."""

    LIVE = "live"  #: it is in force
    NOTED = "noted"  #: one more has to agree
    OWN = "own"  #: asked or agreed by the same person before
    CHANGED = "changed"  #: what was seen is not what is stored, or another change went live meanwhile
    GONE = "gone"


class Content(msgspec.Struct, frozen=True):
    """Everything that is changed when this is in force, the newest last.  `nonce`: keeps the hash from being guessed.

    `returns_to`: the version that is brought back, None for a change that is new.
    """

    nonce: str
    changes: tuple[Change, ...]
    returns_to: int | None = None


@dataclass(frozen=True, slots=True)
class Version:
    """A change.  `version`: None while somebody has to agree.  `at`: when it was proposed, or went live."""

    id: bytes
    version: int | None
    base: int
    kind: ChangeOf
    content: Content
    content_hash: bytes
    asked_by: StaffId | None
    agreed_by: tuple[StaffId, ...]
    at: datetime


def live_version(work: Work) -> int:
    """Return the number of the version in force; 0 for the content as it ships."""
    newest: int = work.data.execute(select(func.coalesce(func.max(listening_changes.c.version), 0))).scalar_one()
    return newest


def load_version(work: Work, version: int) -> Version | None:
    """Load what went live as this version; None if none did."""
    row = work.data.execute(select(listening_changes).where(listening_changes.c.version == version)).first()
    return None if row is None else _version(work, row)


def changes_of(work: Work, version: int) -> tuple[Change, ...]:
    """Return everything that is changed in a version; nothing in the content as it ships."""
    found = load_version(work, version)
    return () if found is None else found.content.changes


def propose(
    work: Work, member: StaffMember, kind: ChangeOf, base: int, changes: tuple[Change, ...], returns_to: int | None
) -> bytes:
    """Propose that people be heard with these changes; return the id of the proposal."""
    change_id = new_id()
    folder = FolderId(change_id)
    content = msgspec.json.encode(Content(new_id().hex(), changes, returns_to), order="deterministic")
    work.vault.create_folder(folder)
    row = {
        "change_id": change_id,
        "base": base,
        "kind": kind.value,
        "content": work.vault.seal(folder, "listening_changes", "content", change_id, content),
        "content_hash": hash_content(content),
        "asked_by": member.id,
        "changed_at": work.now,
    }
    work.data.execute(insert(listening_changes).values(**row))
    audit.record(work, actor_of(member.id), Deed.LISTENING_PROPOSED, change_id)
    return change_id


def load(work: Work, change_id: bytes) -> Version | None:
    """Load a proposal or a version; None if there is none, or its time is over."""
    row = work.data.execute(select(listening_changes).where(listening_changes.c.change_id == change_id)).first()
    found = None if row is None else _version(work, row)
    return None if found is None or _is_over(work, found) else found


def agree(work: Work, member: StaffMember, change_id: bytes, seen_hash: bytes) -> Agreed:
    """Agree to a proposal; it is in force once enough others have.

    `seen_hash`: of the content as it was shown.  Whether a role may agree is for the caller to ask.
    """
    found = _load_for_deciding(work, change_id)
    if found is None:
        return Agreed.GONE
    if member.id in (found.asked_by, *found.agreed_by):
        return Agreed.OWN
    if not hmac.compare_digest(found.content_hash, seen_hash) or found.base != live_version(work):
        return Agreed.CHANGED
    audit.record(work, actor_of(member.id), Deed.LISTENING_AGREED, change_id)
    place = "second_by" if found.agreed_by else "first_by"
    if len(found.agreed_by) + 1 < NEEDED[found.kind]:
        _set(work, change_id, **{place: member.id})
        return Agreed.NOTED
    # Of two that were made from the same version and go live at once the database lets one through.
    _set(work, change_id, **{place: member.id}, version=found.base + 1, changed_at=work.now)
    audit.record(work, actor_of(member.id), Deed.LISTENING_CHANGED, change_id)
    return Agreed.LIVE


def refuse(work: Work, member: StaffMember, change_id: bytes) -> bool:
    """Refuse a proposal, or take the own one back; False if there is none any more."""
    if _load_for_deciding(work, change_id) is None:
        return False
    audit.record(work, actor_of(member.id), Deed.LISTENING_REFUSED, change_id)
    _remove(work, change_id)
    return True


def list_proposals(work: Work) -> list[Version]:
    """List what waits for others to agree, the oldest first."""
    waiting = listening_changes.c.version.is_(None) & (listening_changes.c.changed_at > work.now - LASTS)
    query = select(listening_changes).where(waiting).order_by(listening_changes.c.changed_at)
    return [_version(work, row) for row in work.data.execute(query)]


def list_versions(work: Work) -> list[Version]:
    """List what went live, the newest first."""
    went_live = listening_changes.c.version.is_not(None)
    query = select(listening_changes).where(went_live).order_by(listening_changes.c.version.desc())
    return [_version(work, row) for row in work.data.execute(query)]


def forget_old_proposals(work: Work) -> None:
    """Drop what nobody agreed to in time, with the key of its folder; the audit chain keeps that it was."""
    over = listening_changes.c.version.is_(None) & (listening_changes.c.changed_at <= work.now - LASTS)
    for row in work.data.execute(select(listening_changes.c.change_id).where(over)).all():
        _remove(work, row.change_id)


def _load_for_deciding(work: Work, change_id: bytes) -> Version | None:
    query = select(listening_changes).where(listening_changes.c.change_id == change_id).with_for_update()
    row = work.data.execute(query).first()
    found = None if row is None else _version(work, row)
    return None if found is None or found.version is not None or _is_over(work, found) else found


def _is_over(work: Work, found: Version) -> bool:
    return found.version is None and found.at <= work.now - LASTS


def _set(work: Work, change_id: bytes, **values: object) -> None:
    work.data.execute(update(listening_changes).where(listening_changes.c.change_id == change_id).values(**values))


def _remove(work: Work, change_id: bytes) -> None:
    work.data.execute(delete(listening_changes).where(listening_changes.c.change_id == change_id))
    work.vault.destroy_folder(FolderId(change_id))


def _version(work: Work, row: Row[Any]) -> Version:
    content = work.vault.open(FolderId(row.change_id), "listening_changes", "content", row.change_id, row.content)
    return Version(
        row.change_id,
        row.version,
        row.base,
        ChangeOf(row.kind),
        msgspec.json.decode(content, type=Content),
        hash_content(content),
        None if row.asked_by is None else StaffId(row.asked_by),
        tuple(StaffId(one) for one in (row.first_by, row.second_by) if one is not None),
        row.changed_at,
    )
