"""Months in minutes: the same receiver, sender and Telegram channel over real HTTP, with a clock set by hand."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest_asyncio

from channels.telegram import TelegramChannel
from channels.telegram_polling import Pace, poll
from channels.telegram_rates import Rates
from handlers.house.opening import open_world
from handlers.receiving.receive import Receiver
from handlers.running import clock
from handlers.sending.deliver import Sender
from handlers.steps import Steps
from handlers.world import World
from storage.team import staffing
from storage.team.staffing import Purpose, Role
from storage.transaction import Work
from tests.botapi.control import BotApi
from tests.botapi.people import Person
from tests.end_to_end.people import PATIENCE_S, Step, close_case, count_texts, find_label, hear, reach, take_step
from tests.worlds import HandClock, config_in, real_house

KNOCK = "Halo, ada pesan untukmu. Buka kalau kamu sedang sendiri."


@dataclass(slots=True)
class Months:
    """A service whose time passes when a test says so."""

    world: World
    bot_api: BotApi
    clock: HandClock

    async def pass_days(self, days: float) -> None:
        """Let days pass, do what is due then, and wait until it was sent."""
        self.clock.pass_time(days=days)
        await clock.tick(Steps(self.world))
        await self.bot_api.wait_until_idle(timeout=PATIENCE_S)

    async def join_staff(self) -> Person:
        """Add a counsellor in a private chat."""

        def invite(work: Work) -> str:
            member = staffing.add_staff(work, Role.COUNSELLOR, "bnnk-kendari", "Kak Kenanga")
            return staffing.invite(work, member.id, Purpose.LINK_CHAT)

        counsellor = self.bot_api.person("Contoh Konselor")
        await counsellor.start(await self.world.database.write(invite))
        await hear(counsellor, "Selamat datang")
        return counsellor


async def test_somebody_in_rehabilitation_is_asked_every_week_and_a_worrying_answer_calls_the_counsellor(
    bot_api: BotApi, months: Months
) -> None:
    counsellor, client = await months.join_staff(), bot_api.person("Contoh Klien")
    await _go_into_rehabilitation(client, counsellor)

    await months.pass_days(6)
    assert KNOCK not in client.received
    await months.pass_days(1.2)
    await take_step(client, Step("Buka", "Bagaimana kabarmu minggu ini?", tap=True))
    await take_step(client, Step("Sedang berat", "apakah kamu memakai lagi?", tap=True))
    await take_step(client, Step("2", "masih berjalan?"))
    await take_step(client, Step("Masih datang", "Mau konselor menghubungimu", tap=True))
    await take_step(client, Step("ya", "Terima kasih sudah jujur"))
    await hear(counsellor, "kabar yang perlu perhatian")
    await hear(counsellor, "• Kabar: Sedang berat")


async def test_silence_calls_the_counsellor_and_stop_is_kept_for_a_year(bot_api: BotApi, months: Months) -> None:
    counsellor, client = await months.join_staff(), bot_api.person("Contoh Klien")
    await _go_into_rehabilitation(client, counsellor)

    await months.pass_days(7.2)
    await hear(client, KNOCK)
    await months.pass_days(2.5)
    await hear(counsellor, "kabar tidak dijawab")

    await take_step(client, Step("berhenti", "tidak akan mengirim pengingat lagi"))
    await bot_api.wait_until_idle(quiet=0.5, timeout=PATIENCE_S)
    told = count_texts(client)
    for _ in range(53):
        await months.pass_days(7)
    assert client.received[told:] == []


@pytest_asyncio.fixture
async def months(bot_api: BotApi, tmp_path: Path) -> AsyncIterator[Months]:
    """Give a service on a Monday morning in Kendari, polling the Bot API."""
    hand = HandClock()
    channel = TelegramChannel(
        bot_api.token,
        base_url=bot_api.base_url,
        rates=Rates(10_000, 10_000, 10_000),
    )
    try:
        async with (
            open_world(config_in(tmp_path), {channel.name: channel}, hand, real_house()) as world,
            _at_work(world, channel),
        ):
            yield Months(world, bot_api, hand)
    finally:
        await channel.close()


@asynccontextmanager
async def _at_work(world: World, channel: TelegramChannel) -> AsyncIterator[None]:
    sender, stop, troubles = Sender(world), asyncio.Event(), list[str]()
    tasks = (
        asyncio.create_task(sender.run()),
        asyncio.create_task(
            poll(channel, Receiver(world).receive, stop, lambda error: troubles.append(repr(error)), Pace(wait=1))
        ),
    )
    try:
        yield
    finally:
        stop.set()
        sender.stop()
        await asyncio.gather(*tasks)
    assert troubles == []


async def _go_into_rehabilitation(client: Person, counsellor: Person) -> None:
    await reach(client, counsellor)
    await hear(counsellor, "Kamu menangani")
    await take_step(counsellor, Step(await find_label(counsellor, "Tahap"), "tahap", tap=True))
    await take_step(counsellor, Step("dalam rehabilitasi", ": dalam rehabilitasi.", tap=True))
    await close_case(counsellor)
    await hear(client, "sudah ditutup")
