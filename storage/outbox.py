"""Messages on their way out: written with the turn that caused them, gone once the platform has them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Row, bindparam, case, delete, func, insert, select, update

from bot.dialogue.effects import Ask
from bot.ports import Key, Outgoing
from storage.documents import open_document, seal_document
from storage.encryption import FolderId, new_id
from storage.sealed import Id16
from storage.tables import outbox
from storage.transaction import Work


class Lane(StrEnum):
    """Who goes first, most urgent at the top."""

    DANGER = "danger"
    COUNSELLOR = "counsellor"
    REPLY = "reply"
    REMINDER = "reminder"


@dataclass(frozen=True, slots=True)
class Letter:
    """One message to send.

    `replace`: take the place of the last message with buttons.  `attempts`: this one included.  `to`: the address
    itself for a farewell, whose client is erased already; otherwise None.
    """

    id: bytes
    recipient: FolderId
    channel: str
    lane: Lane
    message: Outgoing
    replace: bool
    attempts: int
    message_id: bytes | None
    to: str | None = None


# Built once: this is on the way of every message.
_PUT = insert(outbox).values(
    sequence=select(func.coalesce(func.max(outbox.c.sequence), 0) + 1)
    .where(outbox.c.recipient_id == bindparam("queue_of", type_=Id16))
    .scalar_subquery()
)


def put(
    work: Work,
    recipient: FolderId,
    channel: str,
    lane: Lane,
    message: Outgoing,
    *,
    replace: bool = False,
    message_id: bytes | None = None,
) -> None:
    """Queue a message behind those that already wait for the same recipient."""
    outbox_id = new_id()
    work.data.execute(
        _PUT,
        {
            "outbox_id": outbox_id,
            "recipient_id": recipient,
            "queue_of": recipient,
            "channel": channel,
            "lane": lane.value,
            "state": "queued",
            "attempts": 0,
            "not_before": work.now,
            "message_id": message_id,
            "body": seal_document(work, recipient, "outbox.body", outbox_id, _write(message, replace=replace)),
        },
    )


def put_farewell(work: Work, channel: str, address: str, message: Outgoing) -> None:
    """Queue a last message; it carries the address itself, in a folder that is destroyed when it is sent."""
    throwaway = FolderId(new_id())
    work.vault.create_folder(throwaway)
    outbox_id = new_id()
    body = {**_write(message, replace=False), "to": address}
    work.data.execute(
        insert(outbox).values(
            outbox_id=outbox_id,
            recipient_id=throwaway,
            sequence=1,
            channel=channel,
            lane=Lane.REPLY.value,
            state="queued",
            attempts=0,
            not_before=work.now,
            body=seal_document(work, throwaway, "outbox.body", outbox_id, body),
        )
    )


def claim(work: Work, channels: Iterable[str], *, most: int) -> list[Letter]:
    """Take the messages that may go out now, oldest first for each recipient, urgent lanes first.

    A recipient with a message under way or waiting for its time is left alone, so that order is kept.
    """
    busy = select(outbox.c.recipient_id).where(
        (outbox.c.state == "sending") | ((outbox.c.state == "queued") & (outbox.c.not_before > work.now))
    )
    due = (outbox.c.state == "queued") & outbox.c.channel.in_(list(channels)) & outbox.c.recipient_id.not_in(busy)
    query = select(outbox).where(due).order_by(_urgency(), outbox.c.recipient_id, outbox.c.sequence).limit(most)
    rows = work.data.execute(query.with_for_update(skip_locked=True)).all()
    if not rows:
        return []
    claimed = update(outbox).where(outbox.c.outbox_id.in_([row.outbox_id for row in rows]))
    work.data.execute(claimed.values(state="sending", attempts=outbox.c.attempts + 1))
    letters = [_letter(work, row) for row in rows]
    return sorted(letters, key=lambda letter: list(Lane).index(letter.lane))


def mark_sent(work: Work, letter: Letter) -> None:
    """Forget a message the platform has, a farewell with its folder."""
    if letter.to is not None:
        work.vault.destroy_folder(letter.recipient)
    work.data.execute(delete(outbox).where(outbox.c.outbox_id == letter.id))


def put_back(work: Work, letters: Sequence[Letter], delay: timedelta) -> None:
    """Let messages wait for a while; the attempt counts."""
    rows = update(outbox).where(outbox.c.outbox_id.in_([letter.id for letter in letters]))
    work.data.execute(rows.values(state="queued", not_before=work.now + delay))


def park(work: Work, letter: Letter, state: str) -> None:
    """Stop trying: `uncertain` when the message may have arrived, `failed` when it never will."""
    if letter.to is not None:
        mark_sent(work, letter)
        return
    work.data.execute(update(outbox).where(outbox.c.outbox_id == letter.id).values(state=state))


def recover(work: Work, channels: Iterable[str]) -> int:
    """After a crash: send what was under way once more at most, park the rest as uncertain.  Return how many."""
    mine = (outbox.c.state == "sending") & outbox.c.channel.in_(list(channels))
    again = update(outbox).where(mine, outbox.c.attempts < 2).values(state="queued")  # noqa: PLR2004 - once more
    parked = update(outbox).where(mine, outbox.c.attempts >= 2).values(state="uncertain")  # noqa: PLR2004
    return work.data.execute(again).rowcount + work.data.execute(parked).rowcount


def next_due(work: Work) -> datetime | None:
    """Tell when the earliest waiting message may go; None when nothing waits."""
    return work.data.execute(select(func.min(outbox.c.not_before)).where(outbox.c.state == "queued")).scalar()


def count_states(work: Work) -> dict[str, int]:
    """Count messages per state, for the doctor."""
    query = select(outbox.c.state, func.count()).group_by(outbox.c.state)
    return {row[0]: row[1] for row in work.data.execute(query)}


def _urgency() -> ColumnElement[int]:
    return case({lane.value: place for place, lane in enumerate(Lane)}, value=outbox.c.lane, else_=len(Lane))


def _write(message: Outgoing, *, replace: bool) -> dict[str, object]:
    return {
        "text": message.text,
        "keys": [[key.token, key.label, key.picked] for key in message.keys],
        "ask": message.ask.value,
        "share": message.share_label,
        "replace": replace,
    }


def _letter(work: Work, row: Row[Any]) -> Letter:
    body = open_document(work, row.recipient_id, "outbox.body", row.outbox_id, row.body)
    keys = tuple(Key(*key) for key in body["keys"])
    return Letter(
        row.outbox_id,
        FolderId(row.recipient_id),
        row.channel,
        Lane(row.lane),
        Outgoing(body["text"], keys, Ask(body["ask"]), share_label=body["share"]),
        body["replace"],
        row.attempts + 1,
        row.message_id,
        body.get("to"),
    )
