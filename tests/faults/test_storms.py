"""A platform that is away or asks for patience, and updates that come again and in any order."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from itertools import product
from pathlib import Path
from random import Random, SystemRandom

import pytest

from bot.ports import Incoming, Outgoing, Text, TryLater, Uncertain
from handlers.house.opening import open_world
from handlers.sending.deliver import Sender
from handlers.world import World
from storage import outbox
from storage.casework import cases, chats
from storage.casework.chats import Side
from storage.clients import people
from storage.outbox import Lane
from storage.transaction import Work
from tests.faults import record
from tests.faults.checker import Due, Figures, Heard, History, Kept, check, count
from tests.faults.refusing import RefusingPlatform
from tests.handlers.given import taken_case
from tests.handlers.walking import CLIENT, COUNSELLOR, client_at, in_world
from tests.surroundings.stores import NewStores
from tests.worlds import TELEGRAM, HandClock, config_in, open_test_bed, real_house

IS_LONG = bool(os.environ.get("SINGGAH_LONG_FAULTS"))
SEED = int(os.environ.get("SINGGAH_SEED", SystemRandom().randrange(1_000_000)))
CHATS = 100
OUTAGE = timedelta(minutes=10)
PER_SECOND = 500.0
#: What a sender that was late may make up for at once, in seconds of its pace.
_CATCH_UP_S = 0.06
_UPDATES, _TIMES = 40, 3
_LOOK_SECONDS = 0.05

#: What the sender has under way at once.
UNDER_WAY = 50

#: Opens a world whose platform has a pace, or none.
Opener = Callable[..., AbstractAsyncContextManager["Post"]]


@dataclass(slots=True)
class Post:
    """A world whose only channel refuses, and everything that waits there."""

    world: World
    clock: HandClock
    platform: RefusingPlatform
    due: tuple[Due, ...] = ()

    @property
    def is_on_sqlite(self) -> bool:
        """Tell the engine."""
        return self.world.config.storage.url.startswith("sqlite")

    async def fill(self, people_: int, each: int) -> None:
        """Queue letters for so many people, each told apart and numbered in its chat."""
        pairs = list(product(range(1, people_ + 1), range(each)))
        self.due = tuple(Due(chat, f"surat-{chat}-{number:03d}.", "line") for chat, number in pairs)
        await self.world.database.write(self._fill)

    def _fill(self, work: Work) -> None:
        known: dict[int, people.ClientId] = {}
        for due in self.due:
            if due.chat not in known:
                index = self.world.address_index(TELEGRAM, str(due.chat))
                known[due.chat] = people.welcome(work, index, TELEGRAM, str(due.chat), "id")
            outbox.put(work, people.folder(known[due.chat]), TELEGRAM, Lane.REPLY, Outgoing(due.words))

    async def pass_time(self, sender: Sender, length: timedelta, step: float = 5.0) -> None:
        """Let time pass while a sender does what it can."""
        until = self.clock.now + length
        while self.clock.now < until:
            while await sender.send_due():
                pass
            self.clock.pass_time(seconds=step)

    async def drain(self, sender: Sender) -> None:
        """Send until nothing waits any more; every pause that was asked for passes sooner."""
        sending = asyncio.create_task(sender.run())
        while await self.world.database.read(_is_anything_waiting):
            self.clock.pass_time(seconds=1)
            self.world.signals.outbox.set()
            await asyncio.sleep(_LOOK_SECONDS)
        sender.stop()
        await sending

    async def judge(self) -> tuple[Figures, list[object]]:
        """Return what it amounted to and what went wrong; what does not lie in the outbox any more counts as sent."""
        left = await self.world.database.read(record.list_left)
        kept = tuple(Kept(due.chat, due.words, left.get(due.words, "sent")) for due in self.due)
        history = History(self.due, tuple(self.platform.heard), kept)
        return count(history), list(check(history))


@pytest.fixture
def opened(tmp_path: Path, new_stores: NewStores) -> Opener:
    """Open a world on SQLite and on PostgreSQL, with a platform of a pace."""

    @asynccontextmanager
    async def open_post(per_second: float | None = None) -> AsyncIterator[Post]:
        clock = HandClock()
        platform = RefusingPlatform(clock, per_second)
        async with open_world(config_in(tmp_path, *new_stores()), {TELEGRAM: platform}, clock, real_house()) as world:
            yield Post(world, clock, platform)

    return open_post


async def test_two_thousand_letters_of_a_ten_minute_outage_go_out_in_order_once_and_paced(
    opened: Opener,
) -> None:
    async with opened(PER_SECOND) as post:
        post.platform.refuse(TryLater(5, everywhere=True), post.clock.now + OUTAGE)
        # PostgreSQL has a quarter of them in the normal suite: there they take a quarter of a minute on busy cores.
        await post.fill(CHATS, 20 if IS_LONG or post.is_on_sqlite else 5)
        sender = Sender(post.world)

        await post.pass_time(sender, OUTAGE)
        asked = post.platform.asked
        await post.drain(sender)
        _, wrong = await post.judge()

    assert wrong == []
    assert len(post.platform.heard) == len(post.due)
    # Fifty letters find out at once that nobody is there; after that a few knock now and then.
    assert asked <= 50 * (1 + OUTAGE.total_seconds() / 5)
    most = _most_in_a_second(post.platform.heard)
    assert most <= PER_SECOND * (1 + _CATCH_UP_S)
    assert most > PER_SECOND / 10, "nobody had said that it was too much"


@pytest.mark.parametrize("answers_questions", [False, True], ids=["silent", "answers questions only"])
async def test_ten_minutes_that_leave_every_answer_open_leave_no_letter_uncertain_and_bring_no_third_copy(
    opened: Opener, *, answers_questions: bool
) -> None:
    async with opened() as post:
        sender = Sender(post.world)
        await sender.send_due()
        until = post.clock.now + OUTAGE
        post.platform.refuse(Uncertain(), until)
        if not answers_questions:
            post.platform.be_absent(until)
        await post.fill(CHATS, 20 if IS_LONG or post.is_on_sqlite else 5)

        await post.pass_time(sender, OUTAGE)
        asked = post.platform.asked
        await post.drain(sender)
        figures, wrong = await post.judge()

    assert wrong == []
    assert figures.uncertain == 0
    # Those under way at its beginning; while questions are answered, one more now and then.
    assert 0 < asked == figures.copies <= UNDER_WAY + answers_questions * 25


async def test_processes_that_come_and_go_while_every_answer_is_open_send_nothing_before_a_question_is_answered(
    opened: Opener,
) -> None:
    async with opened() as post:
        until = post.clock.now + OUTAGE
        post.platform.refuse(Uncertain(), until)
        post.platform.be_absent(until)
        await post.fill(CHATS, 5)
        for _ in range(5):
            await post.pass_time(Sender(post.world), timedelta(minutes=2))
        assert (post.platform.asked, post.platform.questions > 5) == (0, True)
        await post.drain(Sender(post.world))
        figures, wrong = await post.judge()

    assert wrong == []
    assert (figures.copies, figures.uncertain) == (0, 0)


async def test_a_chat_whose_answers_stay_open_gets_two_copies_and_holds_up_nobody_for_long(opened: Opener) -> None:
    async with opened() as post:
        post.platform.refuse(Uncertain(), post.clock.now + timedelta(days=9), chat="1")
        await post.fill(20, 3)
        sender = Sender(post.world)
        await post.pass_time(sender, timedelta(minutes=1), step=1.0)
        assert {heard.chat for heard in post.platform.heard} == set(range(1, 21))
        await post.drain(sender)
        figures, wrong = await post.judge()

    assert wrong == []
    assert (figures.copies, figures.uncertain) == (3, 3)


async def test_a_chat_that_is_asked_to_wait_holds_up_nobody_else(opened: Opener) -> None:
    async with opened() as post:
        post.platform.refuse(TryLater(30), post.clock.now + timedelta(seconds=100), chat="1")
        await post.fill(20, 10)
        sender = Sender(post.world)

        while await sender.send_due():
            pass
        assert {heard.chat for heard in post.platform.heard} == set(range(2, 21))
        assert len(post.platform.heard) == 19 * 10
        await post.drain(sender)
        _, wrong = await post.judge()

    assert wrong == []


async def test_a_storm_for_everybody_is_waited_out_with_few_knocks_even_by_a_new_process(
    opened: Opener,
) -> None:
    async with opened() as post:
        storm = timedelta(minutes=3)
        post.platform.refuse(TryLater(60), post.clock.now + storm)
        await post.fill(50, 4)

        await post.pass_time(Sender(post.world), timedelta(seconds=30))
        first = post.platform.asked
        second = Sender(post.world)
        running = asyncio.create_task(second.run())
        await asyncio.sleep(0.2)
        assert post.platform.asked == first
        second.stop()
        await running
        last = Sender(post.world)
        await post.pass_time(last, storm)
        knocks = post.platform.asked
        await post.drain(last)
        _, wrong = await post.judge()

    assert wrong == []
    assert knocks <= 50 + 4 * 50


async def test_updates_that_come_three_times_in_any_order_and_over_a_restart_have_one_effect_each(
    tmp_path: Path, new_stores: NewStores
) -> None:
    config, chance = config_in(tmp_path, *new_stores()), Random(SEED)
    words = [f"kalimat-ulang-{number:03d}." for number in range(_UPDATES)]
    updates = [Incoming(TELEGRAM, CLIENT, f"7{number:05d}", Text(said)) for number, said in enumerate(words)] * _TIMES
    chance.shuffle(updates)
    half = len(updates) // 2
    heard: list[Heard] = []

    async with open_test_bed(config) as bed:
        await taken_case(bed)
        await asyncio.gather(*(bed.receiver.receive(update) for update in updates[:half]))
        await bed.sender.send_due()
        heard += _heard(bed.heard(COUNSELLOR), len(heard))
    async with open_test_bed(config) as bed:
        await asyncio.gather(*(bed.receiver.receive(update) for update in updates[half:]))
        await bed.flush()
        heard += _heard(bed.heard(COUNSELLOR), len(heard))
        client_id = await client_at(bed)
        kept = await in_world(bed, lambda work: _list_said(work, client_id))

    due = tuple(Due(int(COUNSELLOR), said) for said in words)
    assert check(History(due, tuple(heard), kept)) == [], f"seed {SEED}"


def _is_anything_waiting(work: Work) -> bool:
    return bool(outbox.count_states(work).keys() & {"queued", "sending"})


def _list_said(work: Work, client_id: people.ClientId) -> tuple[Kept, ...]:
    (case,) = cases.list_cases_of(work, client_id)
    said = [one for one in chats.load_chat(work, case) if one.side is Side.CLIENT]
    return tuple(Kept(int(COUNSELLOR), one.text, "sent" if one.delivery.value == "sent" else "waiting") for one in said)


def _heard(texts: list[str], before: int) -> list[Heard]:
    return [Heard(int(COUNSELLOR), text, before + place) for place, text in enumerate(texts)]


def _most_in_a_second(heard: list[Heard]) -> int:
    times = sorted(one.at for one in heard)
    return max(sum(began <= at < began + 1 for at in times) for began in times[::20])
