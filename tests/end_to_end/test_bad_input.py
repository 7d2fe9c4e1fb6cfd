"""Whatever people send is answered kindly, and nothing they said before is lost."""

import json
from collections.abc import Awaitable, Callable

from tests.botapi.control import BotApi
from tests.botapi.people import Person
from tests.end_to_end.people import INTAKE_ID, PATIENCE_S, Step, count_texts, hear, take_step, walk
from tests.end_to_end.telegram_process import TelegramProcess

PLACES: dict[str, tuple[float, float, str]] = {
    "in Kendari": (-3.9675, 122.5205, "Kota Kendari"),
    "in Kendari, swapped": (122.5205, -3.9675, "Kota Kendari"),
    "in Kuala Lumpur": (3.139, 101.687, "di luar jangkauan"),
    "in Sydney": (-33.87, 151.21, "di luar jangkauan"),
    "nowhere": (0.0, 0.0, "di luar jangkauan"),
    "at the pole": (90.0, 180.0, "di luar jangkauan"),
}

UP_TO_SUBSTANCES, AFTER_SUBSTANCES = INTAKE_ID[:5], INTAKE_ID[5:]
UP_TO_AREA = INTAKE_ID[:4]
CARD = "• Zat: Sabu atau ekstasi, Ganja atau sinte"

Act = Callable[[Person], Awaitable[object]]
KINDS: dict[str, tuple[Act, str]] = {
    "a photo": (lambda person: person.send_photo(caption="ini saya"), "tidak membuka foto"),
    "a voice message": (lambda person: person.send_voice(), "belum bisa mendengar"),
    "a sticker": (lambda person: person.send_sticker(), "Stikernya manis"),
    "a file": (lambda person: person.send_document(), "tidak membuka berkas"),
    "a contact": (lambda person: person.send_contact(), "tidak diperlukan di sini"),
    "a place nobody asked for": (lambda person: person.share(-3.99, 122.51), "Lokasi ini kami pakai untuk daerahmu"),
    "a poll": (
        lambda person: person.send_raw({"dice": {"emoji": "🎲", "value": 3}}),
        "jenis pesan itu belum bisa kami baca",
    ),
    "a forwarded text": (lambda person: person.forward("catatan belanja kemarin"), "Ketuk salah satu pilihan"),
    "an unknown command": (lambda person: person.send("/mulaidong"), "Perintah itu belum kami kenal"),
    "five thousand letters": (lambda person: person.send("panjang " * 625), "terlalu panjang"),
    "emoji": (lambda person: person.send("🦋🏳️‍🌈👩‍👩‍👧" * 20), "Ketuk salah satu pilihan"),
    "right-to-left words": (lambda person: person.send("\u202eمرحبا بالعالم\u202c"), "Ketuk salah satu pilihan"),
    "nothing that can be seen": (lambda person: person.send("\u200b\u2060"), "Ketuk salah satu pilihan"),
    "half characters": (lambda person: person.send("\ud83d sepeda"), "Ketuk salah satu pilihan"),
    "a null": (lambda person: person.send("a\x00b"), "Ketuk salah satu pilihan"),
}


async def test_everything_that_cannot_be_read_is_answered_kindly_and_the_place_is_kept(
    bot_api: BotApi, service: TelegramProcess
) -> None:
    del service
    client = bot_api.person("Contoh Klien")
    await walk(client, *UP_TO_SUBSTANCES)

    for name, (act, answer) in KINDS.items():
        before = count_texts(client)
        await act(client)
        await hear(client, answer, since=before)
        screen = await hear(client, "Apa yang kamu pakai", since=before)
        assert "Sabu atau ekstasi" in screen.buttons, name

    await walk(client, *AFTER_SUBSTANCES)
    assert any(CARD in text for text in client.received)
    assert bot_api.refused == []


async def test_a_message_that_was_edited_changes_nothing_and_the_person_is_told(
    bot_api: BotApi, polling: TelegramProcess
) -> None:
    del polling
    client = bot_api.person("Contoh Klien")
    await walk(client, *UP_TO_SUBSTANCES)
    before = count_texts(client)
    typed = await client.send("1, 2")
    await hear(client, "Seberapa sering", since=before)

    before = count_texts(client)
    await client.edit(typed, "3")
    await hear(client, "Seberapa sering", since=before)
    await walk(client, *AFTER_SUBSTANCES[1:])

    assert any(CARD in text for text in client.received)


async def test_a_shared_place_is_understood_or_refused_kindly(bot_api: BotApi, polling: TelegramProcess) -> None:
    del polling
    for name, (latitude, longitude, answer) in PLACES.items():
        client = bot_api.person(f"Contoh {name}")
        await walk(client, *UP_TO_AREA)
        before = count_texts(client)
        await client.share(latitude, longitude)
        await hear(client, answer, since=before)


async def test_what_arrives_twice_is_taken_once(bot_api: BotApi, service: TelegramProcess) -> None:
    del service
    client = bot_api.person("Contoh Klien")
    bot_api.deliver_twice(40)

    await walk(client, *INTAKE_ID)
    await bot_api.wait_until_idle(timeout=PATIENCE_S)

    sent = [text for text in client.received if text.startswith("Terkirim")]
    assert len(sent) == 1
    assert any(CARD in text for text in client.received)


async def test_what_arrives_out_of_order_loses_nothing(bot_api: BotApi, service: TelegramProcess) -> None:
    del service
    client = bot_api.person("Contoh Klien")
    await walk(client, *UP_TO_SUBSTANCES)
    before = count_texts(client)
    bot_api.out_of_order(2)
    await client.send("bukan pilihan apa pun")
    await client.send("1, 2")

    await hear(client, "Seberapa sering", since=before)
    await bot_api.wait_until_idle(timeout=PATIENCE_S)
    await walk(client, *AFTER_SUBSTANCES[1:])
    assert any(CARD in text for text in client.received)


async def test_a_malformed_update_costs_its_neighbours_nothing(bot_api: BotApi, service: TelegramProcess) -> None:
    del service
    first, second = bot_api.person("Contoh Klien"), bot_api.person("Contoh Lain")
    await walk(first, *UP_TO_SUBSTANCES)
    await take_step(second, Step("/start", "Mau mulai dari mana?"))
    before = count_texts(first), count_texts(second)

    bot_api.inject_raw({"message": {"chat": "bukan obrolan", "text": 7}})
    bot_api.inject_raw({})
    await first.send("1, 2")
    bot_api.inject_raw(json.dumps({"update_id": 999_999_999_999_999_999_999}))
    bot_api.inject_raw({"callback_query": {"id": "x"}})
    await second.send("bantuan")

    await hear(first, "Seberapa sering", since=before[0])
    await hear(second, "Kata yang selalu bisa kamu ketik", since=before[1])
    await walk(first, *AFTER_SUBSTANCES[1:])
    await bot_api.wait_until_idle(timeout=PATIENCE_S)
