"""What a letter is, and how it lies sealed in its row."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import Row

from bot.dialogue.effects import Ask, Picture
from bot.ports import Key, Outgoing
from storage.errors import StorageError
from storage.sealing.documents import open_document, seal_document
from storage.sealing.encryption import FolderId
from storage.transaction import Work


class Lane(StrEnum):
    """Who goes first, most urgent at the top."""

    DANGER = "danger"
    COUNSELLOR = "counsellor"
    NOTICE = "notice"
    REPLY = "reply"
    REMINDER = "reminder"
    BROADCAST = "broadcast"


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
    `broadcast`: the one it belongs to; such a letter is never sent a second time.
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
    broadcast: bytes | None = None

    @property
    def is_unrepeatable(self) -> bool:
        """Tell whether it is lost rather than sent twice: a broadcast in two copies exposes and annoys thousands."""
        return self.lane is Lane.BROADCAST


def seal_letter(  # noqa: PLR0913 - a body has that many parts, named by every caller
    work: Work,
    folder: FolderId,
    outbox_id: bytes,
    message: Outgoing,
    *,
    replace: bool = False,
    clearing: Clearing | None = None,
    passing: bool = False,
    again: bool = False,
    to: str | None = None,
) -> bytes:
    """Seal what a letter says, and what of it only its sender must know."""
    body = {
        "text": message.text,
        "keys": [[key.token, key.label, key.picked] for key in message.keys],
        "ask": message.ask.value,
        "share": message.share_label,
        "replace": replace,
        "clearing": clearing and [clearing.references, clearing.if_kept, clearing.everything],
        "passing": passing,
        "again": again,
        "to": to,
    }
    if message.picture is not None:
        body["picture"] = [message.picture.id, message.picture.description]
    return seal_document(work, folder, "outbox.body", outbox_id, body)


def open_letter(work: Work, row: Row[Any]) -> Letter | None:
    """Open a row; None when it never can be: damaged, erased, or written by another release."""
    try:
        return _read(work, row)
    except (StorageError, ValueError, LookupError, TypeError):
        return None


def _read(work: Work, row: Row[Any]) -> Letter:
    body = open_document(work, row.recipient_id, "outbox.body", row.outbox_id, row.body)
    keys, clearing = tuple(Key(*key) for key in body["keys"]), body.get("clearing")
    picture = Picture(*body["picture"]) if "picture" in body else None
    return Letter(
        row.outbox_id,
        FolderId(row.recipient_id),
        row.channel,
        Lane(row.lane),
        Outgoing(body["text"], keys, Ask(body["ask"]), share_label=body["share"], picture=picture),
        body["replace"],
        row.attempts + 1,
        row.message_id,
        body.get("to"),
        body.get("again", False),
        clearing and Clearing(tuple(clearing[0]), *clearing[1:]),
        body.get("passing", False),
        row.about_id,
        row.broadcast_id,
    )
