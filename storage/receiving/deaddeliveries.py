"""Deliveries that were given up: what failed by its class, for nothing that was said is kept."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import delete, select

from storage.receiving.deliveries import date_of
from storage.tables import stumbles
from storage.transaction import Work

_LABEL_DIGITS = 8


@dataclass(frozen=True, slots=True)
class Dead:
    """A delivery that was given up.

    `label`: made of a keyed hash of its id, tells nothing about anybody.  `error`: the class of what went wrong last.
    """

    label: str
    channel: str
    day: date
    attempts: int
    error: str


def list_dead(work: Work) -> list[Dead]:
    """List what was given up, oldest first."""
    rows = work.data.execute(
        select(stumbles).where(stumbles.c.dead).order_by(stumbles.c.day, stumbles.c.delivery_index)
    )
    return [
        Dead(_label(row.delivery_index), row.channel, date_of(row.day), row.attempts, row.error_class or "")
        for row in rows
    ]


def drop_dead(work: Work, label: str) -> bool:
    """Forget a delivery that was given up; False when there is none of that label."""
    found = work.data.execute(select(stumbles.c.delivery_index).where(stumbles.c.dead)).scalars()
    index = next((index for index in found if _label(index) == label.lower()), None)
    if index is not None:
        work.data.execute(delete(stumbles).where(stumbles.c.delivery_index == index))
    return index is not None


def _label(index: bytes) -> str:
    return bytes(index).hex()[:_LABEL_DIGITS]
