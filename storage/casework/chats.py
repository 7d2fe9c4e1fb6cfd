"""What client and counsellor said to each other in a case, and how far each message has come."""

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import String, bindparam, func, insert, select, update

from storage.casework.cases import Case
from storage.clients.people import ClientId, folder, restart_retention
from storage.engine.prepared import Prepared
from storage.sealing.documents import open_document, seal_document
from storage.sealing.encryption import new_id
from storage.sealing.sealed import Id16
from storage.tables import messages
from storage.transaction import Work

#: A reply to an older message than these is not recognised; the counsellor is asked instead.
_REPLIED_TO = 100


class Side(StrEnum):
    """Who speaks."""

    CLIENT = "client"
    COUNSELLOR = "counsellor"


class Delivery(StrEnum):
    """How far a message has come."""

    QUEUED = "queued"
    SENT = "sent"
    SEEN = "seen"
    UNCERTAIN = "uncertain"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class ChatMessage:
    """One message of a case.  `said_at`: ISO minute, UTC."""

    id: bytes
    sequence: int
    side: Side
    text: str
    said_at: str
    delivery: Delivery


# On the way of every word between client and counsellor.
_LATEST = Prepared(
    select(func.coalesce(func.max(messages.c.sequence), 0).label("sequence")).where(
        messages.c.case_id == bindparam("of", type_=Id16)
    )
)
_ADD = Prepared(insert(messages), ("message_id", "case_id", "client_id", "sequence", "side", "delivery", "body"))
_MARK = Prepared(
    update(messages)
    .where(messages.c.message_id == bindparam("which", type_=Id16))
    .values(delivery=bindparam("now", type_=String))
    .returning(messages.c.case_id, messages.c.side)
)


def add_message(work: Work, case: Case, side: Side, text: str) -> ChatMessage:
    """Add a message at the end of the case's chat."""
    message_id = new_id()
    sequence = _LATEST.one(work, {"of": case.id}).sequence + 1
    said = ChatMessage(message_id, sequence, side, text, f"{work.now:%Y-%m-%dT%H:%MZ}", Delivery.QUEUED)
    body = {"text": text, "said_at": said.said_at}
    _ADD.change(
        work,
        {
            "message_id": message_id,
            "case_id": case.id,
            "client_id": case.client_id,
            "sequence": said.sequence,
            "side": side.value,
            "delivery": said.delivery.value,
            "body": seal_document(work, folder(case.client_id), "messages.body", message_id, body),
        },
    )
    if side is Side.COUNSELLOR:
        restart_retention(work, case.client_id)  # a word of either side; the client's own counts when it arrives
    return said


def mark(work: Work, message_id: bytes, delivery: Delivery) -> tuple[bytes, Side] | None:
    """Note how far a message has come; return the id of its case and who said it, None if the message is gone."""
    marked = _MARK.first(work, {"which": message_id, "now": delivery.value})
    return None if marked is None else (marked.case_id, Side(marked.side))


def keep_reference(work: Work, message_id: bytes, reference: str) -> None:
    """Remember under which id of the platform a counsellor got a message, so that a reply to it finds its case."""
    row = work.data.execute(select(messages).where(messages.c.message_id == message_id)).first()
    if row is None:
        return
    own = folder(ClientId(row.client_id))
    body = {**open_document(work, own, "messages.body", message_id, row.body), "reference": reference}
    sealed = seal_document(work, own, "messages.body", message_id, body)
    work.data.execute(update(messages).where(messages.c.message_id == message_id).values(body=sealed))


def carries(work: Work, case: Case, reference: str) -> bool:
    """Tell whether one of the client's newest messages reached the counsellor under this id of the platform."""
    said = (messages.c.case_id == case.id) & (messages.c.side == Side.CLIENT.value)
    newest = select(messages).where(said).order_by(messages.c.sequence.desc()).limit(_REPLIED_TO)
    own = folder(case.client_id)
    bodies = (open_document(work, own, "messages.body", row.message_id, row.body) for row in work.data.execute(newest))
    return any(body.get("reference") == reference for body in bodies)


def count_messages(work: Work, case: Case) -> int:
    """Count what is kept of the chat of a case."""
    mine = select(func.count()).select_from(messages).where(messages.c.case_id == case.id)
    return work.data.execute(mine).scalar_one()


def load_chat(work: Work, case: Case, *, after: int = 0) -> list[ChatMessage]:
    """Load the messages of a case in order, from the one after `after`."""
    query = select(messages).where(messages.c.case_id == case.id, messages.c.sequence > after)
    chat = []
    for row in work.data.execute(query.order_by(messages.c.sequence)):
        body = open_document(work, folder(case.client_id), "messages.body", row.message_id, row.body)
        said = body["text"], body["said_at"]
        chat.append(ChatMessage(row.message_id, row.sequence, Side(row.side), *said, Delivery(row.delivery)))
    return chat
