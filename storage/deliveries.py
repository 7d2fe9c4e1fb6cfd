"""What has arrived already, what failed while being handled, and how far polling has come."""

from datetime import date, datetime, timedelta

from sqlalchemy import delete, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from storage.tables import seen, stumbles
from storage.transaction import Work

MAX_ATTEMPTS = 5

# Built once: this is on the way of every message.
_MARK_SEEN = {
    "sqlite": sqlite.insert(seen).on_conflict_do_nothing().returning(seen.c.day),
    "postgresql": postgresql.insert(seen).on_conflict_do_nothing().returning(seen.c.day),
}


def is_new(work: Work, index: bytes) -> bool:
    """Mark a delivery as seen; False if it was seen before."""
    marked = work.data.execute(_MARK_SEEN[work.data.dialect.name], {"delivery_index": index, "day": day_of(work.now)})
    return marked.first() is not None


def stumble(work: Work, index: bytes, channel: str, error_class: str) -> bool:
    """Count a delivery that failed; True when it is given up and will not be taken again."""
    attempts = work.data.execute(select(stumbles.c.attempts).where(stumbles.c.delivery_index == index)).scalar()
    if attempts is None:
        work.data.execute(
            insert(stumbles).values(
                delivery_index=index,
                channel=channel,
                attempts=1,
                error_class=error_class,
                dead=False,
                day=day_of(work.now),
            )
        )
        return False
    dead = bool(attempts + 1 >= MAX_ATTEMPTS)
    row = update(stumbles).where(stumbles.c.delivery_index == index)
    work.data.execute(row.values(attempts=attempts + 1, error_class=error_class, dead=dead))
    if dead:
        is_new(work, index)
    return dead


def note_told(work: Work, index: bytes) -> bool:
    """Note that whoever sent a delivery is told now that it was given up; False if it was not, or they know."""
    untold = (stumbles.c.delivery_index == index) & stumbles.c.dead & ~stumbles.c.told
    return work.data.execute(update(stumbles).where(untold).values(told=True)).rowcount > 0


def forget_old(work: Work, days: int, *, most: int) -> int:
    """Forget some deliveries that old; return how many.  `days` must be longer than any platform repeats them."""
    oldest = day_of(work.now) - days
    old = select(seen.c.delivery_index).where(seen.c.day < oldest).limit(most)
    work.data.execute(delete(stumbles).where(stumbles.c.day < oldest))
    return work.data.execute(delete(seen).where(seen.c.delivery_index.in_(old))).rowcount


def day_of(moment: datetime) -> int:
    """Count days since 1970-01-01, in UTC."""
    return int(moment.timestamp() // 86_400)


def date_of(day: int) -> date:
    """Return the date of a day counted since 1970-01-01."""
    return date(1970, 1, 1) + timedelta(days=day)
