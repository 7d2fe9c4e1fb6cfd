"""`bersih` and `pindah` as somebody with the phone in hand sees them: the chat is empty, and the case is not lost."""

import re

import httpx

from tests.botapi.control import BotApi
from tests.botapi.people import Person
from tests.end_to_end.people import PATIENCE_S, Step, hear, join_staff, reach, take_step, texts_of, walk
from tests.end_to_end.telegram_process import TelegramProcess

_PHRASE = re.compile(r"^[a-z]+(?: [a-z]+){6}$", re.MULTILINE)
_FIELD = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)">')


async def _list_messages(person: Person) -> list[str]:
    return [seen.text for seen in (await person.screen()).messages]


async def test_clearing_leaves_nothing_of_the_last_two_days_but_its_own_words(
    bot_api: BotApi, polling: TelegramProcess
) -> None:
    counsellor = await join_staff(bot_api, polling)
    client = bot_api.person("Contoh Klien")
    await reach(client, counsellor)
    for number in range(40):
        await client.send(f"cerita {number}")
        await counsellor.send(f"jawaban {number}")
    await hear(client, "jawaban 39")
    await hear(counsellor, "cerita 39")
    await bot_api.wait_until_idle(timeout=PATIENCE_S)
    eligible = len(await _list_messages(client))
    assert eligible > 60

    await client.send("bersih")
    await hear(client, "48 jam")
    await bot_api.wait_until_idle(timeout=PATIENCE_S)

    left = await _list_messages(client)
    assert len(left) <= 1 + eligible // 100
    assert "Selesai." in left[-1]
    assert any("cerita 39" in text for text in texts_of(counsellor))
    await client.send("masih di sini")
    await hear(counsellor, "masih di sini")


async def test_what_is_older_than_two_days_stays_and_that_is_said(bot_api: BotApi, polling: TelegramProcess) -> None:
    assert polling.mode == "polling"
    client = bot_api.person("Contoh Klien")
    await walk(client, Step("/start", "Mau mulai dari mana?"))
    bot_api.skip(49 * 3_600)
    before = len(await _list_messages(client))

    await take_step(client, Step("bersih", "tidak bisa kami jangkau"))

    left = await _list_messages(client)
    assert before <= len(left) <= before + 1


async def test_a_case_moves_to_the_web_chat_and_the_old_chat_is_empty(
    bot_api: BotApi, polling: TelegramProcess
) -> None:
    counsellor = await join_staff(bot_api, polling)
    client = bot_api.person("Contoh Klien")
    await reach(client, counsellor)
    await client.send("aku mau pindah supaya lebih tertutup")
    await hear(counsellor, "lebih tertutup")
    await client.send("pindah")
    phrase = await _await_phrase(client)

    async with httpx.AsyncClient(base_url=polling.url, trust_env=False, follow_redirects=True) as page:
        fields = dict(_FIELD.findall((await page.get("/chat")).text))
        answer = await page.post("/chat", data={**fields, "phrase": phrase})
        assert "lebih tertutup" in answer.text
        await hear(client, "Sampai di sini dulu")
        await bot_api.wait_until_idle(timeout=PATIENCE_S)
        assert await _list_messages(client) == ["Sampai di sini dulu. Terima kasih."]

        await counsellor.send("kita lanjut di sini, ya")
        await bot_api.wait_until_idle(timeout=PATIENCE_S)
        assert "kita lanjut di sini, ya" in (await page.get("/chat")).text
    assert await _list_messages(client) == ["Sampai di sini dulu. Terima kasih."]


async def _await_phrase(client: Person) -> str:
    screen = await client.wait_for(lambda seen: any(_PHRASE.search(one.text) for one in seen.messages), PATIENCE_S)
    return next(match[0] for one in screen.messages if (match := _PHRASE.search(one.text)))
