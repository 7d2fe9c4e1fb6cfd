"""Leases by which one process at a time does what must not be done twice at once."""

from dataclasses import dataclass
from enum import IntEnum

from sqlalchemy import BigInteger, ColumnElement, cast, func, literal_column, select, update

from storage.engine.inserting import insert_into
from storage.errors import StorageError
from storage.tables import duties
from storage.transaction import Work

_EPOCH_JULIAN_DAY = 2_440_587.5


class DutyLost(StorageError):
    """Another process has the duty by now; nothing of this step was stored."""


class Alone(IntEnum):
    """Steps that processes take one after the other; the numbers are arbitrary, and the same in every release."""

    FIRST_STAFF = 0x57A0
    RETENTION = 0x57A1


@dataclass(frozen=True, slots=True)
class Term:
    """One process's time with a duty.  `holder`: 16 random bytes of the process.  `fence`: grows with every term."""

    name: str
    holder: bytes
    fence: int


def take(work: Work, name: str, holder: bytes, seconds: float) -> Term | None:
    """Take a duty nobody has, for so long; None while somebody has it.

    A row somebody else's transaction has locked counts as taken: whoever takes must not wait behind a process that
    was stopped in the middle of a step.  A lease that ends later than any can was made before the database's clock
    went back, and counts as over.
    """
    _make(work, name)
    length, now = round(seconds * 1000), _now(work)
    is_free = (duties.c.until_ms <= now) | (duties.c.until_ms > now + 2 * length)
    free = select(duties.c.name).where(duties.c.name == name, is_free)
    fence = work.data.execute(
        update(duties)
        .where(duties.c.name.in_(free.with_for_update(skip_locked=True)))
        .values(holder=holder, fence=duties.c.fence + 1, until_ms=now + length)
        .returning(duties.c.fence)
    ).scalar()
    return None if fence is None else Term(name, holder, fence)


def renew(work: Work, term: Term, seconds: float) -> bool:
    """Have a duty for so long from now; False when the lease ended before, even if nobody has taken it."""
    kept = work.data.execute(
        update(duties)
        .where(_is(term), duties.c.until_ms > _now(work))
        .values(until_ms=_now(work) + round(seconds * 1000))
    )
    return kept.rowcount > 0


def give_back(work: Work, term: Term) -> None:
    """End a term before its time, so that the next process need not wait; harmless when it is over already."""
    work.data.execute(update(duties).where(_is(term)).values(until_ms=0))


def check(work: Work, term: Term) -> None:
    """Raise DutyLost unless nobody has taken the duty since; until the end of this step nobody can."""
    held = select(duties.c.fence).where(_is(term)).with_for_update(read=True)
    if work.data.execute(held).first() is None:
        raise DutyLost(f"another process has the duty {term.name} by now; it does what is left")


def go_alone(work: Work, step: Alone) -> None:
    """Let no other process into the same step before this one ends; on SQLite no step runs beside another."""
    if work.data.dialect.name != "sqlite":
        work.data.execute(select(func.pg_advisory_xact_lock(step)))


def list_held(work: Work) -> list[str]:
    """List the duties some process has now."""
    found = select(duties.c.name).where(duties.c.until_ms > _now(work)).order_by(duties.c.name)
    return list(work.data.execute(found).scalars())


def _make(work: Work, name: str) -> None:
    if work.data.execute(select(duties.c.name).where(duties.c.name == name)).first() is not None:
        return
    nobody = {"name": name, "holder": bytes(16), "fence": 0, "until_ms": 0}
    work.data.execute(insert_into(duties, work.data.dialect.name).values(nobody).on_conflict_do_nothing())


def _is(term: Term) -> ColumnElement[bool]:
    return (duties.c.name == term.name) & (duties.c.holder == term.holder) & (duties.c.fence == term.fence)


def _now(work: Work) -> ColumnElement[int]:
    """Read the database's own clock, in milliseconds: the only one all processes share."""
    if work.data.dialect.name == "sqlite":
        return cast((func.julianday("now") - _EPOCH_JULIAN_DAY) * 86_400_000, BigInteger)
    return literal_column("(extract(epoch FROM clock_timestamp()) * 1000)::bigint", BigInteger)
