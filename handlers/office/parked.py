"""What is not sent or not taken by itself any more: shown without a word of it, and decided on with a trace."""

from collections.abc import Iterator
from dataclasses import dataclass

from storage import outbox
from storage.receiving import deaddeliveries
from storage.trail.audit import OPERATOR, Deed, record
from storage.transaction import Work


@dataclass(frozen=True, slots=True)
class Row:
    """One thing that waits for a decision.

    `label`: names it, and nobody.  `what`: letter or delivery.  `why`: uncertain when a letter may have arrived, failed
    when it did not, else the class of the error a delivery ended with.
    """

    label: str
    what: str
    channel: str
    why: str
    attempts: int


def list_rows(work: Work) -> list[Row]:
    """List everything that waits for a decision."""
    return list(_rows(work))


def retry(work: Work, label: str) -> bool:
    """Send a letter once more, with the mark of a second copy where it may have arrived; False when that cannot be."""
    is_done = outbox.retry_parked(work, label)
    if is_done:
        record(work, OPERATOR, Deed.LETTER_RETRIED)
    return is_done


def drop(work: Work, label: str) -> bool:
    """Forget a letter or a delivery; False when there is none of that label."""
    if outbox.drop_parked(work, label):
        record(work, OPERATOR, Deed.LETTER_DROPPED)
        return True
    if deaddeliveries.drop_dead(work, label):
        record(work, OPERATOR, Deed.DELIVERY_DROPPED)
        return True
    return False


def _rows(work: Work) -> Iterator[Row]:
    for letter in outbox.list_parked(work):
        yield Row(letter.label, f"letter, {letter.lane.value}", letter.channel, letter.state, letter.attempts)
    for dead in deaddeliveries.list_dead(work):
        yield Row(dead.label, f"delivery of {dead.day}", dead.channel, dead.error, dead.attempts)
