"""Claim what may go out now at a cost that does not grow with what waits, and note what became of it.

One process at a time sends on a channel.  It finds letters in the order of an index: lane first, then time.  Whoever
is found gets the letters that were put first for them, whatever their lane, but help in danger before all others
(`putting.py` numbers it so).  A letter found for somebody who has
another under way leaves the index: its `look_at` is None, and so is that of the one under way, so that whoever settles
that one lets the most urgent of those behind it be found again.  Nothing is looked at twice, however much waits.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby, takewhile
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    FromClause,
    Integer,
    Row,
    Select,
    String,
    Subquery,
    Update,
    and_,
    bindparam,
    func,
    literal,
    select,
    true,
    union_all,
    update,
)

from storage.engine.prepared import PreparedForMany
from storage.outbox.letters import Lane, Letter, open_letter
from storage.outbox.settling import let_be_found, set_state
from storage.sealing.encryption import FolderId
from storage.sealing.sealed import Id16, Moment
from storage.tables import outbox
from storage.transaction import Work

#: Of one recipient at once: what one turn says, and not so much that others wait for it.
_IN_A_ROW = 8
#: Looked at beyond what is wanted, because some of it may have to wait for what is under way.
_SPARE = 10
_ROUNDS = 5
_LAST_SEQUENCE = 2**31 - 1
_NOBODYS = bytes(16)

_CHANNEL: BindParameter[str] = bindparam("on", type_=String)
_NOW = bindparam("now", type_=Moment)
_QUEUED = outbox.c.state == "queued"


# Built once: these are on the way of every message.
def _due_in(lane: Lane, rank: int) -> Subquery:
    return (
        select(outbox.c.outbox_id, outbox.c.recipient_id, outbox.c.look_at, literal(rank, Integer).label("rank"))
        .where(_QUEUED, outbox.c.lane == lane.value, outbox.c.channel == _CHANNEL, outbox.c.look_at <= _NOW)
        .order_by(outbox.c.look_at, outbox.c.recipient_id)
        .limit(bindparam("most", type_=Integer))
        .subquery()
    )


_FOUND = union_all(*(select(_due_in(lane, rank)) for rank, lane in enumerate(Lane))).subquery()
_UNDER_WAY = select(outbox.c.recipient_id).where(outbox.c.state == "sending", outbox.c.channel == _CHANNEL)
_FIND = (
    select(_FOUND.c.outbox_id, _FOUND.c.recipient_id, _FOUND.c.recipient_id.in_(_UNDER_WAY).label("is_busy"))
    .order_by(_FOUND.c.rank, _FOUND.c.look_at, _FOUND.c.recipient_id)
    .limit(bindparam("most", type_=Integer))
)
_NAMED, _EARLIER = outbox.alias(), outbox.alias()
_WHO = select(_NAMED.c.recipient_id).where(_NAMED.c.outbox_id.in_(bindparam("ids", type_=Id16, expanding=True)))
_AHEAD = bindparam("ahead", type_=Integer)


def _waits_there(letters: FromClause, recipient: ColumnElement[bytes]) -> ColumnElement[bool]:
    # Nothing added to the state: so that both engines go in by the recipient, not through all that is queued.
    return and_(
        letters.c.recipient_id == recipient, letters.c.state.concat("") == "queued", letters.c.channel == _CHANNEL
    )


def _first_by_join() -> Select[tuple[Any, ...]]:
    """Go up to the last one wanted of each recipient, where a subquery cannot look beside itself."""
    queue = _WHO.subquery()
    last = (
        select(_EARLIER.c.sequence)
        .where(_waits_there(_EARLIER, queue.c.recipient_id))
        .order_by(_EARLIER.c.sequence)
        .limit(1)
        .offset(_AHEAD - 1)
        .scalar_subquery()
    )
    theirs = _waits_there(outbox, queue.c.recipient_id)
    return select(outbox).join(queue, theirs & (outbox.c.sequence <= func.coalesce(last, _LAST_SEQUENCE)))


def _first_by_lateral() -> Select[tuple[Any, ...]]:
    """Take the first few of each recipient, however little the planner knows of the table."""
    queue = _WHO.subquery()
    first = (
        select(outbox)
        .where(_waits_there(outbox, queue.c.recipient_id))
        .order_by(outbox.c.sequence)
        .limit(_AHEAD)
        .with_for_update(skip_locked=True)
        .lateral()
    )
    return select(first).select_from(queue.join(first, true()))


_FIRST = {"sqlite": _first_by_join(), "postgresql": _first_by_lateral()}
_THESE = outbox.c.outbox_id.in_(bindparam("ids", type_=Id16, expanding=True))
_CLAIM = update(outbox).where(_THESE).values(state="sending", attempts=outbox.c.attempts + 1)
_LEAVE_INDEX = update(outbox).where(_THESE).values(look_at=None)
_LOOK_LATER = update(outbox).where(_THESE).values(look_at=bindparam("later", type_=Moment))


#: As many letters as one person is seldom on the way to get; where there are more, the next one waits.
_BEFORE = ("before_0", "before_1", "before_2", "before_3")


def _claim_named(names: Sequence[str]) -> Update:
    named = [bindparam(name, type_=Id16) for name in names]
    before = [bindparam(name, type_=Id16) for name in _BEFORE]
    state = _EARLIER.c.state.concat("")  # see `_waits_there`
    goes_first = (
        select(true())
        .where(
            _EARLIER.c.recipient_id == outbox.c.recipient_id,
            (state == "queued") | ((state == "sending") & _EARLIER.c.outbox_id.not_in(before)),
            _EARLIER.c.channel == _CHANNEL,
            _EARLIER.c.outbox_id.not_in(named),
        )
        .exists()
    )
    mine = outbox.c.outbox_id.in_(named) & _QUEUED & (outbox.c.channel == _CHANNEL)
    claimed = update(outbox).where(mine, ~goes_first).values(state="sending", attempts=outbox.c.attempts + 1)
    return claimed.returning(outbox.c.outbox_id)


_CLAIM_OWN = PreparedForMany("own", _claim_named)


@dataclass(frozen=True, slots=True)
class _Found:
    """Somebody for whom letters are due, and those that were found."""

    recipient: FolderId
    letters: tuple[bytes, ...]
    is_busy: bool


def claim(work: Work, channels: Iterable[str], *, most: int, one_each: bool = False) -> list[Letter]:
    """Take the messages that may go out now: whoever waits for something urgent comes first.

    What one recipient gets stays in the order in which it was said, behind help in danger, so a recipient with a
    message under way or waiting for its time is left alone.  A message that cannot be opened is parked and holds up
    nobody.  `one_each`: only the first for each recipient.
    """
    claimed: list[Letter] = []
    for channel in channels:
        claimed += _claim_on(work, channel, most - len(claimed), 1 if one_each else _IN_A_ROW)
    return claimed


def claim_own(work: Work, channel: str, letters: Sequence[Letter], before: Sequence[bytes] = ()) -> list[Letter]:
    """Claim letters that this step has put, for as long as nothing else waits for their recipients or is under way.

    `before`: what is under way for them in this process, behind which they will be sent.  Once the step is durable they
    must be sent.  The others wait like any letter.
    """
    filled_up = [*before, *[_NOBODYS] * len(_BEFORE)]
    allowed = dict(zip(_BEFORE, filled_up, strict=False))
    found = {row.outbox_id for row in _CLAIM_OWN.all(work, [one.id for one in letters], {"on": channel, **allowed})}
    return [letter for letter in letters if letter.id in found]


def _claim_on(work: Work, channel: str, most: int, in_a_row: int) -> list[Letter]:
    claimed: list[Letter] = []
    for _ in range(_ROUNDS):
        wanted = most - len(claimed)
        if wanted <= 0:
            break
        asked = {"on": channel, "now": work.now, "most": wanted + _SPARE}
        rows = work.data.execute(_FIND, asked).all()
        found = _gather(rows)
        free = [one for one in found if not one.is_busy]
        claimed += _take_first(work, channel, free, wanted, in_a_row)
        _stand_aside(work, channel, [one for one in found if one.is_busy], is_flood=not free)
        if len(rows) < wanted + _SPARE:
            break
    return claimed


def _gather(rows: Sequence[Row[Any]]) -> list[_Found]:
    """Gather what was found by recipient, whoever was found first at the top."""
    letters: dict[bytes, list[bytes]] = {}
    busy: set[bytes] = set()
    for row in rows:
        letters.setdefault(row.recipient_id, []).append(row.outbox_id)
        if row.is_busy:
            busy.add(row.recipient_id)
    return [_Found(FolderId(who), tuple(theirs), who in busy) for who, theirs in letters.items()]


def _take_first(work: Work, channel: str, found: Sequence[_Found], most: int, in_a_row: int) -> list[Letter]:
    if not found:
        return []
    asked = {
        "on": channel,
        "ids": [one.letters[0] for one in found[:most]],
        "ahead": min(in_a_row, most) + 1,
    }
    rows = sorted(work.data.execute(_FIRST[work.data.dialect.name], asked), key=_order)
    queues = {who: list(queue) for who, queue in groupby(rows, key=lambda row: row.recipient_id)}
    taken: list[Letter] = []
    crowded: list[bytes] = []  # under way, with others behind them: whoever settles one has to look for the next
    for one in found[:most]:
        queue = queues.get(one.recipient, [])
        due = list(takewhile(lambda row: row.not_before <= work.now, queue))
        if queue and not due:
            _look_later(work, channel, one, queue[0].not_before)
        letters = _open(work, channel, due[: min(in_a_row, most - len(taken))])
        if len(queue) > len(letters):
            crowded += [letter.id for letter in letters]
        taken += letters
    if taken:
        work.data.execute(_CLAIM, {"ids": [letter.id for letter in taken]})
    if crowded:
        work.data.execute(_LEAVE_INDEX, {"ids": crowded})
    return taken


def _order(row: Row[Any]) -> tuple[bytes, int, bytes]:
    return row.recipient_id, row.sequence, row.outbox_id


def _open(work: Work, channel: str, rows: Sequence[Row[Any]]) -> list[Letter]:
    letters = [letter for row in rows if (letter := open_letter(work, row)) is not None]
    if len(letters) < len(rows):
        unreadable = {row.outbox_id for row in rows} - {letter.id for letter in letters}
        set_state(work, unreadable, "failed")
        let_be_found(work, FolderId(rows[0].recipient_id), channel, work.now)
    return letters


def _stand_aside(work: Work, channel: str, busy: Sequence[_Found], *, is_flood: bool) -> None:
    """Take what was found for those who have something under way out of the index; of a flood, all of it at once."""
    if not busy:
        return
    theirs = outbox.c.recipient_id.in_([one.recipient for one in busy]) & (outbox.c.channel == channel)
    work.data.execute(update(outbox).where(theirs, outbox.c.state == "sending").values(look_at=None))
    if not is_flood:
        work.data.execute(_LEAVE_INDEX, {"ids": [letter for one in busy for letter in one.letters]})
        return
    work.data.execute(update(outbox).where(theirs, _QUEUED, outbox.c.look_at <= work.now).values(look_at=None))


def _look_later(work: Work, channel: str, found: _Found, later: datetime) -> None:
    """Find somebody's letters when the first of them may go; of a flood, all of it at once."""
    if len(found.letters) <= _IN_A_ROW:
        work.data.execute(_LOOK_LATER, {"ids": list(found.letters), "later": later})
        return
    theirs = (outbox.c.recipient_id == found.recipient) & (outbox.c.channel == channel)
    work.data.execute(update(outbox).where(theirs, _QUEUED, outbox.c.look_at <= work.now).values(look_at=later))
