"""Who gets a broadcast, frozen at its start, and what became of it for each of them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, Select, bindparam, delete, func, insert, select, update

from storage.engine.inserting import insert_into
from storage.keeping.piecemeal import delete_some
from storage.receiving.deliveries import day_of
from storage.sealing.sealed import Id16, Minute
from storage.tables import broadcast_recipients as rows
from storage.tables import broadcast_taps as taps
from storage.tables import broadcasts, clients, outbox, staff
from storage.transaction import Work

#: The number under which is counted who said no to the topic.
REFUSED = -1


class Fate(StrEnum):
    """What has become of a broadcast for one recipient."""

    WAITING = "waiting"  # their turn has not come
    QUEUED = "queued"  # in the outbox
    SENT = "sent"
    BLOCKED = "blocked"
    FAILED = "failed"
    UNCERTAIN = "uncertain"
    SKIPPED = "skipped"


#: What counts for how much somebody got in a week.
_REACHED = [Fate.QUEUED.value, Fate.SENT.value, Fate.UNCERTAIN.value]


_LATELY_REACHED = rows.c.state.in_(_REACHED) & (
    rows.c.settled_at.is_(None) | (rows.c.settled_at >= bindparam("since", type_=Minute))
)

# Built once: these are on the way to every recipient.
_SET_FATE = update(rows).where(
    rows.c.broadcast_id == bindparam("of", type_=Id16), rows.c.folder_id == bindparam("whose", type_=Id16)
)
_RECEIVED = select(func.count()).where(rows.c.client_id == bindparam("whose", type_=Id16), _LATELY_REACHED)


@dataclass(frozen=True, slots=True)
class Recipient:
    """Somebody whose turn it is.  `is_client`: False for somebody who works here."""

    folder: bytes
    is_client: bool


def freeze(work: Work, broadcast_id: bytes, folders: Sequence[bytes], *, are_clients: bool) -> None:
    """Add people to those who get a broadcast, but for those who were erased meanwhile."""
    whose = clients.c.client_id if are_clients else staff.c.staff_id
    present = work.data.execute(select(whose).where(whose.in_(folders))).scalars().all()
    values = [
        {
            "broadcast_id": broadcast_id,
            "folder_id": folder,
            "client_id": folder if are_clients else None,
            "staff_id": None if are_clients else folder,
            "state": Fate.WAITING.value,
            "due_at": work.now,
            "opened": False,
            "answered": False,
        }
        for folder in present
    ]
    if values:
        work.data.execute(insert(rows), values)


def thaw(work: Work, broadcast_id: bytes) -> None:
    """Forget everybody who was to get a broadcast."""
    work.data.execute(delete(rows).where(rows.c.broadcast_id == broadcast_id))


def list_folders(work: Work, broadcast_id: bytes) -> frozenset[bytes]:
    """List the folders of everybody a broadcast was frozen for."""
    return frozenset(work.data.execute(select(rows.c.folder_id).where(rows.c.broadcast_id == broadcast_id)).scalars())


def take_due(work: Work, broadcast_id: bytes, *, most: int) -> list[Recipient]:
    """List those whose turn it is, whoever waits longest first."""
    due = _of(broadcast_id) & (rows.c.state == Fate.WAITING.value) & (rows.c.due_at <= work.now)
    query = select(rows.c.folder_id, rows.c.client_id).where(due).order_by(rows.c.due_at, rows.c.folder_id)
    found = work.data.execute(query.limit(most).with_for_update(skip_locked=True))
    return [Recipient(row.folder_id, row.client_id is not None) for row in found]


def set_fate(work: Work, broadcast_id: bytes, folder: bytes, fate: Fate) -> None:
    """Note what became of a broadcast for one recipient."""
    settled = work.now if fate not in (Fate.WAITING, Fate.QUEUED) else None
    whose = {"of": broadcast_id, "whose": folder}
    work.data.execute(_SET_FATE, {**whose, "state": fate.value, "settled_at": settled})


def postpone(work: Work, broadcast_id: bytes, folder: bytes, until: datetime) -> None:
    """Look at one recipient again later."""
    work.data.execute(update(rows).where(_of(broadcast_id) & (rows.c.folder_id == folder)).values(due_at=until))


def note(work: Work, broadcast_id: bytes, recipient_id: bytes, result: str) -> None:
    """Note what became of the letter of a broadcast: sent, blocked, failed or uncertain.

    Only a recipient whose letter was in the outbox is changed, so that telling it twice counts once.
    """
    queued = _of(broadcast_id) & (rows.c.folder_id == recipient_id) & (rows.c.state == Fate.QUEUED.value)
    values = {"state": Fate(result).value, "settled_at": work.now}
    work.data.execute(update(rows).where(queued).values(**values))


def put_back(work: Work, broadcast_id: bytes, folders: Iterable[bytes], fate: Fate) -> None:
    """Let those whose letters were taken back from the outbox wait again, or be skipped."""
    settled = None if fate is Fate.WAITING else work.now
    mine = _of(broadcast_id) & rows.c.folder_id.in_(list(folders)) & (rows.c.state == Fate.QUEUED.value)
    work.data.execute(update(rows).where(mine).values(state=fate.value, settled_at=settled))


def give_up(work: Work, broadcast_id: bytes, state: Fate, fate: Fate) -> None:
    """Settle everybody who is in one state."""
    left = _of(broadcast_id) & (rows.c.state == state.value)
    work.data.execute(update(rows).where(left).values(state=fate.value, settled_at=work.now))


def has_letters(work: Work, broadcast_id: bytes) -> bool:
    """Tell whether any letter of a broadcast is on its way."""
    under_way = (outbox.c.broadcast_id == broadcast_id) & outbox.c.state.in_(["queued", "sending"])
    return work.data.execute(select(outbox.c.outbox_id).where(under_way).limit(1)).first() is not None


def count_fates(work: Work, broadcast_id: bytes) -> dict[Fate, int]:
    """Count recipients by what became of it."""
    query = select(rows.c.state, func.count()).where(_of(broadcast_id)).group_by(rows.c.state)
    return {Fate(state): count for state, count in work.data.execute(query)}


def count_opened(work: Work, broadcast_id: bytes) -> int:
    """Count who tapped to read."""
    return work.data.execute(select(func.count()).where(_of(broadcast_id) & rows.c.opened)).scalar_one()


def count_received(work: Work, client_id: bytes, within: timedelta) -> int:
    """Count the broadcasts somebody got, or may have got, in a span up to now."""
    return work.data.execute(_RECEIVED, {"whose": client_id, "since": work.now - within}).scalar_one()


def list_saturated(work: Work, within: timedelta, most: int) -> set[bytes]:
    """List who got so many broadcasts, or more, in a span up to now."""
    reached = select(rows.c.client_id).where(_LATELY_REACHED, rows.c.client_id.is_not(None))
    often = reached.group_by(rows.c.client_id).having(func.count() >= most)
    return set(work.data.execute(often, {"since": work.now - within}).scalars())


def is_among(work: Work, broadcast_id: bytes, folder: bytes) -> bool:
    """Tell whether somebody was sent a broadcast, as far as is known."""
    mine = _of(broadcast_id) & (rows.c.folder_id == folder) & rows.c.state.in_(_REACHED)
    return work.data.execute(select(rows.c.folder_id).where(mine)).first() is not None


def note_opened(work: Work, broadcast_id: bytes, folder: bytes) -> None:
    """Note that somebody tapped to read, so that a letter that was uncertain has arrived."""
    mine = _of(broadcast_id) & (rows.c.folder_id == folder)
    work.data.execute(update(rows).where(mine).values(opened=True))
    came = mine & (rows.c.state == Fate.UNCERTAIN.value)
    work.data.execute(update(rows).where(came).values(state=Fate.SENT.value))


def note_answered(work: Work, broadcast_id: bytes, folder: bytes, choice: int) -> bool:
    """Count the first choice somebody taps, without who it was; False for a later one, which is not counted."""
    first = _of(broadcast_id) & (rows.c.folder_id == folder) & ~rows.c.answered
    if work.data.execute(update(rows).where(first).values(answered=True)).rowcount != 1:
        return False
    count_tap(work, broadcast_id, choice)
    return True


def count_tap(work: Work, broadcast_id: bytes, choice: int) -> None:
    """Count one tap."""
    first = insert_into(taps, work.data.dialect.name).values(broadcast_id=broadcast_id, choice=choice, taps=1)
    again = {"taps": taps.c.taps + 1}
    work.data.execute(first.on_conflict_do_update(index_elements=[*taps.primary_key], set_=again))


def count_taps(work: Work, broadcast_id: bytes) -> dict[int, int]:
    """Count the taps of each choice."""
    query = select(taps.c.choice, taps.c.taps).where(taps.c.broadcast_id == broadcast_id)
    return {row.choice: row.taps for row in work.data.execute(query)}


def forget_old(work: Work, days: int, *, most: int) -> int:
    """Delete some of who got the broadcasts that ended that long ago; return how many rows went."""
    return delete_some(work.data, rows, rows.c.broadcast_id.in_(_ended_before(day_of(work.now) - days)), most=most)


def _ended_before(day: int) -> Select[tuple[bytes]]:
    return select(broadcasts.c.broadcast_id).where(broadcasts.c.ended_day < day)


def _of(broadcast_id: bytes) -> ColumnElement[bool]:
    return rows.c.broadcast_id == broadcast_id
