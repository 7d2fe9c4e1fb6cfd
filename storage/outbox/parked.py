"""Letters that are not sent by themselves any more: shown by a label, sent once more or dropped by whoever decides."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, delete, select, update

from storage.keeping.piecemeal import delete_some
from storage.outbox.letters import Lane, open_letter, seal_letter
from storage.tables import cases, outbox
from storage.transaction import Work

_LABEL_DIGITS = 8
_PARKED = outbox.c.state.in_(["failed", "uncertain"])


@dataclass(frozen=True, slots=True)
class Parked:
    """A letter nobody sends.

    `label`: made of its random id, tells nothing about anybody.  `state`: uncertain when it may have arrived, else
    failed.
    """

    label: str
    channel: str
    lane: Lane
    state: str
    attempts: int


def list_parked(work: Work) -> list[Parked]:
    """List what is parked, by label."""
    rows = work.data.execute(select(outbox).where(_PARKED).order_by(outbox.c.outbox_id))
    return [Parked(_label(row), row.channel, Lane(row.lane), row.state, row.attempts) for row in rows]


def retry_parked(work: Work, label: str) -> bool:
    """Let a parked letter be sent once more, with the mark of a second copy where it may have arrived.

    Return False when there is none of that label, when it cannot be opened, or when it is a broadcast's.
    """
    row = _find(work, label)
    letter = None if row is None else open_letter(work, row)
    if row is None or letter is None or letter.is_unrepeatable:
        return False
    body = seal_letter(
        work,
        letter.recipient,
        letter.id,
        letter.message,
        replace=letter.replace,
        clearing=letter.clearing,
        passing=letter.passing,
        again=letter.again or row.state == "uncertain",
    )
    values = {"state": "queued", "attempts": 0, "not_before": work.now, "look_at": work.now, "body": body}
    this = (outbox.c.outbox_id == letter.id) & _PARKED  # somebody else may just have let it go
    return work.data.execute(update(outbox).where(this).values(values)).rowcount == 1


def drop_parked(work: Work, label: str) -> bool:
    """Forget a parked letter; False when there is none of that label."""
    row = _find(work, label)
    if row is None:
        return False
    return work.data.execute(delete(outbox).where(outbox.c.outbox_id == row.outbox_id, _PARKED)).rowcount == 1


def forget_parked(work: Work, *, most: int) -> int:
    """Forget some of what was parked on its way to staff and speaks of a case that is gone; return how much."""
    of_no_case = outbox.c.about_id.is_not(None) & outbox.c.about_id.not_in(select(cases.c.case_id))
    return delete_some(work.data, outbox, _PARKED & of_no_case, most=most)


def _find(work: Work, label: str) -> Row[Any] | None:
    rows = work.data.execute(select(outbox).where(_PARKED)).all()
    return next((row for row in rows if _label(row) == label.lower()), None)


def _label(row: Row[Any]) -> str:
    return bytes(row.outbox_id).hex()[:_LABEL_DIGITS]
