"""How often somebody may still try what could be guessed, counted for all processes together."""

from datetime import timedelta

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite

from storage.tables import tries
from storage.transaction import Work

_MINUTE = timedelta(minutes=1)


def take(work: Work, index: bytes, most: int, seconds: float) -> bool:
    """Take one of so many tries, as many of which come back in `seconds`; False when none is left.

    `index`: a keyed hash of what is tried and from where.
    """
    row = work.data.execute(select(tries).where(tries.c.tries_index == index).with_for_update()).first()
    remaining = float(most)
    if row is not None:
        gained = max(0.0, (work.now - row.since).total_seconds()) * most / seconds
        remaining = min(float(most), row.remaining + gained)
    if remaining < 1:
        return False
    wait = timedelta(seconds=(most - remaining + 1) * seconds / most)
    # The minute in which all are back is cut off at its beginning.
    left = {"remaining": remaining - 1, "since": work.now, "full_at": work.now + wait + _MINUTE}
    insert = sqlite.insert if work.data.dialect.name == "sqlite" else postgresql.insert
    statement = insert(tries).values(tries_index=index, **left)
    work.data.execute(statement.on_conflict_do_update(index_elements=[tries.c.tries_index], set_=left))
    return True


def forget_old(work: Work) -> int:
    """Forget who has all tries again; return how many that were."""
    return work.data.execute(delete(tries).where(tries.c.full_at <= work.now)).rowcount
