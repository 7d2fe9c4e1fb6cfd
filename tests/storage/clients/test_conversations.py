"""The place in the conversation: kept as it is, and moved by one writer at a time."""

import pytest

from bot.dialogue.state import State
from storage.clients import conversations, people
from storage.clients.conversations import ConversationMoved
from storage.clients.people import ClientId
from storage.database import Database
from storage.transaction import Work

PLACE = State("id", "intake", {"intake": {"substances": ("other",), "promise": True}}, asked="how_often", draft=("x",))


def _welcome(work: Work) -> ClientId:
    return people.welcome(work, b"h" * 16, "telegram", "1001", "id")


async def test_a_place_comes_back_as_it_was(store: Database) -> None:
    def step(work: Work) -> list[object]:
        client_id = _welcome(work)
        nothing = conversations.load_state(work, client_id)
        conversations.save_state(work, client_id, PLACE, 0)
        return [nothing, conversations.load_state(work, client_id)]

    assert await store.write(step) == [None, (PLACE, 1)]


async def test_a_second_writer_is_refused(store: Database) -> None:
    client_id = await store.write(_welcome)
    for revision in (0, 1):
        await store.write(lambda work, revision=revision: conversations.save_state(work, client_id, PLACE, revision))  # type: ignore[misc]  # bound now

    with pytest.raises(ConversationMoved, match="again"):
        await store.write(lambda work: conversations.save_state(work, client_id, PLACE, 1))
