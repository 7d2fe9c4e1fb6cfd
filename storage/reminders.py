"""What is due when: check-ins as rows, claimed by lease, each occasion at most once."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import delete, func, insert, select, update

from storage.encryption import new_id
from storage.people import ClientId
from storage.tables import reminders
from storage.transaction import Work

LEASE = timedelta(minutes=5)


class Progress(StrEnum):
    """How far a reminder has come."""

    WAITING = "waiting"
    SENT = "sent"
    ANSWERED = "answered"
    MISSED = "missed"
    DROPPED = "dropped"
    REDUCED = "reduced"


@dataclass(frozen=True, slots=True)
class Reminder:
    """One occasion.  `kind`: flow that asks.  `slot`: names the occasion, unique per client."""

    id: bytes
    client_id: ClientId
    case_id: bytes | None
    kind: str
    slot: str
    due_at: datetime


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
            "state": Progress.WAITING.value,
        }
        for kind, slot, due_at in occasions
        if slot not in taken
    ]
    if rows:
        work.data.execute(insert(reminders), rows)


def claim_due(work: Work, *, most: int) -> list[Reminder]:
    """Take reminders whose time has come, oldest first; each is taken by one worker for five minutes."""
    free = reminders.c.lease_until.is_(None) | (reminders.c.lease_until < work.now)
    due = (reminders.c.state == Progress.WAITING.value) & (reminders.c.due_at <= work.now) & free
    query = select(reminders).where(due).order_by(reminders.c.due_at).limit(most).with_for_update(skip_locked=True)
    rows = work.data.execute(query).all()
    if rows:
        taken = update(reminders).where(reminders.c.reminder_id.in_([row.reminder_id for row in rows]))
        work.data.execute(taken.values(lease_until=work.now + LEASE))
    return [
        Reminder(row.reminder_id, ClientId(row.client_id), row.case_id, row.kind, row.slot, row.due_at) for row in rows
    ]


def has_newer(work: Work, reminder: Reminder) -> bool:
    """Tell whether a later one of the same kind is due for the same person too, so that this one need not be sent."""
    same = (reminders.c.client_id == reminder.client_id) & (reminders.c.kind == reminder.kind)
    due = same & (reminders.c.state == Progress.WAITING.value) & (reminders.c.due_at <= work.now)
    newest = select(reminders.c.reminder_id).where(due)
    newest = newest.order_by(reminders.c.due_at.desc(), reminders.c.reminder_id.desc()).limit(1)
    return work.data.execute(newest).scalar() not in {None, reminder.id}


def note(work: Work, reminder: Reminder, progress: Progress) -> None:
    """Note how far a reminder has come."""
    row = update(reminders).where(reminders.c.reminder_id == reminder.id)
    work.data.execute(row.values(state=progress.value, lease_until=None))


def mark_sent(work: Work, reminder: Reminder) -> None:
    """Note that a reminder is sent now; how long it stays unanswered is counted from here."""
    row = update(reminders).where(reminders.c.reminder_id == reminder.id)
    work.data.execute(row.values(state=Progress.SENT.value, due_at=work.now, lease_until=None))


def shift(work: Work, reminder: Reminder, due_at: datetime) -> None:
    """Move a reminder to a time at which it may be sent."""
    row = update(reminders).where(reminders.c.reminder_id == reminder.id)
    work.data.execute(row.values(due_at=due_at, lease_until=None))


def answer_latest(work: Work, client_id: ClientId, kind: str) -> None:
    """Note that the person answered what was sent last."""
    sent = (reminders.c.client_id == client_id) & (reminders.c.kind == kind)
    open_ones = sent & reminders.c.state.in_([Progress.SENT.value, Progress.MISSED.value])
    work.data.execute(update(reminders).where(open_ones).values(state=Progress.ANSWERED.value))


def unanswered(work: Work, kind: str, before: datetime) -> list[Reminder]:
    """List reminders of a kind that were sent before a time and got no answer."""
    silent = (reminders.c.kind == kind) & (reminders.c.state == Progress.SENT.value) & (reminders.c.due_at < before)
    rows = work.data.execute(select(reminders).where(silent))
    return [
        Reminder(row.reminder_id, ClientId(row.client_id), row.case_id, row.kind, row.slot, row.due_at) for row in rows
    ]


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
