"""What was said in a case stays in order, with its marks and what it was replied to."""

from storage.casework import cases, chats
from storage.casework.cases import Case
from storage.casework.chats import Delivery, Side
from storage.clients import people
from storage.database import Database
from storage.transaction import Work


def _open(work: Work, address: bytes = b"h" * 16) -> Case:
    return cases.open_case(work, people.welcome(work, address, "telegram", "1001", "id"), "unit", "intake", {})


async def test_messages_stay_in_order_and_can_be_read_from_one_on(store: Database) -> None:
    def step(work: Work) -> list[list[str]]:
        case = _open(work)
        for text in "abc":
            chats.add_message(work, case, Side.CLIENT, text)
        return [[said.text for said in chats.load_chat(work, case, after=after)] for after in (0, 2)]

    assert await store.write(step) == [["a", "b", "c"], ["c"]]


async def test_a_mark_tells_whose_message_it_was(store: Database) -> None:
    def step(work: Work) -> list[object]:
        case = _open(work)
        said = chats.add_message(work, case, Side.COUNSELLOR, "halo")
        marked = chats.mark(work, said.id, Delivery.SEEN)
        (loaded,) = chats.load_chat(work, case)
        return [marked == (case.id, Side.COUNSELLOR), loaded.delivery, chats.mark(work, b"n" * 16, Delivery.SENT)]

    assert await store.write(step) == [True, Delivery.SEEN, None]


async def test_a_reply_finds_the_case_its_message_belongs_to(store: Database) -> None:
    def step(work: Work) -> list[bool]:
        first, second = _open(work), _open(work, b"t" * 16)
        said = chats.add_message(work, first, Side.CLIENT, "halo")
        chats.keep_reference(work, said.id, "77")
        chats.keep_reference(work, b"n" * 16, "78")
        assert [message.text for message in chats.load_chat(work, first)] == ["halo"]
        return [chats.carries(work, case, "77") for case in (first, second)]

    assert await store.write(step) == [True, False]
