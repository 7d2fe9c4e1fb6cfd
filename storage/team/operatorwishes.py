"""What the operator wants done with the whole house, until somebody at the desk has agreed to exactly that."""

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, delete, insert, select, update

from storage.sealing.encryption import FolderId, new_id
from storage.tables import operator_wishes
from storage.team.approvals import LASTS, Answer, State, find_objection, hash_content, is_intact
from storage.team.staffing import StaffId, StaffMember
from storage.trail import audit
from storage.trail.audit import OPERATOR, Deed, Detail, actor_of
from storage.transaction import Work


@dataclass(frozen=True, slots=True)
class OperatorWish:
    """A wish.  `requested_by`: the operator's own desk, None without one.  `decided_by`: None while it waits."""

    id: bytes
    requested_by: StaffId | None
    content: bytes
    content_hash: bytes
    state: State
    decided_by: StaffId | None
    expires_at: datetime

    @property
    def code(self) -> str:
        """Return what two people can read to each other to be sure that they speak of the same wish."""
        digest = hashlib.sha256(self.id + self.content_hash).digest()
        code = base64.b32encode(digest[:5]).decode()
        return f"{code[:4]}-{code[4:]}"


def ask(work: Work, asked_as: StaffId | None, content: bytes, said: Mapping[str, str]) -> OperatorWish:
    """Ask for a second person.  `said`: what the audit chain says of it, never anything about a client."""
    wish = OperatorWish(new_id(), asked_as, content, hash_content(content), State.WAITING, None, work.now + LASTS)
    folder = FolderId(wish.id)
    work.vault.create_folder(folder)
    row = {
        "wish_id": wish.id,
        "asked_as": asked_as,
        "content": work.vault.seal(folder, "operator_wishes", "content", wish.id, content),
        "content_hash": wish.content_hash,
        "state": wish.state.value,
        "expires_at": wish.expires_at,
    }
    work.data.execute(insert(operator_wishes).values(**row))
    audit.record(work, OPERATOR, Deed.APPROVAL_REQUESTED, wish.id, Detail(folder, said))
    return wish


def decide(work: Work, member: StaffMember, wish_id: bytes, seen_hash: bytes, *, agrees: bool) -> Answer:
    """Approve or refuse what the operator wants.

    `seen_hash`: of the content as it was shown.  The operator never approves under their own name; whether a role may
    decide is for the caller to ask.
    """
    wish = load(work, wish_id, lock=True)
    objection = find_objection(wish, member, seen_hash, agrees=agrees)
    if objection is not None:
        return objection
    state, deed = (State.APPROVED, Deed.APPROVAL_GIVEN) if agrees else (State.REFUSED, Deed.APPROVAL_REFUSED)
    _set(work, wish_id, state=state.value, decided_by=member.id, expires_at=work.now + LASTS)
    audit.record(work, actor_of(member.id), deed, wish_id)
    return Answer.DONE


def use(work: Work, wish: OperatorWish) -> Answer:
    """Use an approval up, once; only what is stored now under the wish, and was approved, counts."""
    stored = load(work, wish.id, lock=True)
    if stored is None or stored.state is not State.APPROVED or stored.decided_by == stored.requested_by:
        return Answer.GONE
    if not is_intact(stored.content, stored.content_hash, hash_content(wish.content)):
        return Answer.CHANGED
    _set(work, wish.id, state=State.USED.value)
    audit.record(work, OPERATOR, Deed.APPROVAL_USED, wish.id)
    return Answer.DONE


def drop(work: Work, wish: OperatorWish) -> None:
    """Let go of a refused wish once the operator has heard of it, so that the same can be asked again."""
    work.data.execute(delete(operator_wishes).where(operator_wishes.c.wish_id == wish.id))


def load(work: Work, wish_id: bytes, *, lock: bool = False) -> OperatorWish | None:
    """Load a wish; None if there is none, or its time is over."""
    query = select(operator_wishes).where(operator_wishes.c.wish_id == wish_id, _is_fresh(work))
    row = work.data.execute(query.with_for_update() if lock else query).first()
    return None if row is None else _wish(work, row)


def list_fresh(work: Work) -> list[OperatorWish]:
    """List what waits, or was decided and not used yet, soonest to end first."""
    unused = operator_wishes.c.state != State.USED.value
    query = select(operator_wishes).where(unused, _is_fresh(work)).order_by(operator_wishes.c.expires_at)
    return [_wish(work, row) for row in work.data.execute(query)]


def forget_old(work: Work) -> None:
    """Drop what was used, and what nobody decided in time; the audit chain keeps that it was."""
    over = (operator_wishes.c.state == State.USED.value) | ~_is_fresh(work)
    work.data.execute(delete(operator_wishes).where(over))


def _set(work: Work, wish_id: bytes, **values: object) -> None:
    work.data.execute(update(operator_wishes).where(operator_wishes.c.wish_id == wish_id).values(**values))


def _is_fresh(work: Work) -> ColumnElement[bool]:
    return operator_wishes.c.expires_at > work.now


def _wish(work: Work, row: Row[Any]) -> OperatorWish:
    folder = FolderId(row.wish_id)
    return OperatorWish(
        row.wish_id,
        None if row.asked_as is None else StaffId(row.asked_as),
        work.vault.open(folder, "operator_wishes", "content", row.wish_id, row.content),
        bytes(row.content_hash),
        State(row.state),
        None if row.decided_by is None else StaffId(row.decided_by),
        row.expires_at,
    )
