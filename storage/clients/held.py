"""Letters that wait until the person is there: behind a knock, or for the hours in which they may come."""

from datetime import datetime

from sqlalchemy import ColumnElement, select, update

from storage import outbox
from storage.clients import conversations
from storage.clients.people import ClientId, folder
from storage.outbox import Lane, Letter
from storage.tables import outbox as letters
from storage.transaction import Work

#: States of such a letter: nobody has knocked yet; somebody has.
HELD, KNOCKED = "held", "knocked"


def must_wait(work: Work, client_id: ClientId) -> bool:
    """Tell whether words for a client wait now: they are away, or earlier words still wait."""
    loaded = conversations.load_state(work, client_id)
    if loaded is None or not loaded[0].careful:
        return False
    return loaded[0].present_until <= minute_of(work.now) or has_held(work, client_id)


def hold(work: Work, client_id: ClientId) -> None:
    """Let what a counsellor's side has queued for a client wait until the person is there."""
    queued = (letters.c.recipient_id == folder(client_id)) & (letters.c.state == "queued") & (letters.c.attempts == 0)
    mine = queued & (letters.c.lane == Lane.COUNSELLOR.value)
    work.data.execute(update(letters).where(mine).values(state=HELD))


def has_held(work: Work, client_id: ClientId) -> bool:
    """Tell whether anything waits until a client is there."""
    return work.data.execute(select(letters.c.outbox_id).where(_waiting_for(client_id)).limit(1)).first() is not None


def list_unannounced(work: Work) -> list[ClientId]:
    """List clients for whom something waits whose time has come, and who have not been told."""
    due = (letters.c.state == HELD) & (letters.c.not_before <= work.now)
    rows = work.data.execute(select(letters.c.recipient_id).where(due).distinct())
    return [ClientId(row[0]) for row in rows]


def is_unannounced(work: Work, client_id: ClientId) -> bool:
    """Tell whether something waits for a client whose time has come, and they have not been told."""
    due = (letters.c.recipient_id == folder(client_id)) & (letters.c.state == HELD) & (letters.c.not_before <= work.now)
    return work.data.execute(select(letters.c.outbox_id).where(due).limit(1)).first() is not None


def shift(work: Work, client_id: ClientId, moment: datetime) -> None:
    """Let what waits for a client wait until a later time."""
    mine = (letters.c.recipient_id == folder(client_id)) & (letters.c.state == HELD)
    work.data.execute(update(letters).where(mine).values(not_before=moment))


def mark_knocked(work: Work, client_id: ClientId) -> bool:
    """Note that a client is told that something waits; False if they had been told before."""
    mine = (letters.c.recipient_id == folder(client_id)) & (letters.c.state == KNOCKED)
    told = work.data.execute(select(letters.c.outbox_id).where(mine).limit(1)).first() is not None
    waiting = (letters.c.recipient_id == folder(client_id)) & (letters.c.state == HELD)
    work.data.execute(update(letters).where(waiting).values(state=KNOCKED))
    return not told


def release(work: Work, client_id: ClientId, channel: str) -> None:
    """Let everything that waits for a client go out on a channel now."""
    values = {"state": "queued", "channel": channel, "not_before": work.now, "look_at": work.now}
    work.data.execute(update(letters).where(_waiting_for(client_id)).values(**values))


def take_held(work: Work, client_id: ClientId) -> list[Letter]:
    """Take everything that waits for a client out of the outbox, in order, to be said in another way."""
    rows = work.data.execute(select(letters).where(_waiting_for(client_id)).order_by(letters.c.sequence)).all()
    return outbox.take_out(work, rows)


def minute_of(moment: datetime) -> int:
    """Return the minute since 1970."""
    return int(moment.timestamp()) // 60


def _waiting_for(client_id: ClientId) -> ColumnElement[bool]:
    return (letters.c.recipient_id == folder(client_id)) & letters.c.state.in_([HELD, KNOCKED])
