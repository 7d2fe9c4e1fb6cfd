"""Put letters behind those that wait for the same recipient, help in danger before them; take them out again unsent.

To put one is a single insert that waits for nobody: no row of another process is read for writing or locked.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Row, bindparam, delete, func, insert, select, text

from bot.ports import Outgoing
from storage.engine.prepared import Prepared
from storage.outbox.letters import Clearing, Lane, Letter, open_letter, seal_letter
from storage.sealing.encryption import FolderId, new_id
from storage.sealing.sealed import Id16
from storage.tables import outbox
from storage.tables.delivery import OF_A_BROADCAST
from storage.transaction import Work

_GIVEN = (
    *("outbox_id", "recipient_id", "channel", "lane", "state", "attempts", "not_before", "look_at"),
    *("message_id", "about_id", "broadcast_id", "body"),
)
#: Help in danger is numbered from here, so that it goes ahead of everything else that waits for its recipient.
_HELP_FROM = -(2**30)


def _put_behind(those: ColumnElement[bool], first: int) -> Prepared:
    last = select(func.max(outbox.c.sequence)).where(outbox.c.recipient_id == bindparam("queue_of", type_=Id16), those)
    return Prepared(insert(outbox).values(sequence=func.coalesce(last.scalar_subquery(), first) + 1), _GIVEN)


_PUT = _put_behind(outbox.c.sequence >= 0, 0)
_PUT_HELP = _put_behind(outbox.c.sequence < 0, _HELP_FROM)


def put(  # noqa: PLR0913 - a letter has that many parts, named by every caller
    work: Work,
    recipient: FolderId,
    channel: str,
    lane: Lane,
    message: Outgoing,
    *,
    replace: bool = False,
    message_id: bytes | None = None,
    about: bytes | None = None,
    clearing: Clearing | None = None,
    passing: bool = False,
    broadcast: bytes | None = None,
) -> None:
    """Queue a message behind those that already wait for the same recipient; help in danger goes ahead of all others.

    `about`: the case it speaks of to staff; the message goes with it.  `broadcast`: the one it belongs to.
    """
    outbox_id = new_id()
    body = seal_letter(work, recipient, outbox_id, message, replace=replace, clearing=clearing, passing=passing)
    statement = _PUT_HELP if lane is Lane.DANGER else _PUT
    statement.change(
        work,
        {
            "outbox_id": outbox_id,
            "recipient_id": recipient,
            "queue_of": recipient,
            "channel": channel,
            "lane": lane.value,
            "state": "queued",
            "attempts": 0,
            "not_before": work.now,
            "look_at": work.now,
            "message_id": message_id,
            "about_id": about,
            "broadcast_id": broadcast,
            "body": body,
        },
    )
    parts = (outbox_id, recipient, channel, lane, message, replace, 1, message_id)
    work.letters.append(Letter(*parts, clearing=clearing, passing=passing, about=about, broadcast=broadcast))


def put_farewell(
    work: Work,
    channel: str,
    address: str,
    message: Outgoing,
    clearing: Clearing | None = None,
    lane: Lane = Lane.REPLY,
) -> None:
    """Queue a last message; it carries the address itself, in a folder that is destroyed when it is sent."""
    throwaway = FolderId(new_id())
    work.vault.create_folder(throwaway)
    outbox_id = new_id()
    work.data.execute(
        insert(outbox).values(
            outbox_id=outbox_id,
            recipient_id=throwaway,
            sequence=1,
            channel=channel,
            lane=lane.value,
            state="queued",
            attempts=0,
            not_before=work.now,
            look_at=work.now,
            body=seal_letter(work, throwaway, outbox_id, message, clearing=clearing, to=address),
        )
    )


def take_waiting(work: Work, recipient: FolderId, channel: str) -> list[Letter]:
    """Take back what waits for a recipient on a channel, in order; a question that has buttons is asked anew there."""
    here = (outbox.c.recipient_id == recipient) & (outbox.c.channel == channel) & (outbox.c.state == "queued")
    rows = work.data.execute(select(outbox).where(here).order_by(outbox.c.sequence)).all()
    return [letter for letter in take_out(work, rows) if not letter.message.keys and not letter.clearing]


def take_out(work: Work, rows: Sequence[Row[Any]]) -> list[Letter]:
    """Take letters out of the outbox, to be said in another way; those that cannot be opened are left out."""
    letters = [letter for row in rows if (letter := open_letter(work, row)) is not None]
    work.data.execute(delete(outbox).where(outbox.c.outbox_id.in_([row.outbox_id for row in rows])))
    return letters


def drop_broadcast(work: Work, broadcast: bytes) -> list[FolderId]:
    """Take back what of a broadcast is not under way yet; return whom it was for."""
    waiting = text(OF_A_BROADCAST), outbox.c.broadcast_id == broadcast, outbox.c.state == "queued"
    return [
        FolderId(row[0]) for row in work.data.execute(delete(outbox).where(*waiting).returning(outbox.c.recipient_id))
    ]
