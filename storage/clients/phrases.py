"""Return phrases: the only way back without an account, never kept themselves."""

from sqlalchemy import delete, insert, select, update

from storage.clients.people import ClientId, present
from storage.tables import phrases
from storage.transaction import Work


def keep_phrase(work: Work, client_id: ClientId, index: bytes, *, moves: bool = False) -> None:
    """Let this phrase bring the person back; one that was typed back before works until this one is, too.

    `moves`: it brings them to the web chat once, for good.
    """
    unconfirmed = (phrases.c.client_id == client_id) & phrases.c.confirmed.is_not(True)
    work.data.execute(delete(phrases).where(unconfirmed))
    work.data.execute(insert(phrases).values(phrase_index=index, client_id=client_id, confirmed=False, moves=moves))


def find_by_phrase(work: Work, index: bytes) -> ClientId | None:
    """Find whose return phrase this is."""
    found = work.data.execute(select(phrases.c.client_id).where(phrases.c.phrase_index == index)).scalar()
    return present(work, found)


def confirm_phrase(work: Work, client_id: ClientId, index: bytes) -> bool:
    """Note that a phrase was typed back, which ends every other of its person; False if it was noted before."""
    mine = phrases.c.client_id == client_id
    this = mine & (phrases.c.phrase_index == index) & phrases.c.confirmed.is_not(True)
    is_first = work.data.execute(update(phrases).where(this).values(confirmed=True)).rowcount == 1
    if is_first:
        work.data.execute(delete(phrases).where(mine, phrases.c.phrase_index != index))
    return is_first


def moves(work: Work, index: bytes) -> bool:
    """Tell whether a phrase is to move its person to the web chat."""
    return bool(work.data.execute(select(phrases.c.moves).where(phrases.c.phrase_index == index)).scalar())


def drop_phrases(work: Work, client_id: ClientId) -> None:
    """Let no phrase bring this person back any more."""
    work.data.execute(delete(phrases).where(phrases.c.client_id == client_id))


def has_confirmed_phrase(work: Work, client_id: ClientId) -> bool:
    """Tell whether the person has typed back a phrase that still works."""
    mine = (phrases.c.client_id == client_id) & phrases.c.confirmed.is_(True)
    return work.data.execute(select(phrases.c.phrase_index).where(mine).limit(1)).first() is not None
