"""What people do arrives at the bot as Telegram would send it."""

import pytest
import telegram
from telegram import InlineKeyboardButton, InlineKeyboardMarkup, KeyboardButton, ReplyKeyboardMarkup

from tests.botapi.acts import NotOnScreen
from tests.botapi.control import BotApi
from tests.botapi.people import NeverHappened, Person

YES_NO = InlineKeyboardMarkup(
    [[InlineKeyboardButton("Ya", callback_data="ya"), InlineKeyboardButton("Tidak", callback_data="tidak")]]
)


@pytest.fixture
async def person(bot: telegram.Bot, bot_api: BotApi) -> Person:
    """Give somebody who has pressed Start, with that update already taken."""
    somebody = bot_api.person("Contoh")
    await somebody.start()
    await _take(bot)
    return somebody


async def _take(bot: telegram.Bot) -> telegram.Update:
    update = (await bot.get_updates())[-1]
    await bot.get_updates(offset=update.update_id + 1)
    return update


async def test_start_carries_its_payload_and_is_marked_as_command(bot: telegram.Bot, bot_api: BotApi) -> None:
    await bot_api.person("Contoh", username="contoh_orang").start("ref_ABC")

    message = (await _take(bot)).message

    assert message is not None
    assert message.text == "/start ref_ABC"
    assert [(one.type, one.offset, one.length) for one in message.entities] == [("bot_command", 0, 6)]
    assert message.from_user is not None
    assert (message.from_user.language_code, message.from_user.username) == ("id", "contoh_orang")


async def test_a_press_carries_the_data_and_the_message_and_shows_the_answer(bot: telegram.Bot, person: Person) -> None:
    sent = await bot.send_message(person.id, "lanjut?", reply_markup=YES_NO)
    await person.press("Tidak")
    query = (await _take(bot)).callback_query
    assert query is not None

    await bot.answer_callback_query(query.id, text="baik")

    assert (query.data, query.message.message_id if query.message else None) == ("tidak", sent.message_id)
    assert person.toasts == ["baik"]


async def test_a_query_is_answered_once(bot: telegram.Bot, bot_api: BotApi, person: Person) -> None:
    await bot.send_message(person.id, "lanjut?", reply_markup=YES_NO)
    press = await person.press("Ya")
    assert [query.id for query in bot_api.unanswered] == [press.query_id]

    await bot.answer_callback_query(str(press.query_id))

    with pytest.raises(telegram.error.BadRequest, match="Query is too old"):
        await bot.answer_callback_query(str(press.query_id))
    assert bot_api.unanswered == []


async def test_an_old_query_cannot_be_answered(bot: telegram.Bot, bot_api: BotApi, person: Person) -> None:
    await bot.send_message(person.id, "lanjut?", reply_markup=YES_NO)
    press = await person.press("Ya")
    bot_api.expire_queries()

    with pytest.raises(telegram.error.BadRequest, match="Query is too old"):
        await bot.answer_callback_query(str(press.query_id))


async def test_a_button_that_is_not_there_cannot_be_pressed(bot: telegram.Bot, person: Person) -> None:
    sent = await bot.send_message(person.id, "lanjut?", reply_markup=YES_NO)
    await bot.edit_message_text("selesai", person.id, sent.message_id)

    with pytest.raises(NotOnScreen):
        await person.press("Ya")
    with pytest.raises(NotOnScreen):
        await person.press("Ya", on=sent.message_id)


async def test_a_slow_phone_can_still_press_what_is_gone(bot: telegram.Bot, person: Person) -> None:
    sent = await bot.send_message(person.id, "lanjut?", reply_markup=YES_NO)
    await bot.delete_message(person.id, sent.message_id)

    await person.press_old(sent.message_id, "ya")

    query = (await _take(bot)).callback_query
    assert query is not None
    assert query.message is not None
    assert (query.message.message_id, int(query.message.date.timestamp())) == (sent.message_id, 0)


async def test_of_two_equal_labels_the_newest_is_pressed_unless_named(bot: telegram.Bot, person: Person) -> None:
    old = await bot.send_message(person.id, "satu?", reply_markup=YES_NO)
    new = await bot.send_message(person.id, "dua?", reply_markup=YES_NO)

    assert (await person.press("Ya")).message_id == new.message_id
    assert (await person.press("Ya", on=old.message_id)).message_id == old.message_id


async def test_a_reply_keyboard_button_sends_its_label(bot: telegram.Bot, person: Person) -> None:
    await bot.send_message(person.id, "?", reply_markup=ReplyKeyboardMarkup([["Lewati"]]))

    await person.press("Lewati")

    message = (await _take(bot)).message
    assert message is not None
    assert message.text == "Lewati"


async def test_a_location_button_asks_for_a_place_not_a_press(bot: telegram.Bot, person: Person) -> None:
    keyboard = ReplyKeyboardMarkup([[KeyboardButton("Lokasi", request_location=True)]])
    await bot.send_message(person.id, "di mana?", reply_markup=keyboard)

    with pytest.raises(NotOnScreen, match="share"):
        await person.press("Lokasi")


async def test_a_place_can_be_shared_unasked(bot: telegram.Bot, person: Person) -> None:
    await person.share(-6.12, 106.89, accuracy_m=20)

    message = (await _take(bot)).message
    assert message is not None
    assert message.location is not None
    assert (message.location.latitude, message.location.longitude) == (-6.12, 106.89)


async def test_every_other_kind_arrives_as_its_kind(bot: telegram.Bot, person: Person) -> None:
    await person.send_photo(caption="lihat")
    await person.send_voice()
    await person.send_sticker()
    await person.send_contact()
    await person.send_document()
    await person.forward("kata orang")

    messages = [one.message for one in await bot.get_updates() if one.message]

    kinds = [telegram.helpers.effective_message_type(message) for message in messages]
    assert kinds == ["photo", "voice", "sticker", "contact", "document", "text"]
    assert isinstance(messages[-1].forward_origin, telegram.MessageOriginHiddenUser)


async def test_an_edit_arrives_as_an_edit(bot: telegram.Bot, person: Person) -> None:
    message_id = await person.send("salh")

    await person.edit(message_id, "salah")

    edited = (await _take(bot)).edited_message
    assert edited is not None
    assert (edited.message_id, edited.text) == (message_id, "salah")


async def test_blocking_and_unblocking_are_told(bot: telegram.Bot, person: Person) -> None:
    await person.block()
    await person.unblock()

    changes = [one.my_chat_member for one in await bot.get_updates()]

    assert [one.new_chat_member.status for one in changes if one] == ["kicked", "member"]


async def test_who_blocked_the_bot_cannot_write(person: Person) -> None:
    await person.block()

    with pytest.raises(NotOnScreen):
        await person.send("halo")


async def test_in_a_group_the_bot_reads_commands_and_replies_only(
    bot: telegram.Bot, bot_api: BotApi, person: Person
) -> None:
    group = bot_api.group("Tim Contoh", members=[person])
    await _take(bot)
    asked = await bot.send_message(group.chat_id, "siapa ambil?", reply_markup=YES_NO)

    await group.post(person, "obrolan")
    await group.post(person, "/ambil")
    await group.post(person, "saya", reply_to=asked.message_id)
    await group.press(person, "Ya")

    updates = await bot.get_updates()
    assert [one.message.text for one in updates if one.message] == ["/ambil", "saya"]
    assert updates[-1].callback_query is not None


async def test_an_administrator_bot_reads_everything(bot: telegram.Bot, bot_api: BotApi, person: Person) -> None:
    group = bot_api.group("Tim Contoh", members=[person])
    await group.promote_bot()

    await group.post(person, "obrolan")

    message = (await _take(bot)).message
    assert message is not None
    assert message.text == "obrolan"


async def test_who_is_not_in_a_group_cannot_post_there(bot_api: BotApi, person: Person) -> None:
    group = bot_api.group("Tim Contoh", members=[bot_api.person("Contoh Lain")])

    with pytest.raises(NotOnScreen):
        await group.post(person, "halo")


async def test_waiting_in_vain_shows_the_screen(bot: telegram.Bot, person: Person) -> None:
    await bot.send_message(person.id, "lanjut?", reply_markup=YES_NO)

    with pytest.raises(NeverHappened, match=r"< lanjut\?  \[Ya \| Tidak\]"):
        await person.wait_for(lambda screen: screen.shows("selesai"), timeout=0.1)
