"""What a web page shows again after a reload: the newest lines of both sides."""

from dataclasses import dataclass

from sqlalchemy import delete, func, insert, select, update

from bot.dialogue.effects import Ask
from bot.ports import Key, Line, Outgoing
from storage.documents import open_document, seal_document
from storage.encryption import new_id
from storage.people import ClientId, folder
from storage.tables import messages, transcripts
from storage.transaction import Work

KEPT_LINES = 40


@dataclass(frozen=True, slots=True)
class Transcript:
    """Lines in order.  `revision` grows with every change."""

    lines: tuple[Line, ...]
    revision: int


def add_mine(work: Work, client_id: ClientId, text: str) -> None:
    """Add what the person said."""
    _add(work, client_id, latest_revision(work, client_id) + 1, {"text": text, "mine": True})


def add_ours(
    work: Work, client_id: ClientId, message: Outgoing, *, replace: bool = False, message_id: bytes | None = None
) -> None:
    """Add what is said to the person; `replace` takes the place of the newest line if that one is ours."""
    document: dict[str, object] = {
        "text": message.text,
        "keys": [[key.token, key.label, key.picked] for key in message.keys],
        "ask": message.ask.value,
        "share": message.share_label,
    }
    sequence = latest_revision(work, client_id) + 1
    if replace:
        _drop_newest_of_ours(work, client_id)
    _add(work, client_id, sequence, document, message_id)


def load_transcript(work: Work, client_id: ClientId) -> Transcript:
    """Load what the page shows now."""
    query = select(transcripts).where(transcripts.c.client_id == client_id).order_by(transcripts.c.sequence)
    rows = work.data.execute(query).all()
    own = folder(client_id)
    opened = [open_document(work, own, "transcripts.line", row.line_id, row.line) for row in rows]
    return Transcript(tuple(_line(line) for line in opened), rows[-1].sequence if rows else 0)


def label_of(work: Work, client_id: ClientId, token: str) -> str | None:
    """Return what a button on the page says; None if the page no longer shows it."""
    keys = (key for line in load_transcript(work, client_id).lines for key in line.keys)
    return next((key.label for key in keys if key.token == token), None)


def mark_seen(work: Work, client_id: ClientId) -> bool:
    """Mark every line as shown by the page; True if a chat message among them was new to it."""
    mine = (transcripts.c.client_id == client_id) & transcripts.c.seen.is_(False)
    carried = work.data.execute(select(transcripts.c.message_id).where(mine, transcripts.c.message_id.is_not(None)))
    shown = [row[0] for row in carried]
    if shown:
        work.data.execute(update(messages).where(messages.c.message_id.in_(shown)).values(delivery="seen"))
    work.data.execute(update(transcripts).where(mine).values(seen=True))
    return bool(shown)


def latest_revision(work: Work, client_id: ClientId) -> int:
    """Return the revision the page should have."""
    query = select(func.coalesce(func.max(transcripts.c.sequence), 0)).where(transcripts.c.client_id == client_id)
    return int(work.data.execute(query).scalar_one())


def _add(
    work: Work, client_id: ClientId, sequence: int, document: dict[str, object], message_id: bytes | None = None
) -> None:
    line_id = new_id()
    work.data.execute(
        insert(transcripts).values(
            line_id=line_id,
            client_id=client_id,
            sequence=sequence,
            line=seal_document(work, folder(client_id), "transcripts.line", line_id, document),
            seen=False,
            message_id=message_id,
        )
    )
    old = (transcripts.c.client_id == client_id) & (transcripts.c.sequence <= sequence - KEPT_LINES)
    work.data.execute(delete(transcripts).where(old))


def _drop_newest_of_ours(work: Work, client_id: ClientId) -> None:
    """Take away the last line of ours and the tap on it, so that the new one stands in its place."""
    newest = select(transcripts).where(transcripts.c.client_id == client_id).order_by(transcripts.c.sequence.desc())
    for row in work.data.execute(newest.limit(2)).all():
        line = open_document(work, folder(client_id), "transcripts.line", row.line_id, row.line)
        work.data.execute(delete(transcripts).where(transcripts.c.line_id == row.line_id))
        if not line.get("mine"):
            return


def _line(document: dict[str, object]) -> Line:
    keys = document.get("keys", [])
    assert isinstance(keys, list), "written by add_ours"
    return Line(
        str(document["text"]),
        bool(document.get("mine")),
        tuple(Key(*key) for key in keys),
        Ask(str(document.get("ask", Ask.NOTHING))),
        str(document.get("share", "")),
    )
