"""Calls the Bot API does not know, or would not understand, are noticed and fail the test that made them."""

import httpx
import pytest
import telegram

from tests.botapi.control import BotApi
from tests.botapi.people import Person


@pytest.fixture
async def person(bot_api: BotApi) -> Person:
    """Give somebody who has pressed Start."""
    somebody = bot_api.person("Contoh")
    await somebody.start()
    return somebody


async def _call(api: BotApi, method: str, **request: object) -> httpx.Response:
    async with httpx.AsyncClient(base_url=f"{api.base_url}{api.token}/", trust_env=False) as client:
        return await client.request("POST", method, **request)  # type: ignore[arg-type]  # a table of forms


async def test_an_unknown_parameter_is_a_complaint_though_telegram_would_ignore_it(
    bot: telegram.Bot, bot_api: BotApi, person: Person
) -> None:
    await bot.send_message(person.id, "halo", api_kwargs={"foo": 1})

    assert bot_api.calls("sendMessage")[0].unknown == ("foo",)
    with pytest.raises(AssertionError, match="sendMessage: unknown parameter foo"):
        bot_api.check()
    bot_api.forgive()


async def test_an_unknown_field_deep_inside_is_a_complaint(bot_api: BotApi, person: Person) -> None:
    button = {"text": "Ya", "callback_data": "ya", "colour": "red"}
    body = {"chat_id": person.id, "text": "halo", "reply_markup": {"inline_keyboard": [[button]]}}

    await _call(bot_api, "sendMessage", json=body)

    assert bot_api.complaints == ["sendMessage: unknown parameter reply_markup.inline_keyboard.0.0.colour"]
    bot_api.forgive()


async def test_a_wrong_type_is_refused_and_a_complaint(bot_api: BotApi, person: Person) -> None:
    answer = await _call(bot_api, "sendMessage", json={"chat_id": person.id, "text": {"not": "text"}})

    assert answer.status_code == 400
    assert bot_api.complaints[0].startswith("sendMessage: wrong parameter text")
    bot_api.forgive()


async def test_a_missing_parameter_is_refused_and_a_complaint(bot_api: BotApi, person: Person) -> None:
    answer = await _call(bot_api, "sendLocation", json={"chat_id": person.id, "latitude": 1.0})

    assert answer.status_code == 400
    assert bot_api.complaints[0].startswith("sendLocation: wrong parameter longitude")
    bot_api.forgive()


async def test_a_method_that_is_not_modelled_fails_loudly(bot: telegram.Bot, bot_api: BotApi, person: Person) -> None:
    with pytest.raises(telegram.error.TelegramError):
        await bot.send_dice(person.id)

    assert bot_api.complaints == ["sendDice: Not Implemented: the loopback Bot API does not model sendDice"]
    bot_api.forgive()


async def test_a_format_that_is_not_modelled_fails_loudly(bot: telegram.Bot, bot_api: BotApi, person: Person) -> None:
    with pytest.raises(telegram.error.TelegramError):
        await bot.send_message(person.id, "*halo*", parse_mode="MarkdownV2")

    assert "parse_mode MARKDOWNV2" in bot_api.complaints[0]
    bot_api.forgive()


async def test_a_method_telegram_does_not_have_is_not_found(bot_api: BotApi) -> None:
    answer = await _call(bot_api, "sendTelepathy")

    assert answer.status_code == answer.json()["error_code"] == 404


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("json", {"text": "halo", "protect_content": True}),
        ("data", {"text": "halo", "protect_content": "true"}),
        ("params", {"text": "halo", "protect_content": "True"}),
        ("files", {"text": (None, "halo"), "protect_content": (None, "true")}),
    ],
)
async def test_every_form_of_request_is_read_alike(
    bot_api: BotApi, person: Person, kind: str, value: dict[str, object]
) -> None:
    chat_id: object = person.id if kind == "json" else str(person.id)
    address = (None, chat_id) if kind == "files" else chat_id

    answer = await _call(bot_api, "sendmessage", **{kind: {**value, "chat_id": address}})

    assert answer.json()["result"]["has_protected_content"] is True
    assert person.received == ["halo"]


async def test_a_body_that_is_no_json_is_refused(bot_api: BotApi) -> None:
    answer = await _call(bot_api, "getMe", content=b"{", headers={"Content-Type": "application/json"})

    assert answer.json()["description"] == "Bad Request: can't parse JSON body"


async def test_the_journal_notes_calls_in_order_with_what_they_got(
    bot: telegram.Bot, bot_api: BotApi, person: Person
) -> None:
    await bot.send_message(person.id, "halo")
    with pytest.raises(telegram.error.BadRequest):
        await bot.delete_message(person.id, 999)

    noted = [(call.method, call.status, call.chat_id) for call in bot_api.calls(chat_id=person.id)]
    assert noted == [("sendMessage", 200, person.id), ("deleteMessage", 400, person.id)]
