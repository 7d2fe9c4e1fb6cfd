"""Two persons: what one member of staff wants, another one approves, bound to its exact content."""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final, Protocol

from sqlalchemy import ColumnElement, Row, delete, insert, or_, select, update

from storage.sealing.encryption import FolderId, new_id
from storage.tables import approvals
from storage.team.staffing import StaffId, StaffMember
from storage.trail import audit
from storage.trail.audit import Deed, actor_of
from storage.transaction import Work

#: How long a wish waits for a second person, and how long an approval may be used.
LASTS: Final = timedelta(hours=24)


class Kind(StrEnum):
    """What needs two persons."""

    ROLE_GRANT = "role_grant"
    BROADCAST = "broadcast"


class State(StrEnum):
    """How far a wish has come."""

    WAITING = "waiting"
    APPROVED = "approved"
    REFUSED = "refused"
    USED = "used"


class Answer(StrEnum):
    """What became of an attempt to decide or to use."""

    DONE = "done"
    OWN = "own"  # whoever asked cannot approve
    CHANGED = "changed"  # the content is not what was asked for or approved
    GONE = "gone"  # unknown, decided already, used already, or too old


@dataclass(frozen=True, slots=True)
class Approval:
    """A wish.  `content`: exactly what is wanted, as it is hashed.  `decided_by`: None while it waits."""

    id: bytes
    kind: Kind
    requested_by: StaffId
    content: bytes
    content_hash: bytes
    state: State
    decided_by: StaffId | None
    expires_at: datetime


class Wish(Protocol):
    """What a decision looks at: a wish at the desk, or one of the operator."""

    @property
    def requested_by(self) -> StaffId | None:
        """Whose wish it is; None for somebody without a name here."""
        ...

    @property
    def content(self) -> bytes:
        """What is wanted, as it is stored now."""
        ...

    @property
    def content_hash(self) -> bytes:
        """What the wish was bound to."""
        ...

    @property
    def state(self) -> State:
        """How far it has come."""
        ...


def hash_content(content: bytes) -> bytes:
    """Return what an approval is bound to."""
    return hashlib.sha256(content).digest()


def is_intact(content: bytes, content_hash: bytes, expected: bytes) -> bool:
    """Tell whether a content still has the hash it was asked for with, and whether that is the expected one."""
    stored = hmac.compare_digest(hash_content(content), content_hash)
    return stored and hmac.compare_digest(content_hash, expected)


def find_objection(wish: Wish | None, member: StaffMember, seen_hash: bytes, *, agrees: bool) -> Answer | None:
    """Tell why this person cannot decide on a wish now; None when they can.  `seen_hash`: of what they were shown."""
    if wish is None or wish.state is not State.WAITING:
        return Answer.GONE
    if agrees and wish.requested_by == member.id:
        return Answer.OWN
    if not is_intact(wish.content, wish.content_hash, seen_hash):
        return Answer.CHANGED
    return None


def request_approval(work: Work, member: StaffMember, kind: Kind, content: bytes) -> bytes:
    """Ask for a second person; return the id of the wish."""
    approval_id = new_id()
    sealed = work.vault.seal(FolderId(member.id), "approvals", "content", approval_id, content)
    work.data.execute(
        insert(approvals).values(
            approval_id=approval_id,
            kind=kind.value,
            requested_by=member.id,
            content=sealed,
            content_hash=hash_content(content),
            state=State.WAITING.value,
            expires_at=work.now + LASTS,
        )
    )
    audit.record(work, actor_of(member.id), Deed.APPROVAL_REQUESTED, approval_id)
    return approval_id


def decide(work: Work, member: StaffMember, approval_id: bytes, seen_hash: bytes, *, agrees: bool) -> Answer:
    """Approve or refuse what somebody else wants.

    `seen_hash`: of the content as it was shown.  Whoever asked may take the wish back but never approve it, under
    whatever session; whether this person's role may decide is for the caller to ask.
    """
    wish = load_approval(work, approval_id, lock=True)
    objection = find_objection(wish, member, seen_hash, agrees=agrees)
    if objection is not None:
        return objection
    state, deed = (State.APPROVED, Deed.APPROVAL_GIVEN) if agrees else (State.REFUSED, Deed.APPROVAL_REFUSED)
    decided = {"state": state.value, "decided_by": member.id, "expires_at": work.now + LASTS}
    work.data.execute(update(approvals).where(approvals.c.approval_id == approval_id).values(**decided))
    audit.record(work, actor_of(member.id), deed, approval_id)
    return Answer.DONE


def use_approval(work: Work, member: StaffMember, approval_id: bytes, kind: Kind, content: bytes) -> Answer:
    """Use an approval up, once, by whoever asked and for exactly this content."""
    wish = load_approval(work, approval_id, lock=True)
    if wish is None or (wish.kind, wish.requested_by) != (kind, member.id):
        return Answer.GONE
    if wish.state is not State.APPROVED or wish.decided_by == member.id:
        return Answer.GONE
    if not is_intact(wish.content, wish.content_hash, hash_content(content)):
        return Answer.CHANGED
    used = update(approvals).where(approvals.c.approval_id == approval_id).values(state=State.USED.value)
    work.data.execute(used)
    audit.record(work, actor_of(member.id), Deed.APPROVAL_USED, approval_id)
    return Answer.DONE


def load_approval(work: Work, approval_id: bytes, *, lock: bool = False) -> Approval | None:
    """Load a wish; None if there is none, or its time is over."""
    query = select(approvals).where(approvals.c.approval_id == approval_id, _is_fresh(work))
    row = work.data.execute(query.with_for_update() if lock else query).first()
    return None if row is None else _approval(work, row)


def list_pending(work: Work, kind: Kind) -> list[Approval]:
    """List what of a kind waits for a decision, or is approved and not used yet, soonest to end first."""
    of_kind = approvals.c.kind == kind.value
    pending = of_kind & approvals.c.state.in_([State.WAITING.value, State.APPROVED.value]) & _is_fresh(work)
    return [_approval(work, row) for row in work.data.execute(select(approvals).where(pending).order_by("expires_at"))]


def forget_old_approvals(work: Work) -> None:
    """Drop what was decided and used, and what nobody decided in time; the audit chain keeps that it was."""
    over = approvals.c.state.in_([State.USED.value, State.REFUSED.value])
    work.data.execute(delete(approvals).where(or_(over, ~_is_fresh(work))))


def _is_fresh(work: Work) -> ColumnElement[bool]:
    return approvals.c.expires_at > work.now


def _approval(work: Work, row: Row[Any]) -> Approval:
    content = work.vault.open(FolderId(row.requested_by), "approvals", "content", row.approval_id, row.content)
    return Approval(
        row.approval_id,
        Kind(row.kind),
        StaffId(row.requested_by),
        content,
        bytes(row.content_hash),
        State(row.state),
        None if row.decided_by is None else StaffId(row.decided_by),
        row.expires_at,
    )
