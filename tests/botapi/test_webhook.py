"""A webhook gets every update in order, with its secret, until it says 200."""

import pytest
import telegram

from tests.botapi.control import BotApi
from tests.botapi.people import Person
from tests.botapi.receiver import Receiver


@pytest.fixture
async def person(bot_api: BotApi) -> Person:
    """Give somebody who has not written yet."""
    return bot_api.person("Contoh")


async def test_updates_arrive_in_order_with_the_secret(
    bot: telegram.Bot, bot_api: BotApi, receiver: Receiver, person: Person
) -> None:
    await bot.set_webhook(receiver.url, secret_token="rahasia-contoh")

    for number in range(5):
        await person.send(f"pesan {number}")
    await receiver.wait_for(5)
    await bot_api.wait_until_idle()

    assert receiver.update_ids == sorted(receiver.update_ids)
    assert receiver.secrets == ["rahasia-contoh"] * 5
    assert bot_api.pending == 0


async def test_a_refused_update_comes_again_with_the_same_id_and_holds_up_the_next(
    bot: telegram.Bot, bot_api: BotApi, receiver: Receiver, person: Person
) -> None:
    receiver.answers = [500, 403]
    await bot.set_webhook(receiver.url)

    await person.send("satu")
    await person.send("dua")
    await receiver.wait_for(4)

    first, second = receiver.update_ids[0], receiver.update_ids[-1]
    assert receiver.update_ids == [first, first, first, second]
    assert [one.status for one in bot_api.deliveries][:3] == [500, 403, 200]


async def test_what_waited_before_the_webhook_was_set_is_delivered(
    bot: telegram.Bot, receiver: Receiver, person: Person
) -> None:
    await person.send("sebelum")

    await bot.set_webhook(receiver.url)
    await receiver.wait_for(1)

    assert "sebelum" in receiver.bodies[0]


async def test_pending_updates_can_be_dropped(bot: telegram.Bot, bot_api: BotApi, person: Person) -> None:
    await person.send("halo")

    await bot.delete_webhook(drop_pending_updates=True)

    assert bot_api.pending == 0


async def test_trouble_is_told_in_webhook_info(
    bot: telegram.Bot, bot_api: BotApi, receiver: Receiver, person: Person
) -> None:
    receiver.answers = [500] * 100
    await bot.set_webhook(receiver.url, allowed_updates=["message"], max_connections=7)
    await person.send("halo")
    await receiver.wait_for(2)

    info = await bot.get_webhook_info()

    assert (info.url, info.pending_update_count, info.max_connections) == (receiver.url, 1, 7)
    assert info.last_error_message == "Wrong response from the webhook: 500 Internal Server Error"
    assert bot_api.pending == 1


async def test_a_webhook_that_is_down_gets_its_update_when_it_is_back(
    bot: telegram.Bot, bot_api: BotApi, person: Person
) -> None:
    gone = await Receiver.open()
    await gone.close()
    await bot.set_webhook(gone.url)
    await person.send("halo")
    while not bot_api.deliveries:
        await person.screen()

    assert bot_api.deliveries[0].status is None
    assert bot_api.pending == 1


async def test_the_same_update_can_be_posted_twice(
    bot: telegram.Bot, bot_api: BotApi, receiver: Receiver, person: Person
) -> None:
    await bot.set_webhook(receiver.url)
    bot_api.deliver_twice()

    await person.send("halo")
    await receiver.wait_for(2)

    assert len(set(receiver.update_ids)) == 1


async def test_updates_can_be_posted_in_the_wrong_order(
    bot: telegram.Bot, bot_api: BotApi, receiver: Receiver, person: Person
) -> None:
    await bot.set_webhook(receiver.url)
    bot_api.out_of_order(3)

    for text in ("satu", "dua", "tiga"):
        await person.send(text)
    await receiver.wait_for(3)

    assert receiver.update_ids == sorted(receiver.update_ids, reverse=True)


async def test_a_broken_body_is_posted_as_it_is(bot: telegram.Bot, bot_api: BotApi, receiver: Receiver) -> None:
    await bot.set_webhook(receiver.url)

    bot_api.inject_raw("bukan json")
    await receiver.wait_for(1)

    assert receiver.bodies == ["bukan json"]


async def test_answering_a_post_with_a_method_call_is_a_complaint(
    bot: telegram.Bot, bot_api: BotApi, receiver: Receiver, person: Person
) -> None:
    receiver.content = '{"method": "sendMessage"}'
    await bot.set_webhook(receiver.url)

    await person.send("halo")
    await bot_api.wait_until_idle()

    assert bot_api.complaints == ["the webhook answered with a method call, which this server does not model"]
    bot_api.forgive()


async def test_an_address_elsewhere_is_accepted_but_never_called(
    bot: telegram.Bot, bot_api: BotApi, person: Person
) -> None:
    await bot.set_webhook("https://contoh.example/hook")
    await person.send("halo")
    while not bot_api.deliveries:
        await person.screen()

    info = await bot.get_webhook_info()

    assert info.last_error_message == "not a loopback address, so nothing is delivered"
