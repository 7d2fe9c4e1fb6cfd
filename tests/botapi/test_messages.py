"""What the bot sends is what the person sees."""

import pytest
import telegram
from telegram import (
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    KeyboardButton,
    ReplyKeyboardMarkup,
    ReplyKeyboardRemove,
)

from tests.botapi.acts import NotOnScreen
from tests.botapi.control import BotApi
from tests.botapi.people import Person


def _keyboard(*labels: str) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup([[InlineKeyboardButton(label, callback_data=f"data:{label}")] for label in labels])


@pytest.fixture
async def person(bot_api: BotApi) -> Person:
    """Give somebody who has pressed Start."""
    somebody = bot_api.person("Contoh")
    await somebody.start()
    return somebody


async def test_the_bot_knows_its_own_name(bot: telegram.Bot) -> None:
    me = await bot.get_me()

    assert (me.is_bot, me.username) == (True, "contoh_bot")


async def test_a_sent_text_is_on_the_screen(bot: telegram.Bot, person: Person) -> None:
    message = await bot.send_message(person.id, "halo")

    screen = await person.screen()
    assert (screen.text, screen.from_bot[-1].message_id) == ("halo", message.message_id)
    assert person.received == ["halo"]


async def test_html_is_shown_without_tags_and_comes_back_as_entities(bot: telegram.Bot, person: Person) -> None:
    message = await bot.send_message(person.id, "👋 <b>kamu &amp; <i>kami</i></b>", parse_mode="HTML")

    assert message.text == "👋 kamu & kami"
    assert [(one.type, one.offset, one.length) for one in message.entities] == [("bold", 3, 11), ("italic", 10, 4)]


async def test_explicit_entities_are_kept(bot: telegram.Bot, person: Person) -> None:
    bold = telegram.MessageEntity("bold", 0, 4)

    message = await bot.send_message(person.id, "kamu", entities=[bold])

    assert message.entities == (bold,)


async def test_inline_buttons_are_echoed_and_shown(bot: telegram.Bot, person: Person) -> None:
    message = await bot.send_message(person.id, "pilih", reply_markup=_keyboard("Ya", "Tidak"))

    assert message.reply_markup == _keyboard("Ya", "Tidak")
    assert (await person.screen()).buttons == ("Ya", "Tidak")


async def test_a_reply_keyboard_is_shown_but_never_echoed(bot: telegram.Bot, person: Person) -> None:
    keyboard = ReplyKeyboardMarkup([[KeyboardButton("Kirim lokasi", request_location=True)], ["Lewati"]])

    message = await bot.send_message(person.id, "di mana?", reply_markup=keyboard)

    assert message.reply_markup is None
    assert (await person.screen()).keyboard == ("Kirim lokasi", "Lewati")


async def test_a_removed_reply_keyboard_is_gone(bot: telegram.Bot, person: Person) -> None:
    await bot.send_message(person.id, "di mana?", reply_markup=ReplyKeyboardMarkup([["Lewati"]]))

    await bot.send_message(person.id, "baik", reply_markup=ReplyKeyboardRemove())

    assert (await person.screen()).keyboard == ()


async def test_a_one_time_keyboard_leaves_after_use(bot: telegram.Bot, person: Person) -> None:
    await bot.send_message(person.id, "?", reply_markup=ReplyKeyboardMarkup([["Lewati"]], one_time_keyboard=True))

    await person.press("Lewati")

    assert (await person.screen()).keyboard == ()


async def test_an_edit_replaces_text_and_buttons(bot: telegram.Bot, person: Person) -> None:
    message = await bot.send_message(person.id, "satu", reply_markup=_keyboard("A"))

    await bot.edit_message_text("dua", person.id, message.message_id, reply_markup=_keyboard("B"))

    screen = await person.screen()
    assert (screen.text, screen.buttons, screen.from_bot[-1].is_edited) == ("dua", ("B",), True)
    assert (person.received, person.edits) == (["satu"], ["dua"])


async def test_an_edit_without_buttons_takes_them_away(bot: telegram.Bot, person: Person) -> None:
    message = await bot.send_message(person.id, "satu", reply_markup=_keyboard("A"))

    await bot.edit_message_text("dua", person.id, message.message_id)

    with pytest.raises(NotOnScreen):
        await person.press("A")


async def test_buttons_alone_can_be_edited(bot: telegram.Bot, person: Person) -> None:
    message = await bot.send_message(person.id, "satu", reply_markup=_keyboard("A"))

    await bot.edit_message_reply_markup(person.id, message.message_id, reply_markup=_keyboard("B"))

    screen = await person.screen()
    assert (screen.text, screen.buttons) == ("satu", ("B",))


async def test_deleted_messages_leave_the_screen(bot: telegram.Bot, person: Person) -> None:
    sent = [await bot.send_message(person.id, text) for text in ("satu", "dua", "tiga")]

    await bot.delete_message(person.id, sent[0].message_id)
    await bot.delete_messages(person.id, [sent[1].message_id, 99_999])

    assert [seen.text for seen in (await person.screen()).from_bot] == ["tiga"]


async def test_the_bot_may_delete_what_the_person_wrote(bot: telegram.Bot, person: Person) -> None:
    message_id = await person.send("rahasia")

    await bot.delete_message(person.id, message_id)

    assert all(seen.text != "rahasia" for seen in (await person.screen()).messages)


async def test_a_place_is_shown(bot: telegram.Bot, person: Person) -> None:
    message = await bot.send_location(person.id, latitude=-3.97, longitude=122.51)

    assert message.location == telegram.Location(longitude=122.51, latitude=-3.97)
    assert person.received == ["[location]"]


async def test_an_uploaded_photo_can_be_fetched_again(bot: telegram.Bot, person: Person) -> None:
    message = await bot.send_photo(person.id, b"obviously not a photo", caption="<b>peta</b>", parse_mode="HTML")

    file = await bot.get_file(message.photo[-1].file_id)
    assert bytes(await file.download_as_bytearray()) == b"obviously not a photo"
    assert (message.caption, message.caption_entities[0].type) == ("peta", "bold")


async def test_a_document_keeps_its_name(bot: telegram.Bot, person: Person) -> None:
    message = await bot.send_document(person.id, b"isi", filename="contoh.txt")

    assert message.document is not None
    assert message.document.file_name == "contoh.txt"


async def test_protection_and_silence_are_seen(bot: telegram.Bot, person: Person) -> None:
    message = await bot.send_message(person.id, "pesan baru", protect_content=True, disable_notification=True)

    seen = (await person.screen()).from_bot[-1]
    assert (seen.is_protected, seen.is_silent, message.has_protected_content) == (True, True, True)


async def test_a_link_button_opens_and_does_not_press(bot: telegram.Bot, person: Person) -> None:
    link = InlineKeyboardMarkup([[InlineKeyboardButton("Buka", url="https://contoh.example/a")]])
    await bot.send_message(person.id, "web", reply_markup=link)

    assert await person.find_link("Buka") == "https://contoh.example/a"
    with pytest.raises(NotOnScreen):
        await person.press("Buka")


async def test_a_reply_to_a_message_that_exists_is_sent(bot: telegram.Bot, person: Person) -> None:
    message_id = await person.send("tanya")

    await bot.send_message(person.id, "jawab", reply_parameters=telegram.ReplyParameters(message_id))

    assert person.received == ["jawab"]


async def test_commands_are_kept_per_language(bot: telegram.Bot) -> None:
    await bot.set_my_commands([("mulai", "Mulai dari awal")])
    await bot.set_my_commands([("start", "Begin")], language_code="en")

    assert [one.command for one in await bot.get_my_commands()] == ["mulai"]
    assert [one.command for one in await bot.get_my_commands(language_code="en")] == ["start"]


async def test_descriptions_are_kept(bot: telegram.Bot) -> None:
    await bot.set_my_description("Teman singgah")
    await bot.set_my_short_description("Singgah")

    assert (await bot.get_my_description()).description == "Teman singgah"
    assert (await bot.get_my_short_description()).short_description == "Singgah"


async def test_chats_and_members_can_be_looked_up(bot: telegram.Bot, bot_api: BotApi, person: Person) -> None:
    group = bot_api.group("Tim Contoh", members=[person])
    await group.promote_bot()

    assert (await bot.get_chat(group.chat_id)).title == "Tim Contoh"
    assert (await bot.get_chat_member(group.chat_id, person.id)).status == "member"
    assert (await bot.get_chat_member(group.chat_id, bot.id)).status == "administrator"


async def test_typing_is_accepted(bot: telegram.Bot, person: Person) -> None:
    assert await bot.send_chat_action(person.id, "typing")


async def test_a_leaving_bot_is_out(bot: telegram.Bot, bot_api: BotApi, person: Person) -> None:
    group = bot_api.group("Tim Contoh", members=[person])

    await bot.leave_chat(group.chat_id)

    with pytest.raises(telegram.error.Forbidden):
        await bot.send_message(group.chat_id, "halo")
