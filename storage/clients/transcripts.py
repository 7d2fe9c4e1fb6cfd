"""What a web page shows again after a reload: the newest lines of both sides."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, func, insert, select, update

from bot.dialogue.buttons import question_of
from bot.dialogue.effects import Ask, Picture
from bot.ports import Key, Line, Outgoing
from storage.clients.people import ClientId, folder
from storage.sealing.documents import open_document, seal_document
from storage.sealing.encryption import new_id
from storage.tables import messages, transcripts
from storage.transaction import Work

KEPT_LINES = 40
#: What a closed page has not shown yet is kept longer, but not without end.
MOST_LINES = 400
_LOOKED_BACK = 10
#: A page may fetch itself anew a moment after it was shown, so what is to be seen once gets time to be written down.
_SHOWN_FOR = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Transcript:
    """Lines in order.  `revision` grows with every change."""

    lines: tuple[Line, ...]
    revision: int


def add_mine(work: Work, client_id: ClientId, text: str) -> None:
    """Add what the person said."""
    _add(work, client_id, latest_revision(work, client_id) + 1, {"text": text, "mine": True})


def add_ours(
    work: Work,
    client_id: ClientId,
    message: Outgoing,
    *,
    replace: bool = False,
    message_id: bytes | None = None,
    afterwards: str = "",
) -> None:
    """Add what is said to the person; `replace` takes the place of the newest line if that one is ours.

    `afterwards`: see `hide_shown`; empty for a line that stays.
    """
    document: dict[str, object] = {
        "text": message.text,
        "keys": [[key.token, key.label, key.picked] for key in message.keys],
        "ask": message.ask.value,
        "share": message.share_label,
    }
    if message.picture is not None:
        document["picture"] = [message.picture.id, message.picture.description]
    if afterwards:
        document |= {"afterwards": afterwards, "until": (work.now + _SHOWN_FOR).timestamp()}
    sequence = latest_revision(work, client_id) + 1
    if replace:
        _drop_asked_before(work, client_id, message)
    _add(work, client_id, sequence, document, message_id)


def drop_shown(work: Work, client_id: ClientId) -> None:
    """Take away every line the page has shown; what it has not shown yet stays, and so does the newest line."""
    newest = latest_revision(work, client_id)
    old = transcripts.c.seen & (transcripts.c.sequence < newest)
    work.data.execute(delete(transcripts).where(transcripts.c.client_id == client_id, old))


def hide_shown(work: Work, client_id: ClientId) -> None:
    """Replace what may not be shown again once the person has gone on from it, or after ten minutes."""
    mine = select(transcripts).where(transcripts.c.client_id == client_id).order_by(transcripts.c.sequence.desc())
    has_gone_on = False
    for row in work.data.execute(mine).all():
        line = open_document(work, folder(client_id), "transcripts.line", row.line_id, row.line)
        has_gone_on = has_gone_on or bool(line.get("mine"))
        if "afterwards" in line and (has_gone_on or work.now.timestamp() >= line["until"]):
            hidden = {"text": line["afterwards"]}
            sealed = seal_document(work, folder(client_id), "transcripts.line", row.line_id, hidden)
            work.data.execute(update(transcripts).where(transcripts.c.line_id == row.line_id).values(line=sealed))


def load_transcript(work: Work, client_id: ClientId) -> Transcript:
    """Load what the page shows now."""
    query = select(transcripts).where(transcripts.c.client_id == client_id).order_by(transcripts.c.sequence)
    rows = work.data.execute(query).all()
    own = folder(client_id)
    opened = [(row.line_id, open_document(work, own, "transcripts.line", row.line_id, row.line)) for row in rows]
    return Transcript(tuple(_line(*line) for line in opened), rows[-1].sequence if rows else 0)


def find_picture(work: Work, line_id: bytes) -> tuple[ClientId, str] | None:
    """Find whose line it is, and the id of the picture that stands in it; None if there is none (any more)."""
    row = work.data.execute(select(transcripts).where(transcripts.c.line_id == line_id)).first()
    if row is None:
        return None
    whose = ClientId(row.client_id)
    line = open_document(work, folder(whose), "transcripts.line", row.line_id, row.line)
    return (whose, str(line["picture"][0])) if "picture" in line else None


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
            seen=bool(document.get("mine")),
            message_id=message_id,
        )
    )
    shown = transcripts.c.seen & (transcripts.c.sequence <= sequence - KEPT_LINES)
    old = shown | (transcripts.c.sequence <= sequence - MOST_LINES)
    work.data.execute(delete(transcripts).where(transcripts.c.client_id == client_id, old))


def _drop_asked_before(work: Work, client_id: ClientId, message: Outgoing) -> None:
    """Take away the line that asked the same question, and the tap on it; what others said in between stays."""
    if not message.keys:
        return
    asked = question_of(message.keys[0].token)
    newest = select(transcripts).where(transcripts.c.client_id == client_id).order_by(transcripts.c.sequence.desc())
    tap: tuple[bytes, str] | None = None
    for row in work.data.execute(newest.limit(_LOOKED_BACK)).all():
        line = open_document(work, folder(client_id), "transcripts.line", row.line_id, row.line)
        if line.get("mine"):
            tap = tap or (row.line_id, line["text"])
        elif line.get("keys") and question_of(line["keys"][0][0]) == asked:
            labels = {label for _, label, _ in line["keys"]}
            gone = [row.line_id, *([tap[0]] if tap is not None and tap[1] in labels else [])]
            work.data.execute(delete(transcripts).where(transcripts.c.line_id.in_(gone)))
            return


def _line(line_id: bytes, document: dict[str, Any]) -> Line:
    return Line(
        str(document["text"]),
        bool(document.get("mine")),
        tuple(Key(*key) for key in document.get("keys", [])),
        Ask(str(document.get("ask", Ask.NOTHING))),
        str(document.get("share", "")),
        Picture(line_id.hex(), str(document["picture"][1])) if "picture" in document else None,
    )
