"""What is due when: check-ins as rows, claimed by lease, each occasion at most once."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    Row,
    Select,
    Update,
    bindparam,
    delete,
    func,
    insert,
    literal_column,
    select,
    update,
)
from sqlalchemy.sql.dml import ReturningUpdate

from storage.clients.people import ClientId
from storage.sealing.encryption import new_id
from storage.sealing.sealed import Minute
from storage.tables import reminders
from storage.transaction import Work

LEASE = timedelta(minutes=5)
#: Nobody takes a reminder, or puts it off, for longer; whoever did had a clock that was wrong.
LONGEST_WAIT = timedelta(days=1)


class Progress(StrEnum):
    """How far a reminder has come.

    `DROPPED`: not wanted, or it could not be sent.  `SKIPPED`: too late, the next occasion asks.  `MERGED`: another one
    spoke for it.
    """

    WAITING = "waiting"
    SENT = "sent"
    ANSWERED = "answered"
    MISSED = "missed"
    DROPPED = "dropped"
    SKIPPED = "skipped"
    MERGED = "merged"
    REDUCED = "reduced"


@dataclass(frozen=True, slots=True)
class Reminder:
    """One occasion.

    `kind`: flow that asks.  `slot`: names the occasion, unique per client.  `taken`: how often it was claimed, this
    time included; whoever holds an older number has lost the lease and settles nothing.
    """

    id: bytes
    client_id: ClientId
    case_id: bytes | None
    kind: str
    slot: str
    due_at: datetime
    taken: int


def _is_in(progress: Progress) -> ColumnElement[bool]:
    # Written out, because a database uses a partial index only for a condition it can read.
    return reminders.c.state == literal_column(f"'{progress.value}'")


_IS_WAITING, _IS_SENT = _is_in(Progress.WAITING), _is_in(Progress.SENT)
_IS_PUT_OFF = _IS_WAITING & (reminders.c.free_at > reminders.c.due_at)
_NOBODY = datetime.fromtimestamp(0, UTC)
_NOW = bindparam("now", type_=Minute)
_IS_NOBODYS = (reminders.c.leased_until <= _NOW) | (reminders.c.leased_until > bindparam("longest", type_=Minute))
#: Where PostgreSQL keeps a row, so that it need not look it up; a row that is locked is moved by nobody else.
_PLACE = "reminders.ctid"
#: In the order of the fields of a `Reminder`.
_TOLD = [reminders.c[name] for name in ("reminder_id", "client_id", "case_id", "kind", "slot", "due_at", "taken")]


def _claim(name: ColumnElement[Any], choose: Callable[[Select[Any]], ColumnElement[bool]]) -> ReturningUpdate[Any]:
    free = (
        select(name)
        .where(_IS_WAITING, reminders.c.free_at <= _NOW, _IS_NOBODYS)
        .order_by(reminders.c.free_at)
        .limit(bindparam("most", type_=Integer))
        .with_for_update(skip_locked=True)
        .cte("free")
    )
    lease = {"leased_until": bindparam("until", type_=Minute), "taken": reminders.c.taken + 1}
    return update(reminders).where(choose(select(free))).values(lease).returning(*_TOLD)


def _lies_at(places: Select[Any]) -> ColumnElement[bool]:
    return literal_column(_PLACE) == func.any(func.array(places.scalar_subquery()))


_CLAIM = {
    "sqlite": _claim(reminders.c.reminder_id, reminders.c.reminder_id.in_),
    "postgresql": _claim(literal_column(_PLACE).label("place"), _lies_at),
}
#: What counts as having been asked: answered or not.
_ASKED = (Progress.SENT.value, Progress.ANSWERED.value, Progress.MISSED.value)


def schedule(
    work: Work, client_id: ClientId, case_id: bytes | None, occasions: Iterable[tuple[str, str, datetime]]
) -> None:
    """Schedule occasions (kind, slot, due time); a slot that exists already stays as it is."""
    known = select(reminders.c.slot).where(reminders.c.client_id == client_id)
    taken = {row[0] for row in work.data.execute(known)}
    rows = [
        {
            "reminder_id": new_id(),
            "client_id": client_id,
            "case_id": case_id,
            "kind": kind,
            "slot": slot,
            "due_at": due_at,
            "free_at": due_at,
            "taken": 0,
            "state": Progress.WAITING.value,
        }
        for kind, slot, due_at in occasions
        if slot not in taken
    ]
    if rows:
        work.data.execute(insert(reminders), rows)


def claim_due(work: Work, *, most: int) -> list[Reminder]:
    """Take reminders whose time has come, those that wait longest first; each is taken by one worker for five minutes.

    What is taken is walked over until it is settled: settle it before taking more.  One of an older release may be
    taken before it is due: put it off.
    """
    asked = {"now": work.now, "most": most, "until": work.now + LEASE, "longest": work.now + LONGEST_WAIT}
    rows = work.data.execute(_CLAIM[work.data.dialect.name], asked).all()
    return sorted(map(_reminder, rows), key=lambda reminder: (reminder.due_at, reminder.id))


def waiting_with(work: Work, reminder: Reminder) -> list[Reminder]:
    """List what else is due for the same person and not settled."""
    theirs = (reminders.c.client_id == reminder.client_id) & (reminders.c.reminder_id != reminder.id)
    due = theirs & _IS_WAITING & (reminders.c.due_at <= work.now)
    return [_reminder(row) for row in work.data.execute(select(*_TOLD).where(due))]


def find_waiting(work: Work, client_id: ClientId, kind: str) -> Reminder | None:
    """Find what is still to come of a kind for a person; None if nothing is."""
    theirs = (reminders.c.client_id == client_id) & (reminders.c.kind == kind)
    row = work.data.execute(select(*_TOLD).where(theirs, _IS_WAITING).limit(1)).first()
    return None if row is None else _reminder(row)


def load(work: Work, reminder_id: bytes) -> Reminder | None:
    """Load one that is still to come; None if it is not there any more."""
    row = work.data.execute(select(*_TOLD).where(reminders.c.reminder_id == reminder_id, _IS_WAITING)).first()
    return None if row is None else _reminder(row)


def was_asked_since(work: Work, client_id: ClientId, moment: datetime) -> bool:
    """Tell whether a person was sent a reminder after a time; by a clock that was ahead counts too."""
    theirs = (reminders.c.client_id == client_id) & reminders.c.state.in_(_ASKED)
    lately = select(reminders.c.reminder_id).where(theirs, reminders.c.due_at > moment).limit(1)
    return work.data.execute(lately).first() is not None


def settle(work: Work, reminder: Reminder, progress: Progress) -> bool:
    """Note what became of a claimed reminder; False if the lease was lost, and then nothing is changed."""
    return _change(work, _mine(reminder).values(state=progress.value))


def drop(work: Work, reminder: Reminder) -> bool:
    """Delete a claimed reminder, so that nothing tells it was there; False if the lease was lost."""
    mine = (reminders.c.reminder_id == reminder.id) & (reminders.c.taken == reminder.taken)
    return work.data.execute(delete(reminders).where(mine, _IS_WAITING)).rowcount == 1


def mark_sent(work: Work, reminder: Reminder) -> bool:
    """Note that a claimed reminder is sent now, from which silence counts; False if the lease was lost."""
    return _change(work, _mine(reminder).values(state=Progress.SENT.value, due_at=work.now))


def shift(work: Work, reminder: Reminder, due_at: datetime) -> bool:
    """Move a claimed reminder to a time at which it may be sent; False if the lease was lost."""
    return _change(work, _mine(reminder).values(due_at=due_at, free_at=due_at, leased_until=_NOBODY))


def put_off(work: Work, reminder: Reminder, until: datetime) -> bool:
    """Leave a claimed reminder alone for a while; how late it is goes on counting.  False if the lease was lost."""
    return _change(work, _mine(reminder).values(free_at=until, leased_until=_NOBODY))


def note_missed(work: Work, reminder: Reminder) -> bool:
    """Note that one that was sent got no answer; False if it is not open any more."""
    row = update(reminders).where(reminders.c.reminder_id == reminder.id, _IS_SENT)
    return _change(work, row.values(state=Progress.MISSED.value))


def answer_latest(work: Work, client_id: ClientId, kind: str) -> None:
    """Note that the person answered what was sent last."""
    sent = (reminders.c.client_id == client_id) & (reminders.c.kind == kind)
    open_ones = sent & reminders.c.state.in_([Progress.SENT.value, Progress.MISSED.value])
    work.data.execute(update(reminders).where(open_ones).values(state=Progress.ANSWERED.value))


def unanswered(work: Work, kind: str, before: datetime, *, most: int) -> list[Reminder]:
    """List reminders of a kind that were sent before a time and got no answer, the oldest first."""
    silent = _IS_SENT & (reminders.c.kind == kind) & (reminders.c.due_at < before)
    rows = work.data.execute(select(*_TOLD).where(silent).order_by(reminders.c.due_at).limit(most))
    return list(map(_reminder, rows))


def free_stranded(work: Work, *, most: int) -> int:
    """Free some of what a clock that was ahead has put off, and would keep until that time comes; return how many."""
    far = _IS_PUT_OFF & (reminders.c.free_at > work.now + LONGEST_WAIT)
    some = reminders.c.reminder_id.in_(select(reminders.c.reminder_id).where(far).limit(most))
    return work.data.execute(update(reminders).where(some).values(free_at=reminders.c.due_at)).rowcount


def forget_case(work: Work, case_id: bytes) -> None:
    """Ask nothing more about a case, and wait for no answer: nobody follows it up any more."""
    unsettled = reminders.c.state.in_([Progress.WAITING.value, Progress.SENT.value])
    work.data.execute(delete(reminders).where(reminders.c.case_id == case_id, unsettled))


def drop_open(work: Work, client_id: ClientId) -> None:
    """Wait no longer for an answer to what was sent: the person has said what they want."""
    sent = (reminders.c.client_id == client_id) & (reminders.c.state == Progress.SENT.value)
    work.data.execute(update(reminders).where(sent).values(state=Progress.DROPPED.value))


def forget_waiting(work: Work, client_id: ClientId) -> None:
    """Delete what is still to come for a client, so that another plan, or the same one anew, takes its place."""
    waiting = (reminders.c.client_id == client_id) & (reminders.c.state == Progress.WAITING.value)
    work.data.execute(delete(reminders).where(waiting))


def count_waiting(work: Work, client_id: ClientId) -> int:
    """Count what is still to come for a client."""
    waiting = (reminders.c.client_id == client_id) & (reminders.c.state == Progress.WAITING.value)
    return work.data.execute(select(func.count()).select_from(reminders).where(waiting)).scalar_one()


def _mine(reminder: Reminder) -> Update:
    this = (reminders.c.reminder_id == reminder.id) & _IS_WAITING
    return update(reminders).where(this, reminders.c.taken == reminder.taken)


def _change(work: Work, change: Update) -> bool:
    return work.data.execute(change).rowcount == 1


def _reminder(row: Row[*tuple[Any, ...]]) -> Reminder:
    return Reminder(*row)
