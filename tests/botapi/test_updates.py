"""getUpdates hands updates out the way Telegram does."""

import asyncio
import time

import httpx
import pytest
import telegram
from telegram.error import Conflict

from tests.botapi.control import BotApi


async def test_an_update_comes_again_until_it_is_confirmed(bot: telegram.Bot, bot_api: BotApi) -> None:
    person = bot_api.person("Contoh")
    await person.start("ref_ABC")

    first = await bot.get_updates()
    again = await bot.get_updates()
    confirmed = await bot.get_updates(offset=again[-1].update_id + 1)

    assert [one.update_id for one in first] == [one.update_id for one in again]
    assert (confirmed, bot_api.pending) == ((), 0)


async def test_updates_are_numbered_upwards_and_limited(bot: telegram.Bot, bot_api: BotApi) -> None:
    person = bot_api.person("Contoh")
    for number in range(5):
        await person.send(f"pesan {number}")

    updates = await bot.get_updates(limit=3)

    assert [one.message.text for one in updates if one.message] == ["pesan 0", "pesan 1", "pesan 2"]
    assert [one.update_id - updates[0].update_id for one in updates] == [0, 1, 2]


async def test_a_negative_offset_forgets_what_came_before(bot: telegram.Bot, bot_api: BotApi) -> None:
    person = bot_api.person("Contoh")
    for number in range(3):
        await person.send(f"pesan {number}")

    updates = await bot.get_updates(offset=-1)

    assert [one.message.text for one in updates if one.message] == ["pesan 2"]
    assert bot_api.pending == 1


async def test_waiting_ends_as_soon_as_something_happens(bot: telegram.Bot, bot_api: BotApi) -> None:
    person = bot_api.person("Contoh")
    started = time.monotonic()
    waiting = asyncio.create_task(bot.get_updates(timeout=10))
    await asyncio.sleep(0.1)

    await person.send("halo")

    assert len(await waiting) == 1
    assert time.monotonic() - started < 8


async def test_waiting_in_vain_takes_the_time_asked_for(bot: telegram.Bot) -> None:
    started = time.monotonic()

    assert await bot.get_updates(timeout=1) == ()

    assert time.monotonic() - started > 0.9


async def test_a_second_poller_ends_the_first(bot: telegram.Bot, bot_api: BotApi) -> None:
    first = asyncio.create_task(bot.get_updates(timeout=10))
    await asyncio.sleep(0.1)

    assert await bot.get_updates() == ()

    with pytest.raises(Conflict, match="terminated by other getUpdates request"):
        await first
    assert len(bot_api.calls("getUpdates")) == 2


async def test_polling_is_refused_while_a_webhook_is_set(bot: telegram.Bot) -> None:
    await bot.set_webhook("https://contoh.example/hook")

    with pytest.raises(Conflict, match="while webhook is active"):
        await bot.get_updates()


async def test_setting_a_webhook_ends_a_waiting_poller(bot: telegram.Bot) -> None:
    waiting = asyncio.create_task(bot.get_updates(timeout=10))
    await asyncio.sleep(0.1)

    await bot.set_webhook("https://contoh.example/hook")

    with pytest.raises(Conflict, match="terminated by setWebhook"):
        await waiting


async def test_an_update_can_come_twice(bot: telegram.Bot, bot_api: BotApi) -> None:
    person = bot_api.person("Contoh")
    bot_api.deliver_twice()
    await person.send("halo")
    (first,) = await bot.get_updates()

    (second,) = await bot.get_updates(offset=first.update_id + 1)

    assert second.update_id == first.update_id
    assert await bot.get_updates(offset=first.update_id + 1) == ()


async def test_updates_can_come_in_the_wrong_order(bot: telegram.Bot, bot_api: BotApi) -> None:
    person = bot_api.person("Contoh")
    bot_api.out_of_order()
    await person.send("satu")
    assert await bot.get_updates() == ()

    await person.send("dua")
    await person.send("tiga")

    updates = await bot.get_updates()
    assert [one.message.text for one in updates if one.message] == ["dua", "satu", "tiga"]


async def test_a_reordered_update_is_not_lost_by_confirming_the_later_one(bot: telegram.Bot, bot_api: BotApi) -> None:
    person = bot_api.person("Contoh")
    bot_api.out_of_order()
    await person.send("satu")
    await person.send("dua")
    (second,) = await bot.get_updates(limit=1)

    (first,) = await bot.get_updates(offset=second.update_id + 1)

    assert first.message is not None
    assert first.message.text == "satu"


async def test_only_the_kinds_asked_for_come_and_the_wish_is_remembered(bot: telegram.Bot, bot_api: BotApi) -> None:
    person = bot_api.person("Contoh")
    await bot.get_updates(allowed_updates=["message"])
    await person.send("halo")
    await person.block()
    await person.unblock()

    updates = await bot.get_updates()

    assert [one.message is not None for one in updates] == [True]
    assert (await bot.get_webhook_info()).allowed_updates == ("message",)


async def test_a_malformed_update_reaches_the_bot_as_it_is(bot_api: BotApi) -> None:
    bot_api.inject_raw({"message": {"message_id": "bukan angka"}})
    bot_api.inject_raw('{"update_id": ')

    async with httpx.AsyncClient(base_url=f"{bot_api.base_url}{bot_api.token}/", trust_env=False) as client:
        answer = await client.get("getUpdates")

    assert '"message": {"message_id": "bukan angka"}},{"update_id": ]' in answer.text
    assert bot_api.pending == 2


async def test_stopping_does_not_wait_for_a_poller() -> None:
    api = await BotApi.start()
    async with httpx.AsyncClient(base_url=f"{api.base_url}{api.token}/", trust_env=False) as client:
        waiting = asyncio.create_task(client.get("getUpdates", params={"timeout": "40"}, timeout=60))
        await asyncio.sleep(0.1)
        started = time.monotonic()

        await api.stop()
        await asyncio.gather(waiting, return_exceptions=True)

    assert time.monotonic() - started < 10
