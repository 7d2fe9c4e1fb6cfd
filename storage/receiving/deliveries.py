"""What has arrived already, what failed while being handled, and how far polling has come."""

from datetime import date, datetime, timedelta
from functools import cache

from sqlalchemy import delete, select, update

from storage.engine.inserting import insert_into
from storage.engine.prepared import Prepared
from storage.tables import seen, stumbles
from storage.transaction import Work

MAX_ATTEMPTS = 5


def is_new(work: Work, index: bytes) -> bool:
    """Mark a delivery as seen; False if it was seen before."""
    marked = _mark_seen(work.data.dialect.name).change(work, {"delivery_index": index, "day": day_of(work.now)})
    return marked == 1


def stumble(work: Work, index: bytes, channel: str, error_class: str) -> bool:
    """Count a delivery that failed; True when it is given up and will not be taken again."""
    first = {"channel": channel, "attempts": 1, "error_class": error_class, "dead": False, "day": day_of(work.now)}
    put = insert_into(stumbles, work.data.dialect.name).values(delivery_index=index, **first)
    attempts = stumbles.c.attempts + 1
    again = {"attempts": attempts, "error_class": error_class, "dead": attempts >= MAX_ATTEMPTS}
    counted = put.on_conflict_do_update(index_elements=[stumbles.c.delivery_index], set_=again)
    dead = bool(work.data.execute(counted.returning(stumbles.c.dead)).scalar_one())
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


@cache
def _mark_seen(dialect: str) -> Prepared:
    return Prepared(insert_into(seen, dialect).on_conflict_do_nothing(), ("delivery_index", "day"))
