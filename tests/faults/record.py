"""Read the history of a run: what the platform took, and what the database has kept of every letter."""

from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager

from sqlalchemy import func, select

from bot.config import parse
from handlers.house.opening import open_world
from handlers.sending.attempt import SECOND_COPY
from handlers.world import World
from storage import outbox
from storage.casework import cases, chats
from storage.casework.chats import Delivery, Side
from storage.clients import people
from storage.outbox.letters import open_letter
from storage.receiving import deaddeliveries
from storage.tables import broadcast_recipients, reminders
from storage.tables import outbox as letters
from storage.transaction import Work
from tests.botapi.control import BotApi
from tests.botapi.people import Person
from tests.end_to_end.telegram_process import TelegramProcess
from tests.faults.checker import Fate, Heard, Kept
from tests.worlds import TELEGRAM, real_house

_CHAT_FATES: dict[Delivery, Fate] = {
    Delivery.QUEUED: "waiting",
    Delivery.SENT: "sent",
    Delivery.SEEN: "sent",
    Delivery.UNCERTAIN: "uncertain",
    Delivery.FAILED: "failed",
}
_LETTER_FATES: dict[str, Fate] = {
    "queued": "waiting",
    "sending": "waiting",
    "uncertain": "uncertain",
    "failed": "failed",
}
#: Whatever is not here was sent.
_REMINDER_FATES: dict[str, Fate] = {"waiting": "waiting", "dropped": "failed", "skipped": "failed"}
_BROADCAST_FATES: dict[str, Fate] = {
    "waiting": "waiting",
    "queued": "waiting",
    "sent": "sent",
    "uncertain": "uncertain",
    "blocked": "failed",
    "failed": "failed",
    "skipped": "failed",
}


@asynccontextmanager
async def looking_into(installed: TelegramProcess) -> AsyncIterator[World]:
    """Open the stores of an installation, as a command beside the service does."""
    config = parse(installed.config_file.read_text(), str(installed.config_file))
    async with open_world(config, {}, house=real_house(), needs_land=False) as world:
        yield world


def list_heard(bot_api: BotApi, skipped: int = 0) -> tuple[Heard, ...]:
    """List every text the platform took, whether or not its answer arrived, with the time of the call.

    `skipped`: so many of the first calls belong to an earlier run.
    """
    calls = [call for call in bot_api.calls("sendMessage")[skipped:] if call.is_over and call.status in {0, 200}]
    return tuple(Heard(call.chat_id or 0, str(call.parameters["text"]), call.at) for call in calls)


def list_chats(work: Work, world: World, pairs: Iterable[tuple[Person, Person]]) -> Iterator[Kept]:
    """List what was said between each client and the counsellor, in the order of the case."""
    for client, counsellor in pairs:
        client_id = _find(work, world, client)
        (case,) = cases.list_cases_of(work, client_id)
        for said in chats.load_chat(work, case):
            to = counsellor if said.side is Side.CLIENT else client
            yield Kept(to.chat_id, said.text, _CHAT_FATES[said.delivery])


def list_reminders(work: Work, world: World, asked: Sequence[Person], words: str) -> Iterator[Kept]:
    """List what became of each reminder: of its row, and of the letter that may still lie there."""
    for person in asked:
        client_id = _find(work, world, person)
        states = work.data.execute(select(reminders.c.state).where(reminders.c.client_id == client_id)).scalars().all()
        lying = select(letters.c.state).where(letters.c.recipient_id == client_id, letters.c.lane == "reminder")
        left = work.data.execute(lying).scalars().first()
        for state in states:
            fate = _REMINDER_FATES.get(state, "sent") if left is None else _LETTER_FATES[left]
            yield Kept(person.chat_id, words, fate)


def list_broadcast(work: Work, world: World, subscribers: Sequence[Person], words: str) -> Iterator[Kept]:
    """List what became of a broadcast for each of those who wanted it."""
    for person in subscribers:
        theirs = broadcast_recipients.c.client_id == _find(work, world, person)
        for state in work.data.execute(select(broadcast_recipients.c.state).where(theirs)).scalars():
            yield Kept(person.chat_id, words, _BROADCAST_FATES[state])


def list_left(work: Work) -> dict[str, Fate]:
    """List what lies in the outbox by its words, without the mark, and what is said of it there."""
    rows = work.data.execute(select(letters)).all()
    lying = [(letter.message.text, _LETTER_FATES[row.state]) for row in rows if (letter := open_letter(work, row))]
    return {text.removeprefix(SECOND_COPY): fate for text, fate in lying}


def count_unsettled(work: Work) -> int:
    """Count what still has to happen: letters to go, reminders that are due, recipients whose turn has not come."""
    states = outbox.count_states(work)
    due = select(func.count()).where(reminders.c.state == "waiting", reminders.c.due_at <= work.now)
    turns = select(func.count()).where(broadcast_recipients.c.state.in_(["waiting", "queued"]))
    rows = (work.data.execute(query).scalar_one() for query in (due, turns))
    return states.get("queued", 0) + states.get("sending", 0) + sum(rows)


def count_dead(work: Work) -> int:
    """Count deliveries that were given up, because so many kills met them."""
    return len(deaddeliveries.list_dead(work))


def _find(work: Work, world: World, person: Person) -> people.ClientId:
    found = people.find_client(work, world.address_index(TELEGRAM, str(person.chat_id)))
    assert found is not None, "nobody writes from there"
    return found
