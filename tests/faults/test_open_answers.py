"""Answers that leave open whether a message arrived, though it did: it comes once more with the mark, not again."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import get_args

import pytest

from bot.ports import Outgoing
from channels.telegram import TelegramChannel
from channels.telegram_rates import Rates
from handlers.house.opening import open_world
from handlers.sending.deliver import Sender
from handlers.world import World
from storage import outbox
from storage.clients import people
from storage.outbox import Lane
from storage.transaction import Work
from tests.botapi.control import BotApi
from tests.botapi.people import Person
from tests.faults import record
from tests.faults.between import Between, How, standing_between
from tests.faults.checker import Due, History, Kept, check
from tests.worlds import TELEGRAM, HandClock, config_in, real_house

LANES = (Lane.COUNSELLOR, Lane.REPLY, Lane.BROADCAST)
OUTAGE = timedelta(minutes=10)
#: Of a slow machine, to pass a call on; whoever is silent costs as much.
_TIMEOUT_S = 1.5
_NO_LIMIT = Rates(10_000, 10_000, 600_000)

#: Opens a service whose line to the Bot API is in somebody's hands.
Opener = Callable[[], AbstractAsyncContextManager["Line"]]


@dataclass(slots=True)
class Line:
    """A service with somebody between it and the Bot API, and a letter to somebody in each of three lanes."""

    world: World
    clock: HandClock
    between: Between
    bot_api: BotApi
    people: Sequence[Person]

    @property
    def due(self) -> tuple[Due, ...]:
        """What must come of it."""
        return tuple(
            Due(person.chat_id, f"surat-{lane.value}.", may_repeat=lane is not Lane.BROADCAST)
            for person, lane in zip(self.people, LANES, strict=True)
        )

    async def fill(self) -> None:
        """Queue the letters."""
        await self.world.database.write(self._fill)

    def _fill(self, work: Work) -> None:
        for due, lane in zip(self.due, LANES, strict=True):
            index = self.world.address_index(TELEGRAM, str(due.chat))
            client = people.welcome(work, index, TELEGRAM, str(due.chat), "id")
            broadcast = b"k" * 16 if lane is Lane.BROADCAST else None
            outbox.put(work, people.folder(client), TELEGRAM, lane, Outgoing(due.words), broadcast=broadcast)

    async def pass_time(self, sender: Sender, length: timedelta) -> None:
        """Let time pass while a sender does what it can."""
        until = self.clock.now + length
        while self.clock.now < until:
            while await sender.send_due():
                pass
            self.clock.pass_time(seconds=30)

    def count_calls(self, method: str) -> int:
        """Count how often the Bot API was called."""
        return len(self.bot_api.calls(method))

    async def judge(self) -> tuple[dict[str, str], list[object]]:
        """Return what the database says of each letter, and everything that is wrong."""
        left = await self.world.database.read(record.list_left)
        kept = tuple(Kept(due.chat, due.words, left.get(due.words, "sent")) for due in self.due)
        history = History(self.due, record.list_heard(self.bot_api), kept)
        return {one.words: one.fate for one in kept}, list(check(history))


@pytest.fixture
def new_line(tmp_path: Path, bot_api: BotApi) -> Opener:
    """Open a service whose clock is set by hand."""

    @asynccontextmanager
    async def open_line() -> AsyncIterator[Line]:
        clock, chats = HandClock(), [bot_api.person(f"Contoh {lane.value}") for lane in LANES]
        for person in chats:
            await person.start()
        async with standing_between(bot_api.root_url) as between:
            channel = TelegramChannel(
                bot_api.token, base_url=between.base_url, rates=_NO_LIMIT, timeout_seconds=_TIMEOUT_S
            )
            async with open_world(config_in(tmp_path), {TELEGRAM: channel}, clock, real_house()) as world:
                line = Line(world, clock, between, bot_api, chats)
                await line.fill()
                yield line
            await channel.close()

    return open_line


@pytest.mark.parametrize("how", get_args(How))
async def test_a_message_whose_answers_all_stay_open_comes_twice_at_most_and_is_uncertain_then(
    new_line: Opener, how: How
) -> None:
    async with new_line() as line:
        line.between.how["sendMessage"] = how
        await line.pass_time(Sender(line.world), OUTAGE)
        fates, wrong = await line.judge()

    assert wrong == []
    assert set(fates.values()) == {"uncertain"}
    assert line.count_calls("sendMessage") == 2 + 2 + 1
    assert line.count_calls("getMe") >= 3  # at the beginning, before the second copy of one, before that of the other


@pytest.mark.parametrize("how", get_args(How))
async def test_nothing_goes_out_again_before_the_platform_has_answered_as_itself(new_line: Opener, how: How) -> None:
    async with new_line() as line:
        sender = Sender(line.world)
        line.between.how["sendMessage"] = line.between.how["getMe"] = how
        await line.pass_time(sender, timedelta(minutes=1))
        assert line.count_calls("sendMessage") == 0  # a sender that begins asks first

        line.between.how.pop("getMe")
        await sender.send_due()
        line.between.how["getMe"] = how
        await line.pass_time(sender, timedelta(minutes=3))
        asked = line.count_calls("sendMessage")
        line.between.how.clear()
        await line.pass_time(sender, timedelta(minutes=3))
        fates, wrong = await line.judge()

    assert wrong == []
    assert 0 < asked <= len(LANES)
    assert {fates[due.words] for due in line.due if due.may_repeat} == {"sent"}
    assert line.count_calls("sendMessage") == asked + list(fates.values()).count("sent")
