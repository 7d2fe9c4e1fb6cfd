"""Sending on Telegram: what the person gets, and what the service learns when they do not get it."""

import socket
import traceback
from dataclasses import replace
from typing import Any

import pytest

from bot.dialogue.effects import Ask
from bot.ports import ChannelError, Key, Outgoing, Rejected, TryLater, Uncertain, Unreachable
from channels.telegram import TelegramChannel, Webhook
from channels.telegram_errors import TokenRejected
from channels.telegram_profile import Profile
from tests.botapi.control import BotApi
from tests.botapi.people import Person

PROFILE = Profile({"mulai": "Mulai dari awal", "bantuan": "Bantuan"}, "Tempat bertanya.", "Tempat bertanya.")
SECRET_WORDS = "kata yang tidak boleh bocor"
KEYS = (Key("satu", "Satu"), Key("dua", "Dua"))
PLACE = Outgoing("Kamu di mana?", KEYS, Ask.PLACE, share_label="Bagikan lokasi")


async def test_every_message_is_protected_plain_and_without_preview(
    bot_api: BotApi, channel: TelegramChannel, person: Person
) -> None:
    await channel.send(str(person.chat_id), Outgoing("Lihat https://contoh.example", KEYS))
    (call,) = bot_api.calls("sendMessage")
    assert "parse_mode" not in call.parameters
    assert "entities" not in call.parameters
    assert (await person.screen()).from_bot[0].is_protected
    assert "is_disabled" in str(call.parameters["link_preview_options"])


async def test_the_id_of_a_message_is_the_one_the_platform_gave(channel: TelegramChannel, person: Person) -> None:
    sent = await channel.send(str(person.chat_id), Outgoing("Halo"))
    assert sent == str((await person.screen()).from_bot[0].message_id)


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        ({"code": 403}, Unreachable),
        ({"code": 400, "description": "Bad Request: chat not found"}, Unreachable),
        ({"code": 400, "migrate_to_chat_id": -100_123}, TryLater),
        ({"code": 400, "description": f"Bad Request: {SECRET_WORDS}"}, Rejected),
        ({"code": 429, "retry_after": 7}, TryLater),
        ({"code": 401}, TokenRejected),
        ({"code": 500}, Uncertain),
        ({"code": 502}, Uncertain),
        ({"drop": "before"}, Uncertain),
        ({"drop": "after"}, Uncertain),
    ],
)
async def test_each_refusal_has_its_meaning_and_none_of_the_platforms_words(
    bot_api: BotApi, channel: TelegramChannel, person: Person, fault: dict[str, Any], expected: type[ChannelError]
) -> None:
    bot_api.fault("sendMessage", **fault)
    with pytest.raises(ChannelError) as caught:
        await channel.send(str(person.chat_id), Outgoing(SECRET_WORDS))
    assert type(caught.value) is expected
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None
    assert SECRET_WORDS not in "".join(traceback.format_exception_only(caught.value))
    assert bot_api.token not in str(caught.value)


async def test_a_flood_limit_says_how_long_to_wait(bot_api: BotApi, channel: TelegramChannel, person: Person) -> None:
    bot_api.fault("sendMessage", 429, retry_after=7)
    with pytest.raises(TryLater) as caught:
        await channel.send(str(person.chat_id), Outgoing("Halo"))
    assert caught.value.seconds == 7
    assert not caught.value.everywhere


async def test_a_silent_platform_leaves_it_uncertain(bot_api: BotApi, person: Person) -> None:
    hasty = TelegramChannel(bot_api.token, base_url=bot_api.base_url, timeout_seconds=0.1)
    bot_api.fault("sendMessage", delay=0.5)
    with pytest.raises(Uncertain):
        await hasty.send(str(person.chat_id), Outgoing("Halo"))
    await hasty.close()


async def test_what_never_left_this_machine_is_certainly_not_sent() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    alone = TelegramChannel("1:invented", base_url=f"http://127.0.0.1:{port}/bot")
    with pytest.raises(TryLater) as caught:
        await alone.send("700000001", Outgoing("Halo"))
    assert caught.value.everywhere
    await alone.close()


async def test_half_a_character_is_rejected_and_not_repeated(channel: TelegramChannel, person: Person) -> None:
    with pytest.raises(Rejected):
        await channel.send(str(person.chat_id), Outgoing("rusak \ud83d"))


async def test_an_address_of_another_channel_is_unreachable(channel: TelegramChannel) -> None:
    with pytest.raises(Unreachable):
        await channel.send("bukan nomor", Outgoing("Halo"))


async def test_who_blocked_the_bot_or_never_started_is_unreachable(
    bot_api: BotApi, channel: TelegramChannel, person: Person
) -> None:
    await person.block()
    for chat_id in (person.chat_id, bot_api.person("Contoh Baru").chat_id, 1):
        with pytest.raises(Unreachable):
            await channel.send(str(chat_id), Outgoing("Halo"))


async def test_an_edit_without_answer_may_simply_be_tried_again(
    bot_api: BotApi, channel: TelegramChannel, person: Person
) -> None:
    first = await channel.send(str(person.chat_id), Outgoing("Satu", KEYS))
    bot_api.fault("editMessageText", drop="after")
    with pytest.raises(Uncertain, match="Disconnected") as caught:
        await channel.send(str(person.chat_id), Outgoing("Dua", KEYS, replaces=first))
    assert caught.value.is_harmless
    assert await channel.send(str(person.chat_id), Outgoing("Dua", KEYS, replaces=first)) == first
    assert person.received == ["Satu"]


async def test_an_edit_of_a_deleted_message_becomes_a_new_one(
    bot_api: BotApi, channel: TelegramChannel, person: Person
) -> None:
    bot_api.fault("editMessageText", 400, description="Bad Request: message can't be edited")
    first = await channel.send(str(person.chat_id), Outgoing("Satu", KEYS))
    second = await channel.send(str(person.chat_id), Outgoing("Dua", KEYS, replaces=first))
    assert second != first
    assert person.received == ["Satu", "Dua"]


async def test_a_question_for_a_place_offers_to_share_it_until_the_question_has_passed(
    channel: TelegramChannel, person: Person
) -> None:
    first = await channel.send(str(person.chat_id), PLACE)
    await person.wait_for(lambda shown: shown.keyboard == ("Bagikan lokasi",))
    await channel.send(str(person.chat_id), Outgoing("Kabupaten?", KEYS, Ask.PLACE, first, "Bagikan lokasi"))
    shown = await person.screen()
    assert [seen.text for seen in shown.from_bot] == ["Kabupaten?", "📍"]
    assert shown.keyboard == ("Bagikan lokasi",)
    await channel.send(str(person.chat_id), Outgoing("Terima kasih", KEYS, Ask.CHOICE))
    await person.wait_for(lambda shown: [seen.text for seen in shown.from_bot] == ["Kabupaten?", "Terima kasih"])
    assert (await person.screen()).keyboard == ()


async def test_the_offer_to_share_is_gone_in_the_end_however_fast_one_answers(
    channel: TelegramChannel, person: Person
) -> None:
    for _ in range(3):
        await channel.send(str(person.chat_id), PLACE)
        await channel.send(str(person.chat_id), Outgoing("Terima kasih", KEYS, Ask.CHOICE))
    await channel.close()

    shown = await person.screen()
    assert shown.keyboard == ()
    assert "📍" not in [seen.text for seen in shown.from_bot]


async def test_the_offer_to_share_is_never_made_in_a_group(
    bot_api: BotApi, channel: TelegramChannel, person: Person
) -> None:
    group = bot_api.group("Tim Contoh", [person])
    await channel.send(str(group.chat_id), PLACE)
    assert group.received == ["Kamu di mana?"]
    assert bot_api.refused == []


async def test_a_question_that_arrived_counts_as_sent_even_if_the_offer_to_share_failed(
    bot_api: BotApi, channel: TelegramChannel, person: Person
) -> None:
    await channel.send(str(person.chat_id), PLACE)
    bot_api.fault("sendMessage", 500, times=1, description="contoh")
    with pytest.raises(Uncertain):
        await channel.send(str(person.chat_id), Outgoing("Lanjut"))
    bot_api.fault("deleteMessages", 500)
    assert await channel.send(str(person.chat_id), Outgoing("Lanjut"))


async def test_a_tap_is_acknowledged_once_and_stale_ones_do_not_matter(
    bot_api: BotApi, channel: TelegramChannel, person: Person
) -> None:
    await channel.send(str(person.chat_id), Outgoing("Pilih", KEYS))
    tapped = await person.press("Dua")
    assert tapped.query_id
    await channel.acknowledge(tapped.query_id)
    await channel.acknowledge(tapped.query_id)
    assert bot_api.unanswered == []


async def test_setting_up_for_polling_names_the_bot_and_takes_a_webhook_away(
    bot_api: BotApi, channel: TelegramChannel, person: Person
) -> None:
    await channel.set_up(PROFILE, Webhook("http://127.0.0.1:9/hook/telegram", "rahasia"))
    assert await channel.read_webhook_url() == "http://127.0.0.1:9/hook/telegram"
    assert await channel.set_up(PROFILE) == "contoh_bot"
    assert await channel.read_webhook_url() == ""
    assert bot_api.pending == 1
    assert person.received == []
    (commands, *_) = bot_api.calls("setMyCommands")
    assert "Mulai dari awal" in str(commands.parameters["commands"])
    assert bot_api.calls("setMyDescription")
    assert bot_api.calls("setMyShortDescription")


async def test_a_profile_that_is_shown_already_is_not_set_again(bot_api: BotApi, channel: TelegramChannel) -> None:
    for profile in (PROFILE, PROFILE, replace(PROFILE, about="Tempat singgah.")):
        await channel.set_up(profile)
    assert [
        len(bot_api.calls(method)) for method in ("setMyCommands", "setMyDescription", "setMyShortDescription")
    ] == [
        2,
        2,
        2,
    ]


@pytest.mark.parametrize(
    ("fault", "expected"),
    [({"code": 502}, Uncertain), ({"code": 401}, TokenRejected), ({"drop": "after"}, Uncertain)],
)
async def test_trouble_while_a_profile_is_set_has_the_same_meanings(
    bot_api: BotApi, channel: TelegramChannel, fault: dict[str, Any], expected: type[ChannelError]
) -> None:
    bot_api.fault("setMyDescription", **fault)
    with pytest.raises(ChannelError) as caught:
        await channel.set_up(PROFILE)
    assert type(caught.value) is expected
    assert caught.value.__cause__ is caught.value.__context__ is None


async def test_a_wrong_token_is_named_with_its_remedy_and_without_itself(bot_api: BotApi) -> None:
    wrong = TelegramChannel("4242:wrong-and-invented", base_url=bot_api.base_url)
    with pytest.raises(TokenRejected) as caught:
        await wrong.set_up(PROFILE)
    assert "token_file" in str(caught.value)
    assert "wrong-and-invented" not in "".join(traceback.format_exception(caught.value))
    assert "wrong-and-invented" not in repr(wrong)
    await wrong.close()


def test_the_secret_of_a_webhook_is_not_shown() -> None:
    assert "rahasia" not in repr(Webhook("https://contoh.example/hook", "rahasia"))


async def test_messages_of_both_sides_are_taken_back_a_hundred_at_a_time(
    bot_api: BotApi, channel: TelegramChannel, person: Person
) -> None:
    theirs = [str(await person.send(f"contoh {number}")) for number in range(120)]
    ours = [await channel.send(str(person.chat_id), Outgoing(f"jawaban {number}")) for number in range(90)]
    before = len((await person.screen()).messages)

    stayed = await channel.take_back(str(person.chat_id), [*theirs, *(one or "" for one in ours), "999999"])

    assert stayed == 0
    assert len((await person.screen()).messages) == before - 210
    assert [len(str(call.parameters["message_ids"]).split(",")) for call in bot_api.calls("deleteMessages")] == [
        100,
        100,
        11,
    ]


async def test_one_message_that_cannot_be_taken_back_does_not_keep_the_others(
    bot_api: BotApi, channel: TelegramChannel, person: Person
) -> None:
    theirs = [str(await person.send(f"contoh {number}")) for number in range(3)]
    bot_api.fault("deleteMessages", 400, times=2, description="Bad Request: message can't be deleted")

    assert await channel.take_back(str(person.chat_id), [*theirs, "bukan nomor"]) == 2

    left = [seen.text for seen in (await person.screen()).messages if seen.text.startswith("contoh")]
    assert left == ["contoh 0"]


async def test_taking_back_that_may_have_worked_is_asked_again_later(
    bot_api: BotApi, channel: TelegramChannel, person: Person
) -> None:
    written = str(await person.send("contoh"))
    bot_api.fault("deleteMessages", 502, times=1, description="contoh")
    with pytest.raises(Uncertain) as caught:
        await channel.take_back(str(person.chat_id), [written])
    assert caught.value.is_harmless
    assert await channel.take_back(str(person.chat_id), [written]) == 0
