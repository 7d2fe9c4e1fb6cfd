"""The place of each client in the conversation."""

from sqlalchemy import Integer, bindparam, insert, select, update

from bot.dialogue.state import State, read_state, write_state
from storage.clients.people import ClientId, folder
from storage.engine.prepared import Prepared
from storage.errors import Overtaken
from storage.sealing.sealed import Id16, Sealed
from storage.tables import conversations
from storage.transaction import Work

_LOAD = Prepared(
    select(conversations.c.state, conversations.c.revision)
    .where(conversations.c.client_id == bindparam("whose", type_=Id16))
    .with_for_update()
)
_SAVE = Prepared(
    update(conversations)
    .where(
        conversations.c.client_id == bindparam("whose", type_=Id16),
        conversations.c.revision == bindparam("from_revision", type_=Integer),
    )
    .values(state=bindparam("state", type_=Sealed), revision=conversations.c.revision + 1)
)
_BEGIN = Prepared(insert(conversations), ("client_id", "state", "revision"))


class ConversationMoved(Overtaken):
    """Another process moved this conversation first; take the delivery again."""


def load_state(work: Work, client_id: ClientId) -> tuple[State, int] | None:
    """Load the place and its revision; None for somebody new."""
    row = _LOAD.first(work, {"whose": client_id})
    if row is None:
        return None
    return open_state(work, client_id, row.state), row.revision


def hold(work: Work, client_id: ClientId) -> None:
    """Let no other process move a conversation before this step ends."""
    _LOAD.first(work, {"whose": client_id})


def open_state(work: Work, client_id: ClientId, sealed: bytes) -> State:
    """Open a place that was loaded sealed."""
    return read_state(work.vault.open(folder(client_id), "conversations", "state", client_id, sealed).decode())


def save_state(work: Work, client_id: ClientId, state: State, revision: int) -> None:
    """Keep the place; `revision`: the one that was loaded, 0 for somebody new.  Raises ConversationMoved."""
    sealed = work.vault.seal(folder(client_id), "conversations", "state", client_id, write_state(state).encode())
    if revision == 0:
        _BEGIN.change(work, {"client_id": client_id, "state": sealed, "revision": 1})
    elif _SAVE.change(work, {"whose": client_id, "from_revision": revision, "state": sealed}) != 1:
        raise ConversationMoved("the conversation moved in the meantime; take the delivery again")
