"""How often somebody may still try what could be guessed, counted for all processes together."""

from datetime import timedelta

from sqlalchemy import update

from storage.engine.inserting import insert_into
from storage.keeping.piecemeal import delete_some
from storage.tables import tries
from storage.transaction import Work

_MINUTE = timedelta(minutes=1)


def take(work: Work, index: bytes, most: int, seconds: float) -> bool:
    """Take one of so many tries, as many of which come back in `seconds`; False when none is left.

    `index`: a keyed hash of what is tried and from where.
    """
    full = {"remaining": float(most), "since": work.now, "full_at": work.now}
    put = insert_into(tries, work.data.dialect.name).values(tries_index=index, **full)
    # What is there stays as it is, but nobody else counts it before this step ends.
    held = put.on_conflict_do_update(index_elements=[tries.c.tries_index], set_={"remaining": tries.c.remaining})
    row = work.data.execute(held.returning(tries.c.remaining, tries.c.since)).one()
    gained = max(0.0, (work.now - row.since).total_seconds()) * most / seconds
    remaining = min(float(most), row.remaining + gained)
    if remaining < 1:
        return False
    wait = timedelta(seconds=(most - remaining + 1) * seconds / most)
    # The minute in which all are back is cut off at its beginning.
    left = {"remaining": remaining - 1, "since": work.now, "full_at": work.now + wait + _MINUTE}
    work.data.execute(update(tries).where(tries.c.tries_index == index).values(**left))
    return True


def forget_old(work: Work, *, most: int) -> int:
    """Forget some of those who have all tries again; return how many that were."""
    return delete_some(work.data, tries, tries.c.full_at <= work.now, most=most)
