"""What a person wrote before something in it was hidden, kept half an hour in case they want it sent as it is."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete, insert, select

from storage.clients.people import ClientId, folder
from storage.keeping.piecemeal import delete_some
from storage.sealing.documents import open_document, seal_document
from storage.tables import hidden_words
from storage.transaction import Work

KEPT = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class HiddenWords:
    """Words as they were written.  `flow` and `key`: the question they answered; empty for words to a counsellor."""

    text: str
    flow: str
    key: str


def keep(work: Work, client_id: ClientId, words: HiddenWords) -> None:
    """Keep words in the place of any earlier ones."""
    forget(work, client_id)
    document = {"text": words.text, "flow": words.flow, "key": words.key}
    sealed = seal_document(work, folder(client_id), "hidden_words.words", client_id, document)
    work.data.execute(insert(hidden_words).values(client_id=client_id, until=work.now + KEPT, words=sealed))


def take(work: Work, client_id: ClientId) -> HiddenWords | None:
    """Return the words and forget them; None once they are gone, or their time is over."""
    row = work.data.execute(select(hidden_words).where(hidden_words.c.client_id == client_id)).first()
    if row is None:
        return None
    forget(work, client_id)
    if row.until <= work.now:
        return None
    return HiddenWords(**open_document(work, folder(client_id), "hidden_words.words", client_id, row.words))


def forget(work: Work, client_id: ClientId) -> None:
    """Forget the words of a client."""
    work.data.execute(delete(hidden_words).where(hidden_words.c.client_id == client_id))


def forget_old(work: Work, *, most: int) -> int:
    """Forget some of the words whose time is over; return how many there were."""
    return delete_some(work.data, hidden_words, hidden_words.c.until <= work.now, most=most)
