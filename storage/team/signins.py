"""Signed-in desks: sessions that end when idle, after a working day, and at once when they are revoked."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, insert, or_, select, update

from storage.tables import staff_sessions
from storage.team.staffing import StaffId, StaffMember, hash_token, load_staff
from storage.transaction import Work

IDLE = timedelta(minutes=15)
LONGEST = timedelta(hours=8)


@dataclass(frozen=True, slots=True)
class Session:
    """A desk that is signed in.  `id`: a hash that signs nobody in.  `is_this`: the one that asked."""

    id: bytes
    started_at: datetime
    last_seen_at: datetime
    is_this: bool


def start_session(work: Work, staff_id: StaffId) -> str:
    """Sign somebody in at the desk; return the secret for the cookie."""
    token = secrets.token_urlsafe(32)
    work.data.execute(
        insert(staff_sessions).values(
            token_hash=hash_token(token), staff_id=staff_id, started_at=work.now, last_seen_at=work.now
        )
    )
    return token


def use_session(work: Work, token: str) -> StaffMember | None:
    """Return who is signed in and keep the session alive; None when it is over."""
    row = work.data.execute(select(staff_sessions).where(staff_sessions.c.token_hash == hash_token(token))).first()
    if row is None:
        return None
    if _is_over(row.started_at, row.last_seen_at, work.now):
        end_session(work, token)
        return None
    here = update(staff_sessions).where(staff_sessions.c.token_hash == row.token_hash)
    work.data.execute(here.values(last_seen_at=work.now))
    return load_staff(work, row.staff_id)


def watch_session(work: Work, token: str) -> StaffMember | None:
    """Return who is signed in without keeping the session alive; None when it is over."""
    row = work.data.execute(select(staff_sessions).where(staff_sessions.c.token_hash == hash_token(token))).first()
    over = row is None or _is_over(row.started_at, row.last_seen_at, work.now)
    return None if row is None or over else load_staff(work, row.staff_id)


def list_sessions(work: Work, staff_id: StaffId, token: str) -> list[Session]:
    """List the sessions of somebody that are not over, newest first; `token` is that of the session that asks."""
    rows = work.data.execute(select(staff_sessions).where(staff_sessions.c.staff_id == staff_id))
    this = hash_token(token)
    sessions = [
        Session(row.token_hash, row.started_at, row.last_seen_at, row.token_hash == this)
        for row in rows
        if not _is_over(row.started_at, row.last_seen_at, work.now)
    ]
    return sorted(sessions, key=lambda session: session.started_at, reverse=True)


def end_session(work: Work, token: str) -> None:
    """Sign out."""
    work.data.execute(delete(staff_sessions).where(staff_sessions.c.token_hash == hash_token(token)))


def end_own_session(work: Work, staff_id: StaffId, session_id: bytes) -> bool:
    """Sign out another desk of the same person; False if it is not theirs or over already."""
    own = (staff_sessions.c.token_hash == session_id) & (staff_sessions.c.staff_id == staff_id)
    return work.data.execute(delete(staff_sessions).where(own)).rowcount == 1


def forget_old_sessions(work: Work) -> None:
    """Drop sessions whose time is over."""
    over = or_(staff_sessions.c.started_at < work.now - LONGEST, staff_sessions.c.last_seen_at < work.now - IDLE)
    work.data.execute(delete(staff_sessions).where(over))


def _is_over(started_at: datetime, last_seen_at: datetime, now: datetime) -> bool:
    return now - started_at > LONGEST or now - last_seen_at > IDLE
