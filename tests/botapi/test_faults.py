"""Trouble happens when, where and as often as a test orders it."""

import time

import pytest
import telegram
from telegram.error import BadRequest, ChatMigrated, NetworkError, RetryAfter, TimedOut

from tests.botapi.control import BotApi
from tests.botapi.people import Person


@pytest.fixture
async def person(bot_api: BotApi) -> Person:
    """Give somebody who has pressed Start."""
    somebody = bot_api.person("Contoh")
    await somebody.start()
    return somebody


async def test_a_wait_is_ordered_for_one_call_only(
    bot: telegram.Bot, bot_api: BotApi, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PTB_TIMEDELTA", "1")
    bot_api.fault("sendMessage", 429, retry_after=3)

    with pytest.raises(RetryAfter, match="Retry in 0:00:03"):
        await bot.send_message(person.id, "satu")
    await bot.send_message(person.id, "dua")

    assert person.received == ["dua"]
    assert bot_api.refused == []


async def test_a_fault_can_be_meant_for_one_chat(bot: telegram.Bot, bot_api: BotApi, person: Person) -> None:
    other = bot_api.person("Contoh Lain")
    await other.start()
    bot_api.fault("*", 400, description="Bad Request: PEER_ID_INVALID", chat_id=other.id, times=2)

    await bot.send_message(person.id, "halo")

    with pytest.raises(BadRequest):
        await bot.send_message(other.id, "halo")
    with pytest.raises(BadRequest):
        await bot.send_chat_action(other.id, "typing")
    await bot.send_message(other.id, "halo")


async def test_an_outage_lasts_until_it_is_cleared(bot: telegram.Bot, bot_api: BotApi, person: Person) -> None:
    bot_api.fault("*", 502, times=1000)
    for _ in range(3):
        with pytest.raises(NetworkError):
            await bot.send_message(person.id, "halo")

    bot_api.clear_faults()

    await bot.send_message(person.id, "halo")
    assert person.received == ["halo"]


async def test_a_connection_lost_before_means_not_sent(bot: telegram.Bot, bot_api: BotApi, person: Person) -> None:
    bot_api.fault("sendMessage", drop="before")

    with pytest.raises(NetworkError):
        await bot.send_message(person.id, "halo")

    assert person.received == []


async def test_a_connection_lost_after_means_sent(bot: telegram.Bot, bot_api: BotApi, person: Person) -> None:
    bot_api.fault("sendMessage", drop="after")

    with pytest.raises(NetworkError):
        await bot.send_message(person.id, "halo")

    assert person.received == ["halo"]
    assert bot_api.calls("sendMessage")[0].status == 0


async def test_a_late_answer_still_means_sent(bot: telegram.Bot, bot_api: BotApi, person: Person) -> None:
    bot_api.fault("sendMessage", delay=0.3)

    with pytest.raises(TimedOut):
        await bot.send_message(person.id, "halo", read_timeout=0.1)

    await person.wait_for(lambda screen: screen.text == "halo", timeout=2)


async def test_stopping_does_not_wait_for_a_delay(bot: telegram.Bot, bot_api: BotApi, person: Person) -> None:
    bot_api.fault("sendMessage", delay=60)
    with pytest.raises(TimedOut):
        await bot.send_message(person.id, "halo", read_timeout=0.1)
    started = time.monotonic()

    await bot_api.stop()

    assert time.monotonic() - started < 10


async def test_a_moved_group_is_told(bot: telegram.Bot, bot_api: BotApi, person: Person) -> None:
    group = bot_api.group("Tim Contoh", members=[person])
    bot_api.fault("sendMessage", 400, migrate_to_chat_id=-1009)

    with pytest.raises(ChatMigrated) as moved:
        await bot.send_message(group.chat_id, "halo")

    assert moved.value.new_chat_id == -1009
