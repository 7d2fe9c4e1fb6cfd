"""What Telegram refuses is refused here, in its words."""

import re
from collections.abc import Awaitable, Callable
from datetime import timedelta

import httpx
import pytest
import telegram
from telegram import InlineKeyboardButton, InlineKeyboardMarkup, KeyboardButton, ReplyKeyboardMarkup
from telegram.error import BadRequest, Forbidden, InvalidToken, RetryAfter
from telegram.request import HTTPXRequest

from tests.botapi.control import BotApi
from tests.botapi.people import Person
from tests.botapi.refusals import FloodControl

Attempt = Callable[[telegram.Bot, Person], Awaitable[object]]


def _button(data: str) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup([[InlineKeyboardButton("Ya", callback_data=data)]])


def _link(url: str) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup([[InlineKeyboardButton("Ya", url=url)]])


async def _edit_unchanged(bot: telegram.Bot, person: Person) -> object:
    message = await bot.send_message(person.id, "sama", reply_markup=_button("a"))
    return await bot.edit_message_text("sama", person.id, message.message_id, reply_markup=_button("a"))


async def _edit_place(bot: telegram.Bot, person: Person) -> object:
    message = await bot.send_location(person.id, latitude=0, longitude=0)
    return await bot.edit_message_text("teks", person.id, message.message_id)


async def _edit_of_the_person(bot: telegram.Bot, person: Person) -> object:
    return await bot.edit_message_text("teks", person.id, await person.send("milikku"))


ATTEMPTS: dict[str, tuple[Attempt, str]] = {
    "unknown chat": (lambda bot, _: bot.send_message(1, "halo"), "Chat not found"),
    "empty text": (lambda bot, who: bot.send_message(who.id, ""), "Message text is empty"),
    "white space": (lambda bot, who: bot.send_message(who.id, " \n "), "Message text is empty"),
    "too long": (lambda bot, who: bot.send_message(who.id, "a" * 4097), "Message is too long"),
    "too long in units": (lambda bot, who: bot.send_message(who.id, "👋" * 2049), "Message is too long"),
    "long caption": (lambda bot, who: bot.send_photo(who.id, b"x", caption="a" * 1025), "caption is too long"),
    "open tag": (lambda bot, who: bot.send_message(who.id, "<b>x", parse_mode="HTML"), "Can't parse entities"),
    "strange tag": (lambda bot, who: bot.send_message(who.id, "<p>x</p>", parse_mode="HTML"), "Can't parse entities"),
    "bad markdown": (lambda bot, who: bot.send_message(who.id, "a.", parse_mode="MarkdownV2"), "Can't parse entities"),
    "long data": (
        lambda bot, who: bot.send_message(who.id, "x", reply_markup=_button("a" * 65)),
        "BUTTON_DATA_INVALID",
    ),
    "long data in bytes": (
        lambda bot, who: bot.send_message(who.id, "x", reply_markup=_button("é" * 33)),
        "BUTTON_DATA_INVALID",
    ),
    "bad link": (lambda bot, who: bot.send_message(who.id, "x", reply_markup=_link("kosong")), "Wrong HTTP URL"),
    "unchanged edit": (_edit_unchanged, "Message is not modified"),
    "edit of a place": (_edit_place, "There is no text in the message to edit"),
    "edit of the person's message": (_edit_of_the_person, "Message can't be edited"),
    "edit of nothing": (lambda bot, who: bot.edit_message_text("x", who.id, 999), "Message to edit not found"),
    "delete of nothing": (lambda bot, who: bot.delete_message(who.id, 999), "Message to delete not found"),
    "delete of too many": (lambda bot, who: bot.delete_messages(who.id, range(1, 102)), "too many message identifiers"),
    "reply to nothing": (
        lambda bot, who: bot.send_message(who.id, "x", reply_parameters=telegram.ReplyParameters(999)),
        "Message to be replied not found",
    ),
    "unknown thread": (lambda bot, who: bot.send_message(who.id, "x", message_thread_id=7), "thread not found"),
    "unknown query": (lambda bot, _: bot.answer_callback_query("tidak-ada"), "Query is too old"),
    "unknown photo": (lambda bot, who: bot.send_photo(who.id, "tidak-ada"), "Wrong file identifier"),
    "unknown file": (lambda bot, _: bot.get_file("tidak-ada"), "Wrong file_id"),
    "place off the map": (lambda bot, who: bot.send_location(who.id, latitude=91, longitude=0), "nvalid location"),
    "bad command": (lambda bot, _: bot.set_my_commands([("Mulai!", "x")]), "BOT_COMMAND_INVALID"),
    "http webhook abroad": (lambda bot, _: bot.set_webhook("http://contoh.example/"), "An HTTPS URL must be provided"),
    "odd webhook port": (lambda bot, _: bot.set_webhook("https://contoh.example:9999/"), "only on ports"),
    "odd secret": (lambda bot, _: bot.set_webhook("https://contoh.example/", secret_token="a b"), "unallowed"),
    "unknown member": (lambda bot, who: bot.get_chat_member(who.id, 5), "PARTICIPANT_ID_INVALID"),
    "wrong action": (lambda bot, who: bot.send_chat_action(who.id, "menari"), "Wrong parameter action"),
}


@pytest.fixture
async def person(bot_api: BotApi) -> Person:
    """Give somebody who has pressed Start."""
    somebody = bot_api.person("Contoh")
    await somebody.start()
    return somebody


@pytest.mark.parametrize("name", ATTEMPTS)
async def test_a_bad_request_is_refused(bot: telegram.Bot, bot_api: BotApi, person: Person, name: str) -> None:
    attempt, wording = ATTEMPTS[name]

    with pytest.raises(BadRequest, match=re.compile(re.escape(wording), re.IGNORECASE)):
        await attempt(bot, person)

    assert len(bot_api.refused) == 1


async def test_tags_do_not_count_towards_the_length(bot: telegram.Bot, person: Person) -> None:
    await bot.send_message(person.id, f"<b>{'a' * 4096}</b>", parse_mode="HTML")

    assert person.received == ["a" * 4096]


async def test_who_never_started_cannot_be_written_to(bot: telegram.Bot, bot_api: BotApi) -> None:
    stranger = bot_api.person("Contoh")

    with pytest.raises(Forbidden, match="can't initiate conversation"):
        await bot.send_message(stranger.id, "halo")


async def test_who_blocked_the_bot_cannot_be_written_to(bot: telegram.Bot, person: Person) -> None:
    await person.block()
    with pytest.raises(Forbidden, match="bot was blocked by the user"):
        await bot.send_message(person.id, "halo")

    await person.unblock()

    await bot.send_message(person.id, "halo lagi")
    assert person.received == ["halo lagi"]


async def test_who_left_the_platform_cannot_be_written_to(bot: telegram.Bot, person: Person) -> None:
    await person.delete_account()

    with pytest.raises(Forbidden, match="user is deactivated"):
        await bot.send_message(person.id, "halo")


async def test_a_group_that_removed_the_bot_refuses_it(bot: telegram.Bot, bot_api: BotApi, person: Person) -> None:
    group = bot_api.group("Tim Contoh", members=[person])
    await group.remove_bot(person)

    with pytest.raises(Forbidden, match="bot was kicked"):
        await bot.send_message(group.chat_id, "halo")


async def test_a_message_older_than_two_days_stays(bot: telegram.Bot, bot_api: BotApi, person: Person) -> None:
    message = await bot.send_message(person.id, "lama")
    bot_api.skip(48 * 3600 + 1)

    with pytest.raises(BadRequest, match="can't be deleted for everyone"):
        await bot.delete_message(person.id, message.message_id)


async def test_a_place_cannot_be_asked_for_in_a_group(bot: telegram.Bot, bot_api: BotApi, person: Person) -> None:
    group = bot_api.group("Tim Contoh", members=[person])
    keyboard = ReplyKeyboardMarkup([[KeyboardButton("Lokasi", request_location=True)]])

    with pytest.raises(BadRequest, match="private chats only"):
        await bot.send_message(group.chat_id, "di mana?", reply_markup=keyboard)


async def test_a_file_above_twenty_megabytes_cannot_be_fetched(bot: telegram.Bot, person: Person) -> None:
    await person.send_document(b"x" * (20 * 1024 * 1024 + 1))
    updates = await bot.get_updates()
    document = updates[-1].message.document if updates[-1].message else None
    assert document is not None

    with pytest.raises(BadRequest, match="File is too big"):
        await bot.get_file(document.file_id)


async def test_a_burst_is_slowed_down_only_when_asked_for(
    bot: telegram.Bot, bot_api: BotApi, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PTB_TIMEDELTA", "1")
    for number in range(10):
        await bot.send_message(person.id, f"bebas {number}")

    bot_api.control_flood(FloodControl(per_chat=3))

    for number in range(3):
        await bot.send_message(person.id, f"terbatas {number}")
    with pytest.raises(RetryAfter) as waited:
        await bot.send_message(person.id, "terlalu banyak")
    assert waited.value.retry_after == timedelta(seconds=1)
    assert len(person.received) == 13


async def test_all_chats_together_have_a_limit_too(
    bot: telegram.Bot, bot_api: BotApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PTB_TIMEDELTA", "1")
    bot_api.control_flood(FloodControl(overall=2))
    people = [bot_api.person("Contoh") for _ in range(3)]
    for person in people:
        await person.start()
    for person in people[:2]:
        await bot.send_message(person.id, "halo")

    with pytest.raises(RetryAfter):
        await bot.send_message(people[2].id, "halo")


async def test_a_wrong_token_opens_nothing(bot_api: BotApi) -> None:
    stranger = HTTPXRequest()
    async with stranger:
        with pytest.raises(InvalidToken):
            await telegram.Bot("1:salah", base_url=bot_api.base_url, request=stranger).get_me()


async def test_the_http_status_is_the_error_code(bot_api: BotApi) -> None:
    async with httpx.AsyncClient(base_url=f"{bot_api.base_url}{bot_api.token}/", trust_env=False) as client:
        answer = await client.post("sendMessage", json={"chat_id": 1, "text": "halo"})

    assert answer.status_code == answer.json()["error_code"] == 400
    assert answer.json() == {"ok": False, "error_code": 400, "description": "Bad Request: chat not found"}
