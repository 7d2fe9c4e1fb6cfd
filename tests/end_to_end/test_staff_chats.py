"""Staff on Telegram: one-time codes, groups, people who left, and posts that do not come from Telegram."""

import json

from tests.botapi.control import BotApi
from tests.botapi.people import Group
from tests.botapi.screen import Screen
from tests.end_to_end.people import INTAKE_ID, OFFER, PATIENCE_S, Step, hear, join_staff, reach, take_step, walk
from tests.end_to_end.telegram_process import TelegramProcess


async def test_a_case_is_offered_in_the_groups_of_its_unit_and_taken_from_there(
    bot_api: BotApi, service: TelegramProcess
) -> None:
    code = await service.invite("Kak Kenanga", group=True)
    counsellor, stranger = bot_api.person("Contoh Konselor"), bot_api.person("Contoh Rekan")
    group = bot_api.group("Contoh Grup", [counsellor, stranger])
    await counsellor.start(code.chat)
    await hear(counsellor, "Selamat datang")
    await group.post(counsellor, f"/start@contoh_bot {code.group}")
    await _read(group, "Grup ini sekarang menerima permintaan")

    client = bot_api.person("Contoh Klien")
    await walk(client, *INTAKE_ID)
    await _read(group, OFFER)
    await group.press(stranger, "Terima")
    await _read(group, "Buka dulu obrolan pribadi")
    await group.press(counsellor, "Terima")
    await _read(group, "diterima Kak Kenanga")

    await hear(counsellor, "• Zat: Sabu atau ekstasi, Ganja atau sinte")
    assert not any("Sabu" in text for text in group.received)
    await client.send("tolong dengarkan saya sebentar")
    await hear(counsellor, "tolong dengarkan saya sebentar")


async def test_a_group_nobody_invited_is_refused_and_not_listened_to(bot_api: BotApi, polling: TelegramProcess) -> None:
    del polling
    somebody = bot_api.person("Contoh Orang")
    group = bot_api.group("Contoh Grup Lain", [somebody])
    await group.promote_bot()

    await group.post(somebody, "/start@contoh_bot")
    await _read(group, "Kami hanya berbicara di obrolan pribadi.")
    await group.post(somebody, "/start@contoh_bot kode-karangan-yang-tidak-ada")
    await _read(group, "Tautan grup itu salah")
    await group.post(somebody, "saya memakai apa saja")
    await group.post(somebody, "darurat")
    await bot_api.wait_until_idle(quiet=0.5, timeout=PATIENCE_S)

    assert len(group.received) == 2


async def test_a_code_of_staff_works_once(bot_api: BotApi, polling: TelegramProcess) -> None:
    code = await polling.invite("Kak Kenanga")
    first, second = bot_api.person("Contoh Konselor"), bot_api.person("Contoh Orang")
    await first.start(code.chat)
    await hear(first, "Selamat datang. Peranmu: konselor")

    await second.start(code.chat)
    await hear(second, "Mau mulai dari mana?")


async def test_the_counsellor_hears_that_a_client_left_and_may_go_on_when_they_return(
    bot_api: BotApi, service: TelegramProcess
) -> None:
    counsellor, client = await join_staff(bot_api, service), bot_api.person("Contoh Klien")
    await reach(client, counsellor)

    await client.block()
    await hear(counsellor, "klien tidak bisa dihubungi lagi")
    await counsellor.send("apakah kamu baik-baik saja?")
    await bot_api.wait_until_idle(timeout=PATIENCE_S)

    assert not any("baik-baik" in text for text in client.received)
    assert bot_api.refused == []


async def test_a_client_whose_account_is_gone_is_noticed_when_they_are_written_to(
    bot_api: BotApi, polling: TelegramProcess
) -> None:
    counsellor, client = await join_staff(bot_api, polling), bot_api.person("Contoh Klien")
    await reach(client, counsellor)

    await client.delete_account()
    await counsellor.send("apakah kamu baik-baik saja?")
    await hear(counsellor, "klien tidak bisa dihubungi lagi")


async def test_a_forged_post_to_the_webhook_is_refused_and_changes_nothing(
    bot_api: BotApi, service: TelegramProcess
) -> None:
    client = bot_api.person("Contoh Klien")
    await take_step(client, Step("/start", "Mau mulai dari mana?"))
    chat = {"id": client.chat_id, "type": "private"}
    message = {"message_id": 1, "date": 1, "chat": chat, "from": {"id": client.id, "is_bot": False}, "text": "darurat"}
    forged = json.dumps({"update_id": 7, "message": message})
    refusal = 401 if service.mode == "webhook" else 404

    assert [await service.post_update(forged, secret) for secret in (None, "", "tebakan", "tebakan-é")] == [refusal] * 4
    await bot_api.wait_until_idle(quiet=0.5, timeout=PATIENCE_S)
    assert len(client.received) == 1


async def _read(group: Group, words: str) -> Screen:
    return await group.wait_for(lambda _: any(words in text for text in group.received), PATIENCE_S)
