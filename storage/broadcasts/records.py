"""Broadcasts from draft to report, each sealed in a folder of its own."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, NewType

import msgspec
from sqlalchemy import Row, delete, insert, or_, select, update

from bot.care.broadcasts.audience import Audience
from bot.care.broadcasts.content import Content
from storage.receiving.deliveries import day_of
from storage.sealing.documents import open_document, seal_document
from storage.sealing.encryption import FolderId, new_id
from storage.tables import broadcasts
from storage.transaction import Work

BroadcastId = NewType("BroadcastId", bytes)


class State(StrEnum):
    """How far a broadcast has come."""

    DRAFT = "draft"
    ASKED = "asked"  # waits for a second person
    APPROVED = "approved"
    SCHEDULED = "scheduled"  # begins when its time has come
    RUNNING = "running"
    PAUSED = "paused"
    STOPPED = "stopped"
    DONE = "done"


#: States in which nothing has been sent yet.
UNSENT = frozenset({State.DRAFT, State.ASKED, State.APPROVED, State.SCHEDULED})
#: States in which recipients are frozen and more may be sent.
UNDER_WAY = frozenset({State.RUNNING, State.PAUSED})
ENDED = frozenset({State.STOPPED, State.DONE})


@dataclass(frozen=True, slots=True)
class Paper:
    """What of a broadcast is sealed.

    `nonce`: random, so that the hash of the content tells nothing.  `tried`: hash of the content that was last sent to
    its author's own chats, empty before.  `approval`: id of the wish for approval in hexadecimal, empty without one.
    `approved`: hash of what was approved, empty before it is used.  `returned`: why it was given back as a draft.
    """

    content: Content
    audience: Audience
    nonce: str
    tried: str = ""
    approval: str = ""
    approved: str = ""
    returned: str = ""


@dataclass(frozen=True, slots=True)
class Broadcast:
    """A broadcast.  `author_id`: None once the author's own row is gone.  Times as in the table."""

    id: BroadcastId
    author_id: bytes | None
    state: State
    revision: int
    start_at: datetime | None
    started_at: datetime | None
    end_by: datetime | None
    paper: Paper


def folder_of(broadcast_id: bytes) -> FolderId:
    """Name the folder of a broadcast."""
    return FolderId(broadcast_id)


def write_content(broadcast: Broadcast) -> bytes:
    """Write out exactly what is approved: which broadcast it is, its words and its audience."""
    paper = broadcast.paper
    parts = [broadcast.id.hex(), paper.nonce, paper.content, paper.audience]
    return msgspec.json.encode(parts, order="deterministic")


def hash_of(broadcast: Broadcast) -> str:
    """Return what dry run and approval are bound to."""
    return hashlib.sha256(write_content(broadcast)).hexdigest()


def add(work: Work, author_id: bytes, content: Content, audience: Audience) -> Broadcast:
    """Begin a draft."""
    broadcast_id = BroadcastId(new_id())
    work.vault.create_folder(folder_of(broadcast_id))
    paper = Paper(content, audience, new_id().hex())
    draft = Broadcast(broadcast_id, author_id, State.DRAFT, 1, None, None, None, paper)
    values = {"broadcast_id": broadcast_id, "author_id": author_id, "state": State.DRAFT.value, "revision": 1}
    work.data.execute(insert(broadcasts).values(document=_seal(work, draft), **values))
    return draft


def load(work: Work, broadcast_id: bytes, *, lock: bool = False) -> Broadcast | None:
    """Load a broadcast; None if there is none (any more)."""
    query = select(broadcasts).where(broadcasts.c.broadcast_id == broadcast_id)
    row = work.data.execute(query.with_for_update() if lock else query).first()
    return None if row is None else _broadcast(work, row)


def save(work: Work, changed: Broadcast) -> Broadcast:
    """Keep a broadcast that was changed; return it with its new revision."""
    saved = replace(changed, revision=changed.revision + 1)
    values: dict[str, Any] = {
        "state": saved.state.value,
        "revision": saved.revision,
        "start_at": saved.start_at,
        "started_at": saved.started_at,
        "end_by": saved.end_by,
        "ended_day": day_of(work.now) if saved.state in ENDED else None,
        "document": _seal(work, saved),
    }
    work.data.execute(update(broadcasts).where(broadcasts.c.broadcast_id == saved.id).values(**values))
    return saved


def list_in(work: Work, states: Iterable[State]) -> list[Broadcast]:
    """List the broadcasts in some states, those that began or were to begin first at the top."""
    among = broadcasts.c.state.in_([state.value for state in states])
    query = select(broadcasts).where(among).order_by(broadcasts.c.start_at, broadcasts.c.broadcast_id)
    return [_broadcast(work, row) for row in work.data.execute(query)]


def has_any(work: Work, states: Iterable[State]) -> bool:
    """Tell whether any broadcast is in one of some states."""
    among = broadcasts.c.state.in_([state.value for state in states])
    return work.data.execute(select(broadcasts.c.broadcast_id).where(among).limit(1)).first() is not None


def list_due(work: Work) -> list[Broadcast]:
    """List the scheduled broadcasts whose time has come, the earliest first."""
    due = (broadcasts.c.state == State.SCHEDULED.value) & (broadcasts.c.start_at <= work.now)
    rows = work.data.execute(select(broadcasts).where(due).order_by(broadcasts.c.start_at))
    return [_broadcast(work, row) for row in rows]


def list_started_since(work: Work, moment: datetime) -> list[BroadcastId]:
    """List the broadcasts whose recipients were frozen since a moment."""
    recent = select(broadcasts.c.broadcast_id).where(broadcasts.c.started_at >= moment)
    return [BroadcastId(row[0]) for row in work.data.execute(recent)]


def remove(work: Work, broadcast_id: bytes) -> None:
    """Delete a broadcast with everything that belongs to it, and destroy the key of its folder."""
    work.data.execute(delete(broadcasts).where(broadcasts.c.broadcast_id == broadcast_id))
    work.vault.destroy_folder(folder_of(broadcast_id))


def list_ended_before(work: Work, day: int) -> list[BroadcastId]:
    """List the broadcasts that ended before a day, counted since 1970-01-01, and those nobody wrote any more."""
    orphaned = broadcasts.c.author_id.is_(None) & broadcasts.c.state.in_([state.value for state in UNSENT])
    rows = work.data.execute(select(broadcasts.c.broadcast_id).where(or_(broadcasts.c.ended_day < day, orphaned)))
    return [BroadcastId(row[0]) for row in rows]


def _seal(work: Work, broadcast: Broadcast) -> bytes:
    return seal_document(work, folder_of(broadcast.id), "broadcasts.document", broadcast.id, broadcast.paper)


def _broadcast(work: Work, row: Row[Any]) -> Broadcast:
    paper = open_document(work, folder_of(row.broadcast_id), "broadcasts.document", row.broadcast_id, row.document)
    return Broadcast(
        BroadcastId(row.broadcast_id),
        row.author_id,
        State(row.state),
        row.revision,
        row.start_at,
        row.started_at,
        row.end_by,
        msgspec.convert(paper, Paper),
    )
