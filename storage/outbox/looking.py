"""What can be told of the outbox without opening a letter: how much waits, for how long, and which channel rests."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import func, select

from storage.engine.inserting import insert_into
from storage.outbox.letters import Lane
from storage.tables import holds, outbox
from storage.transaction import Work

#: A reply that waits longer, or so many of them: more is coming in than goes out.
_LONGEST_WAIT = timedelta(seconds=60)
_MOST_REPLIES = 10_000

_WAITS = outbox.c.state == "queued"
_REPLIES = (_WAITS, outbox.c.lane == Lane.REPLY.value)


def count_states(work: Work) -> dict[str, int]:
    """Count messages per state, for the doctor."""
    query = select(outbox.c.state, func.count()).group_by(outbox.c.state)
    return {row[0]: row[1] for row in work.data.execute(query)}


def count_waiting(work: Work, lane: Lane) -> int:
    """Count what waits in a lane; it costs what it counts."""
    query = select(func.count()).select_from(outbox).where(_WAITS, outbox.c.lane == lane.value)
    return work.data.execute(query).scalar_one()


def is_congested(work: Work, channels: Iterable[str] = ()) -> bool:
    """Tell whether replies wait for longer than a minute, or too many of them.  `channels`: none for all."""
    names = list(channels) or list(_channels(work))
    return any(_waits_long(work, name) for name in names) or _has_many(work)


def hold_channel(work: Work, channel: str, until: datetime) -> None:
    """Remember that a platform takes nothing until then, also across a restart."""
    put = insert_into(holds, work.data.dialect.name).values(channel=channel, until=until)
    work.data.execute(put.on_conflict_do_update(index_elements=["channel"], set_={"until": until}))


def list_holds(work: Work) -> dict[str, datetime]:
    """List the channels that are to rest still, and until when."""
    return {row[0]: row[1] for row in work.data.execute(select(holds).where(holds.c.until > work.now))}


def _channels(work: Work) -> Iterable[str]:
    """Walk over the channels that have replies waiting; each is one look into the index."""
    name = ""
    while True:
        found = work.data.execute(select(func.min(outbox.c.channel)).where(*_REPLIES, outbox.c.channel > name)).scalar()
        if found is None:
            return
        yield (name := found)


def _waits_long(work: Work, channel: str) -> bool:
    oldest = select(func.min(outbox.c.look_at)).where(*_REPLIES, outbox.c.channel == channel)
    since: datetime | None = work.data.execute(oldest).scalar()
    return since is not None and work.now - since > _LONGEST_WAIT


def _has_many(work: Work) -> bool:
    one_too_many = select(outbox.c.look_at).where(*_REPLIES).limit(1).offset(_MOST_REPLIES)
    return work.data.execute(one_too_many).first() is not None
