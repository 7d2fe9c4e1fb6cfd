"""Messages on their way out: written with the turn that caused them, gone once the platform has them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Integer, Row, bindparam, case, delete, func, insert, select, update

from bot.dialogue.effects import Ask
from bot.ports import Key, Outgoing
from storage.documents import open_document, seal_document
from storage.encryption import FolderId, new_id
from storage.errors import StorageError
from storage.sealed import Id16, Moment
from storage.tables import cases, outbox
from storage.transaction import Work


class Lane(StrEnum):
    """Who goes first, most urgent at the top."""

    DANGER = "danger"
    COUNSELLOR = "counsellor"
    REPLY = "reply"
    REMINDER = "reminder"


@dataclass(frozen=True, slots=True)
class Clearing:
    """Messages of both sides to take back before the letter is said.

    `if_kept`: what is said instead when some of them stay.  `everything`: all that can be taken back by then.
    """

    references: tuple[str, ...]
    if_kept: str
    everything: bool = False


@dataclass(frozen=True, slots=True)
class Letter:
    """One message to send.

    `replace`: take the place of the last message with buttons.  `attempts`: this one included.  `again`: an earlier
    attempt may have arrived.  `message_id`: the chat message it carries, or the case it shows to staff.  `to`: the
    address itself for a farewell, whose client is erased already; otherwise None.  `clearing`: None for most letters.
    `passing`: it is to be taken back once the person has gone on from it.  `about`: the case it speaks of to staff.
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
    again: bool = False
    clearing: Clearing | None = None
    passing: bool = False
    about: bytes | None = None


# Built once: these are on the way of every message.
_PUT = insert(outbox).values(
    sequence=select(func.coalesce(func.max(outbox.c.sequence), 0) + 1)
    .where(outbox.c.recipient_id == bindparam("queue_of", type_=Id16))
    .scalar_subquery()
)
_THEIRS = outbox.alias()
_RANK = case({lane.value: place for place, lane in enumerate(Lane)}, value=_THEIRS.c.lane, else_=len(Lane))
_WAITING = (_THEIRS.c.recipient_id == outbox.c.recipient_id) & (_THEIRS.c.state == "queued")
#: A recipient is as urgent as the most urgent message that waits there; among equals, whoever waits longest is first.
_ORDER = (
    select(func.min(_RANK)).where(_WAITING).scalar_subquery(),
    select(func.min(_THEIRS.c.not_before)).where(_WAITING).scalar_subquery(),
    outbox.c.recipient_id,
    outbox.c.sequence,
)
_BUSY = select(outbox.c.recipient_id).where(
    (outbox.c.state == "sending")
    | ((outbox.c.state == "queued") & (outbox.c.not_before > bindparam("now", type_=Moment)))
)
_DUE = (
    select(outbox)
    .where(
        outbox.c.state == "queued",
        outbox.c.channel.in_(bindparam("channels", expanding=True)),
        outbox.c.recipient_id.not_in(_BUSY),
    )
    .order_by(*_ORDER)
    .limit(bindparam("most", type_=Integer))
    .with_for_update(skip_locked=True)
)
_CLAIM = (
    update(outbox)
    .where(outbox.c.outbox_id.in_(bindparam("ids", type_=Id16, expanding=True)))
    .values(state="sending", attempts=outbox.c.attempts + 1)
)
_FORGET = delete(outbox).where(outbox.c.outbox_id == bindparam("sent", type_=Id16))


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
) -> None:
    """Queue a message behind those that already wait for the same recipient.

    `about`: the case it speaks of to staff; the message goes with it.
    """
    body = {**_write(message, replace=replace, clearing=clearing), "passing": passing}
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
            "about_id": about,
            "body": seal_document(work, recipient, "outbox.body", outbox_id, body),
        },
    )


def put_farewell(work: Work, channel: str, address: str, message: Outgoing, clearing: Clearing | None = None) -> None:
    """Queue a last message; it carries the address itself, in a folder that is destroyed when it is sent."""
    throwaway = FolderId(new_id())
    work.vault.create_folder(throwaway)
    outbox_id = new_id()
    body = {**_write(message, replace=False, clearing=clearing), "to": address}
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
    """Take the messages that may go out now: whoever waits for something urgent comes first.

    What one recipient gets stays in the order in which it was said, so a recipient with a message under way or
    waiting for its time is left alone.  A message that cannot be opened is parked and holds up nobody.
    """
    rows = work.data.execute(_DUE, {"channels": list(channels), "now": work.now, "most": most}).all()
    letters = [letter for row in rows if (letter := _letter(work, row)) is not None]
    if rows:
        unreadable = {row.outbox_id for row in rows} - {letter.id for letter in letters}
        _set_state(work, unreadable, "failed")
        work.data.execute(_CLAIM, {"ids": [letter.id for letter in letters]})
    return letters


def take_waiting(work: Work, recipient: FolderId, channel: str) -> list[Letter]:
    """Take back what waits for a recipient on a channel, in order; a question that has buttons is asked anew there."""
    here = (outbox.c.recipient_id == recipient) & (outbox.c.channel == channel) & (outbox.c.state == "queued")
    rows = work.data.execute(select(outbox).where(here).order_by(outbox.c.sequence)).all()
    work.data.execute(delete(outbox).where(outbox.c.outbox_id.in_([row.outbox_id for row in rows])))
    letters = (_letter(work, row) for row in rows)
    return [letter for letter in letters if letter is not None and not letter.message.keys and not letter.clearing]


def take_out(work: Work, rows: Sequence[Row[Any]]) -> list[Letter]:
    """Take letters out of the outbox, to be said in another way; those that cannot be opened are left out."""
    letters = [letter for row in rows if (letter := _letter(work, row)) is not None]
    work.data.execute(delete(outbox).where(outbox.c.outbox_id.in_([row.outbox_id for row in rows])))
    return letters


def mark_sent(work: Work, letter: Letter) -> None:
    """Forget a message the platform has, a farewell with its folder."""
    if letter.to is not None:
        work.vault.destroy_folder(letter.recipient)
    work.data.execute(_FORGET, {"sent": letter.id})


def put_back(work: Work, letters: Sequence[Letter], delay: timedelta) -> None:
    """Let messages wait for a while that were not tried after all."""
    rows = update(outbox).where(outbox.c.outbox_id.in_([letter.id for letter in letters]))
    work.data.execute(rows.values(state="queued", attempts=outbox.c.attempts - 1, not_before=work.now + delay))


def postpone(work: Work, letter: Letter, delay: timedelta, rest: Outgoing, *, again: bool) -> None:
    """Try a message once more after a while.

    `rest`: what of it has not been sent yet.  `again`: this attempt may have arrived, so that a second one is the last.
    """
    here = outbox.c.outbox_id == letter.id
    if work.data.execute(select(outbox.c.outbox_id).where(here)).first() is None:
        return  # erased meanwhile
    body = {
        **_write(rest, replace=letter.replace, clearing=letter.clearing),
        "again": again or letter.again,
        "to": letter.to,
        "passing": letter.passing,
    }
    sealed = seal_document(work, letter.recipient, "outbox.body", letter.id, body)
    work.data.execute(update(outbox).where(here).values(state="queued", not_before=work.now + delay, body=sealed))


def park(work: Work, letter: Letter, state: str) -> None:
    """Stop trying: `uncertain` when the message may have arrived, `failed` when it never will."""
    if letter.to is not None:
        mark_sent(work, letter)
        return
    _set_state(work, {letter.id}, state)


def recover(work: Work, channels: Iterable[str]) -> list[Letter]:
    """After a crash: let what was under way be sent once more; return what had that second chance and is parked."""
    mine = (outbox.c.state == "sending") & outbox.c.channel.in_(list(channels))
    rows = work.data.execute(select(outbox).where(mine).with_for_update(skip_locked=True)).all()
    letters = [letter for row in rows if (letter := _letter(work, row)) is not None]
    _set_state(work, {row.outbox_id for row in rows} - {letter.id for letter in letters}, "failed")
    for letter in letters:
        if letter.again:
            park(work, letter, "uncertain")
        else:
            postpone(work, letter, timedelta(), letter.message, again=True)
    return [letter for letter in letters if letter.again]


def forget_parked(work: Work) -> None:
    """Forget what was parked on its way to staff and speaks of a case that is gone."""
    parked = outbox.c.state.in_(["failed", "uncertain"]) & outbox.c.about_id.is_not(None)
    work.data.execute(delete(outbox).where(parked, outbox.c.about_id.not_in(select(cases.c.case_id))))


def count_states(work: Work) -> dict[str, int]:
    """Count messages per state, for the doctor."""
    query = select(outbox.c.state, func.count()).group_by(outbox.c.state)
    return {row[0]: row[1] for row in work.data.execute(query)}


def _set_state(work: Work, letters: set[bytes], state: str) -> None:
    if letters:
        work.data.execute(update(outbox).where(outbox.c.outbox_id.in_(letters)).values(state=state))


def _write(message: Outgoing, *, replace: bool, clearing: Clearing | None) -> dict[str, object]:
    return {
        "text": message.text,
        "keys": [[key.token, key.label, key.picked] for key in message.keys],
        "ask": message.ask.value,
        "share": message.share_label,
        "replace": replace,
        "clearing": clearing and [clearing.references, clearing.if_kept, clearing.everything],
    }


def _letter(work: Work, row: Row[Any]) -> Letter | None:
    try:
        return _read(work, row)
    except (StorageError, ValueError, LookupError, TypeError):
        return None  # damaged, erased, or written by another release: it will never be opened


def _read(work: Work, row: Row[Any]) -> Letter:
    body = open_document(work, row.recipient_id, "outbox.body", row.outbox_id, row.body)
    keys, clearing = tuple(Key(*key) for key in body["keys"]), body.get("clearing")
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
        body.get("again", False),
        clearing and Clearing(tuple(clearing[0]), *clearing[1:]),
        body.get("passing", False),
        row.about_id,
    )
