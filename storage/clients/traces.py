"""Which messages of a platform can still be taken back: the ids of both sides' newest ones, sealed, for two days."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, insert, select

from storage.clients.people import ClientId, folder
from storage.engine.prepared import Prepared
from storage.receiving.deliveries import day_of
from storage.sealing.documents import open_document, seal_document
from storage.sealing.encryption import new_id
from storage.tables import traces
from storage.transaction import Work

#: A bot may delete what is younger than this, with a margin for clocks that differ.
REACH = timedelta(hours=48) - timedelta(minutes=5)
_KEPT_DAYS = 2
_KEEP = Prepared(insert(traces), ("trace_id", "client_id", "day", "trace"))


@dataclass(frozen=True, slots=True)
class Trace:
    """A message that can be taken back.  `passing`: it is to go as soon as the person has gone on from it."""

    id: bytes
    reference: str
    passing: bool


def keep_traces(
    work: Work, client_id: ClientId, index: bytes, references: Iterable[str], *, passing: bool = False
) -> None:
    """Remember messages of the chat with this index; `passing`: see `Trace`."""
    for reference in references:
        trace_id = new_id()
        document = {
            "at": index.hex(),
            "reference": reference,
            "minute": int(work.now.timestamp()) // 60,
            "passing": passing,
        }
        sealed = seal_document(work, folder(client_id), "traces.trace", trace_id, document)
        row = {"trace_id": trace_id, "client_id": client_id, "day": day_of(work.now), "trace": sealed}
        _KEEP.change(work, row)


def list_traces(work: Work, client_id: ClientId, index: bytes) -> list[Trace]:
    """List what can still be taken back in the chat with this index, each message once."""
    found: dict[str, Trace] = {}
    for row in work.data.execute(select(traces).where(traces.c.client_id == client_id)):
        document = open_document(work, folder(client_id), "traces.trace", row.trace_id, row.trace)
        if document["at"] == index.hex() and _is_within_reach(work.now, document["minute"]):
            trace = Trace(row.trace_id, document["reference"], document["passing"])
            found[trace.reference] = trace
    return list(found.values())


def forget_traces(work: Work, client_id: ClientId, index: bytes, references: Collection[str]) -> None:
    """Forget messages that were taken back."""
    gone = [
        row.trace_id
        for row in work.data.execute(select(traces).where(traces.c.client_id == client_id))
        if _is_of(open_document(work, folder(client_id), "traces.trace", row.trace_id, row.trace), index, references)
    ]
    work.data.execute(delete(traces).where(traces.c.trace_id.in_(gone)))


def count_old(work: Work) -> int:
    """Count what no platform deletes any more."""
    old = select(func.count()).select_from(traces).where(traces.c.day < day_of(work.now) - _KEPT_DAYS)
    return work.data.execute(old).scalar_one()


def forget_old(work: Work, *, most: int) -> int:
    """Forget some of what no platform deletes any more; return how much that was."""
    old = select(traces.c.trace_id).where(traces.c.day < day_of(work.now) - _KEPT_DAYS).limit(most)
    return work.data.execute(delete(traces).where(traces.c.trace_id.in_(old))).rowcount


def _is_of(document: dict[str, object], index: bytes, references: Collection[str]) -> bool:
    return document["at"] == index.hex() and document["reference"] in references


def _is_within_reach(now: datetime, minute: int) -> bool:
    return now.timestamp() - minute * 60 <= REACH.total_seconds()
