"""What tests of sending do with letters: put one, let time pass, and look what staff sees of them."""

import asyncio

from bot.ports import Outgoing
from handlers.sending.deliver import Sender
from storage import outbox
from storage.casework import chats
from storage.casework.cases import Case
from storage.casework.chats import Delivery
from storage.clients import people
from storage.outbox import Lane
from storage.transaction import Work
from tests.handlers.walking import in_world
from tests.worlds import TestBed


async def marks(bed: TestBed, case: Case) -> list[Delivery]:
    return [said.delivery for said in await in_world(bed, lambda work: chats.load_chat(work, case))]


async def later(bed: TestBed, **amount: float) -> None:
    bed.clock.pass_time(**amount)
    await bed.flush()


async def run_briefly(bed: TestBed) -> None:
    sender = Sender(bed.world)
    running = asyncio.create_task(sender.run())
    async with asyncio.timeout(20):
        while {"queued", "sending"} & set(await in_world(bed, outbox.count_states)):  # noqa: ASYNC110 - nobody announces it
            await asyncio.sleep(0.01)
    sender.stop()
    await running


def put_text(work: Work, client_id: people.ClientId, text: str, message_id: bytes | None) -> None:
    outbox.put(work, people.folder(client_id), "telegram", Lane.COUNSELLOR, Outgoing(text), message_id=message_id)
