"""How a data store fares: what waits, what was given up, what should be gone; numbers about nobody, without keys."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import Connection, bindparam, func, select, text

from storage.outbox import Lane
from storage.receiving.deliveries import date_of
from storage.sealing.sealed import Moment
from storage.tables import audit_head, audit_rows, outbox, reminders, seen, stumbles

_WAYS = tuple(
    (lane.value, channel) for lane in Lane if lane.value != "broadcast" for channel in ("telegram", "whatsapp")
)
_LOOKED_FOR = select(func.min(outbox.c.look_at)).where(
    outbox.c.state == "queued",
    outbox.c.lane == bindparam("lane"),
    outbox.c.channel == bindparam("channel"),
    outbox.c.look_at <= bindparam("now", type_=Moment),
)
_MARKS = 1_000
#: Rows of an older release have no time from which they may be taken, until they are looked at.
_KNOWN = reminders.c.free_at > datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Vitals:
    """Numbers of one look at a store.

    `letters`: by lane and state.  `reminders`: by progress.  `oldest_letter`, `oldest_reminder`: since when the one
    that is most overdue should have been sent; None when none is.  `dead`: deliveries given up.
    """

    letters: Mapping[tuple[str, str], int]
    oldest_letter: datetime | None
    reminders: Mapping[str, int]
    oldest_reminder: datetime | None
    dead: int


@dataclass(frozen=True, slots=True)
class Chain:
    """Where the audit chain ends, and since when its first unsigned row waits; None when all are signed."""

    rows: int
    unsigned: int
    unsigned_since: datetime | None


def read_vitals(data: Connection, now: datetime) -> Vitals:
    """Count everything; takes as long as there are rows that wait."""
    letters = data.execute(select(outbox.c.lane, outbox.c.state, func.count()).group_by(outbox.c.lane, outbox.c.state))
    progress = data.execute(select(reminders.c.state, func.count()).group_by(reminders.c.state))
    return Vitals(
        {(row[0], row[1]): row[2] for row in letters},
        oldest_letter(data, now),
        {row[0]: row[1] for row in progress},
        _oldest_reminder(data, now),
        count_dead(data),
    )


def oldest_letter(data: Connection, now: datetime) -> datetime | None:
    """Tell since when the longest waiting letter could have gone; None when none waits.

    Broadcasts are left out, which wait on purpose.  Quick at any size.
    """
    found = [
        data.execute(_LOOKED_FOR, {"lane": lane, "channel": channel, "now": now}).scalar() for lane, channel in _WAYS
    ]
    return min((since for since in found if since is not None), default=None)


def count_dead(data: Connection) -> int:
    """Count deliveries that were given up."""
    return data.execute(select(func.count()).select_from(stumbles).where(stumbles.c.dead)).scalar_one()


def prove_writing(data: Connection) -> None:
    """Change something that means nothing: a step that changes nothing succeeds on a full disk too."""
    if data.dialect.name != "sqlite":
        data.execute(text("SELECT pg_current_xact_id()"))
        return
    mark = int(data.exec_driver_sql("PRAGMA user_version").scalar_one())
    data.exec_driver_sql(f"PRAGMA user_version = {(mark + 1) % _MARKS}")


def read_chain(data: Connection) -> Chain:
    """Tell how much of the audit chain no checkpoint covers yet."""
    head = data.execute(select(audit_head)).first()
    if head is None:
        return Chain(0, 0, None)
    unsigned = head.sequence - head.checkpoint_sequence
    first = select(func.min(audit_rows.c.minute)).where(audit_rows.c.sequence > head.checkpoint_sequence)
    return Chain(head.sequence, unsigned, data.execute(first).scalar() if unsigned else None)


def oldest_delivery(data: Connection) -> date | None:
    """Return the day of the oldest delivery id that is remembered; the sweep lets them go after their days."""
    day = data.execute(select(func.min(seen.c.day))).scalar()
    return None if day is None else date_of(day)


def measure_skew(data: Connection, now: datetime) -> timedelta | None:
    """Measure how far the database's clock is ahead of ours; None where there is only one."""
    if data.dialect.name == "sqlite":
        return None
    theirs: datetime = data.execute(text("SELECT clock_timestamp()")).scalar_one()
    return theirs.astimezone(UTC) - now


def _oldest_reminder(data: Connection, now: datetime) -> datetime | None:
    due = select(func.min(reminders.c.free_at)).where(text("state = 'waiting'"), _KNOWN, reminders.c.free_at <= now)
    return data.execute(due).scalar()
