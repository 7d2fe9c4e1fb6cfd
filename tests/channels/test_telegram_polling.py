"""Fetching updates: nothing is confirmed before it is stored, and nobody waits for somebody else."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest

from bot.ports import ChannelError, Incoming, Start, Text
from channels.telegram import TelegramChannel
from channels.telegram_errors import NotTaken, OtherReceiver, TokenRejected, UnreadableUpdate
from channels.telegram_polling import Pace, persist, poll
from tests.botapi.control import BotApi
from tests.botapi.people import Person
from tests.botapi.world import Bell

QUICK = Pace(wait=1, first_pause=0.02, longest_pause=0.05, conflict_pause=0.02)


@dataclass(slots=True)
class Inbox:
    """Stores what arrives and stumbles where a test wants it to."""

    taken: list[Incoming] = field(default_factory=list)
    reports: list[ChannelError] = field(default_factory=list)
    stumble_on: dict[str, int] = field(default_factory=dict)
    hold: asyncio.Event | None = None
    bell: Bell = field(default_factory=Bell)

    async def receive(self, incoming: Incoming) -> None:
        """Store a text, or raise as often as asked for."""
        words = read_words(incoming)
        if self.stumble_on.get(words, 0):
            self.stumble_on[words] -= 1
            raise OSError(words)
        if self.hold:
            await self.hold.wait()
        self.taken.append(incoming)
        self.bell.ring()

    @property
    def words(self) -> list[str]:
        """What was stored, in order."""
        return [read_words(incoming) for incoming in self.taken]

    async def wait_for(self, count: int) -> None:
        """Wait until so many things are stored."""
        async with asyncio.timeout(20):
            while len(self.taken) < count:
                await self.bell.hear(20)


def read_words(incoming: Incoming) -> str:
    match incoming.content:
        case Text(text):
            return text
        case Start():
            return "start"
        case _:
            return "other"


@asynccontextmanager
async def polling(channel: TelegramChannel, inbox: Inbox) -> AsyncIterator[asyncio.Event]:
    stop = asyncio.Event()
    running = asyncio.create_task(poll(channel, inbox.receive, stop, inbox.reports.append, QUICK))
    try:
        yield stop
    finally:
        stop.set()
        await running


async def test_everything_arrives_once_and_is_confirmed(
    bot_api: BotApi, channel: TelegramChannel, person: Person
) -> None:
    inbox = Inbox()
    async with polling(channel, inbox):
        for number in range(120):
            await person.send(str(number))
        await inbox.wait_for(121)
        await bot_api.wait_until_idle()
    assert inbox.words == ["start", *map(str, range(120))]
    assert inbox.reports == []


async def test_nothing_is_confirmed_before_it_is_stored(
    bot_api: BotApi, channel: TelegramChannel, person: Person
) -> None:
    inbox = Inbox(hold=asyncio.Event())
    assert inbox.hold
    await person.send("halo")
    async with polling(channel, inbox):
        await asyncio.sleep(0.3)
        assert bot_api.pending == 2
        inbox.hold.set()
        await inbox.wait_for(2)
    assert bot_api.pending == 0


async def test_one_person_is_served_in_order_and_others_do_not_wait(
    bot_api: BotApi, channel: TelegramChannel, person: Person
) -> None:
    slow, quick = person, bot_api.person("Contoh Lain")
    await quick.start()
    for number in range(3):
        await slow.send(f"lambat {number}")
        await quick.send(f"cepat {number}")
    done: list[tuple[str, str]] = []

    async def receive(incoming: Incoming) -> None:
        await asyncio.sleep(0.1 if incoming.address == str(slow.chat_id) else 0)
        done.append((incoming.address, read_words(incoming)))

    stop = asyncio.Event()
    running = asyncio.create_task(poll(channel, receive, stop, lambda _: None, QUICK))
    await bot_api.wait_until_idle()
    stop.set()
    await running
    assert [words for address, words in done if address == str(slow.chat_id)] == [
        "start",
        "lambat 0",
        "lambat 1",
        "lambat 2",
    ]
    assert [words for _, words in done[:4]] == ["start", "cepat 0", "cepat 1", "cepat 2"]


async def test_what_stumbles_comes_again_in_order_and_blocks_nobody(
    bot_api: BotApi, channel: TelegramChannel, person: Person
) -> None:
    neighbour = bot_api.person("Contoh Lain")
    await person.send("satu")
    await person.send("dua")
    await neighbour.send("tetangga")
    inbox = Inbox(stumble_on={"satu": 3})
    async with polling(channel, inbox):
        await bot_api.wait_until_idle()
    mine = list(dict.fromkeys(read_words(one) for one in inbox.taken if one.address == str(person.chat_id)))
    assert mine == ["start", "satu", "dua"]
    assert inbox.words.index("tetangga") < inbox.words.index("satu")
    assert [type(report) for report in inbox.reports] == [NotTaken] * 3
    assert "satu" not in str(inbox.reports)


async def test_what_waits_behind_a_stumble_is_kept_even_when_it_came_out_of_order(
    bot_api: BotApi, channel: TelegramChannel, person: Person
) -> None:
    bot_api.out_of_order(2)
    await person.send("dulu")
    await person.send("kemudian")
    inbox = Inbox(stumble_on={"kemudian": 1})
    async with polling(channel, inbox):
        await inbox.wait_for(3)
    assert sorted(inbox.words) == ["dulu", "kemudian", "start"]


@pytest.mark.parametrize("poison", [{"message": 5}, {"message": {"chat": None}}, '{"update_id": 1', "not json"])
async def test_a_malformed_update_is_passed_over_and_its_neighbours_arrive(
    bot_api: BotApi, channel: TelegramChannel, person: Person, poison: dict[str, object] | str
) -> None:
    bot_api.inject_raw(poison)
    await person.send("sesudah")
    inbox = Inbox()
    async with polling(channel, inbox):
        await inbox.wait_for(2)
        await bot_api.wait_until_idle()
    assert inbox.words == ["start", "sesudah"]
    assert UnreadableUpdate in [type(report) for report in inbox.reports]


async def test_an_answer_that_never_becomes_readable_is_not_asked_for_in_a_frenzy(
    bot_api: BotApi, channel: TelegramChannel
) -> None:
    bot_api.inject_raw("not json")
    inbox = Inbox()
    began = asyncio.get_running_loop().time()
    async with polling(channel, inbox):
        while len(bot_api.calls("getUpdates")) <= 3:  # noqa: ASYNC110 - nobody announces it
            await asyncio.sleep(0.5)
    lasted = asyncio.get_running_loop().time() - began
    assert len(bot_api.calls("getUpdates")) < 60 * lasted
    bot_api.forgive()


@pytest.mark.parametrize("fault", [{"code": 500}, {"code": 502}, {"drop": "before"}, {"drop": "after"}])
async def test_an_outage_is_reported_and_outlasted(
    bot_api: BotApi, channel: TelegramChannel, person: Person, fault: dict[str, object]
) -> None:
    bot_api.fault("getUpdates", **fault, times=3)  # type: ignore[arg-type]  # each names one argument
    await person.send("halo")
    inbox = Inbox()
    async with polling(channel, inbox):
        await inbox.wait_for(2)
    assert inbox.words == ["start", "halo"]
    assert len(inbox.reports) == 3


async def test_a_flood_limit_is_obeyed(bot_api: BotApi, channel: TelegramChannel, person: Person) -> None:
    bot_api.fault("getUpdates", 429, retry_after=1)
    inbox = Inbox()
    async with polling(channel, inbox):
        await person.send("halo")
        await inbox.wait_for(2)
    first, second, *_ = bot_api.calls("getUpdates")
    assert second.at - first.at >= 1


async def test_somebody_else_who_receives_is_reported_and_waited_for(
    bot_api: BotApi, channel: TelegramChannel, person: Person
) -> None:
    bot_api.fault("getUpdates", 409, times=2)
    await person.send("halo")
    inbox = Inbox()
    async with polling(channel, inbox):
        await inbox.wait_for(2)
    assert [type(report) for report in inbox.reports] == [OtherReceiver] * 2
    assert "revoke" in str(inbox.reports[0])


async def test_a_wrong_token_ends_the_loop(bot_api: BotApi, channel: TelegramChannel) -> None:
    bot_api.fault("getUpdates", 401)
    inbox = Inbox()
    with pytest.raises(TokenRejected, match="token_file"):
        await poll(channel, inbox.receive, asyncio.Event(), inbox.reports.append, QUICK)


async def test_stopping_does_not_wait_for_the_long_poll(channel: TelegramChannel, person: Person) -> None:
    inbox = Inbox()
    stop = asyncio.Event()
    running = asyncio.create_task(poll(channel, inbox.receive, stop, inbox.reports.append))
    await inbox.wait_for(1)
    await asyncio.sleep(0.1)
    stop.set()
    async with asyncio.timeout(10):
        await running
    assert person.received == []
    assert inbox.reports == []


async def test_a_delivery_repeated_carries_the_same_id(
    bot_api: BotApi, channel: TelegramChannel, person: Person
) -> None:
    bot_api.deliver_twice()
    await person.send("dua kali")
    inbox = Inbox()
    async with polling(channel, inbox):
        await inbox.wait_for(3)
    first, second = inbox.taken[-2:]
    assert first == second


async def test_persisting_gives_what_the_act_gave_in_the_end(bot_api: BotApi, channel: TelegramChannel) -> None:
    bot_api.fault("getUpdates", 500, times=2)
    reports: list[ChannelError] = []
    answer = await persist(lambda: channel.fetch_updates(None, 0), asyncio.Event(), reports.append, QUICK)
    assert json.loads(answer or b"")["ok"]
    assert len(reports) == 2
