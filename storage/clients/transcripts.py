"""What a web page shows again after a reload: the newest lines of both sides."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import Integer, bindparam, delete, func, insert, select, update

from bot.dialogue.buttons import question_of
from bot.dialogue.effects import Ask, Picture
from bot.ports import Key, Line, Outgoing
from storage.clients.people import ClientId, folder
from storage.engine.prepared import Prepared
from storage.sealing.documents import open_document, seal_document
from storage.sealing.encryption import new_id
from storage.sealing.sealed import Id16
from storage.tables import messages, transcripts
from storage.transaction import Work

KEPT_LINES = 40
#: What a closed page has not shown yet is kept longer, but not without end.
MOST_LINES = 400
_LOOKED_BACK = 10
#: A page may fetch itself anew a moment after it was shown, so what is to be seen once gets time to be written down.
_SHOWN_FOR = timedelta(minutes=10)

# On the way of every line, and of every look at the page.
_MINE = transcripts.c.client_id == bindparam("whose", type_=Id16)
_LATEST = Prepared(select(func.coalesce(func.max(transcripts.c.sequence), 0).label("revision")).where(_MINE))
_LINES = Prepared(select(transcripts).where(_MINE).order_by(transcripts.c.sequence))
_NEWEST = Prepared(select(transcripts).where(_MINE).order_by(transcripts.c.sequence.desc()).limit(_LOOKED_BACK))
_PUT = Prepared(insert(transcripts), ("line_id", "client_id", "sequence", "line", "seen", "message_id"))
_DROP_OLD = Prepared(
    delete(transcripts).where(
        _MINE,
        (transcripts.c.seen & (transcripts.c.sequence <= bindparam("if_seen", type_=Integer)))
        | (transcripts.c.sequence <= bindparam("in_any_case", type_=Integer)),
    )
)
_UNSEEN = transcripts.c.seen.is_(False) & (transcripts.c.sequence <= bindparam("shown", type_=Integer))
_CARRIED = Prepared(select(transcripts.c.message_id).where(_MINE, _UNSEEN, transcripts.c.message_id.is_not(None)))
_MARK_SEEN = Prepared(update(transcripts).where(_MINE, _UNSEEN).values(seen=True))


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

    `afterwards`: see `show_transcript`; empty for a line that stays.
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


def show_transcript(work: Work, client_id: ClientId) -> Transcript:
    """Load what the page shows now; what may not be shown again is replaced first.

    That is so once the person has gone on from it, or after ten minutes.
    """
    opened, revision = _open_lines(work, client_id)
    has_gone_on = False
    for place, (line_id, line) in reversed(list(enumerate(opened))):
        has_gone_on = has_gone_on or bool(line.get("mine"))
        if "afterwards" in line and (has_gone_on or work.now.timestamp() >= line["until"]):
            opened[place] = line_id, _hide(work, client_id, line_id, line["afterwards"])
    return Transcript(tuple(_line(*line) for line in opened), revision)


def load_transcript(work: Work, client_id: ClientId) -> Transcript:
    """Load every line as it is kept."""
    opened, revision = _open_lines(work, client_id)
    return Transcript(tuple(_line(*line) for line in opened), revision)


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


def mark_seen(work: Work, client_id: ClientId, revision: int) -> bool:
    """Mark the lines up to a revision as shown by the page; True if a chat message among them was new to it."""
    mine = {"whose": client_id, "shown": revision}
    shown = [row.message_id for row in _CARRIED.all(work, mine)]
    if shown:
        work.data.execute(update(messages).where(messages.c.message_id.in_(shown)).values(delivery="seen"))
    _MARK_SEEN.change(work, mine)
    return bool(shown)


def latest_revision(work: Work, client_id: ClientId) -> int:
    """Return the revision the page should have."""
    return int(_LATEST.one(work, {"whose": client_id}).revision)


def _add(
    work: Work, client_id: ClientId, sequence: int, document: dict[str, object], message_id: bytes | None = None
) -> None:
    line_id = new_id()
    _PUT.change(
        work,
        {
            "line_id": line_id,
            "client_id": client_id,
            "sequence": sequence,
            "line": seal_document(work, folder(client_id), "transcripts.line", line_id, document),
            "seen": bool(document.get("mine")),
            "message_id": message_id,
        },
    )
    old = {"if_seen": sequence - KEPT_LINES, "in_any_case": sequence - MOST_LINES}
    _DROP_OLD.change(work, {"whose": client_id, **old})


def _drop_asked_before(work: Work, client_id: ClientId, message: Outgoing) -> None:
    """Take away the line that asked the same question, and the tap on it; what others said in between stays."""
    if not message.keys:
        return
    asked = question_of(message.keys[0].token)
    tap: tuple[bytes, str] | None = None
    for row in _NEWEST.all(work, {"whose": client_id}):
        line = open_document(work, folder(client_id), "transcripts.line", row.line_id, row.line)
        if line.get("mine"):
            tap = tap or (row.line_id, line["text"])
        elif line.get("keys") and question_of(line["keys"][0][0]) == asked:
            labels = {label for _, label, _ in line["keys"]}
            gone = [row.line_id, *([tap[0]] if tap is not None and tap[1] in labels else [])]
            work.data.execute(delete(transcripts).where(transcripts.c.line_id.in_(gone)))
            return


def _open_lines(work: Work, client_id: ClientId) -> tuple[list[tuple[bytes, dict[str, Any]]], int]:
    """Open every line, with its id and in order; return also the revision."""
    rows, own = _LINES.all(work, {"whose": client_id}), folder(client_id)
    opened = [(row.line_id, open_document(work, own, "transcripts.line", row.line_id, row.line)) for row in rows]
    return opened, rows[-1].sequence if rows else 0


def _hide(work: Work, client_id: ClientId, line_id: bytes, afterwards: str) -> dict[str, Any]:
    hidden = {"text": afterwards}
    sealed = seal_document(work, folder(client_id), "transcripts.line", line_id, hidden)
    work.data.execute(update(transcripts).where(transcripts.c.line_id == line_id).values(line=sealed))
    return hidden


def _line(line_id: bytes, document: dict[str, Any]) -> Line:
    return Line(
        str(document["text"]),
        bool(document.get("mine")),
        tuple(Key(*key) for key in document.get("keys", [])),
        Ask(str(document.get("ask", Ask.NOTHING))),
        str(document.get("share", "")),
        Picture(line_id.hex(), str(document["picture"][1])) if "picture" in document else None,
    )
