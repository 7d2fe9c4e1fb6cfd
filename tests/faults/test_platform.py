"""A platform that is away: what people write is taken, what is said to them waits, and it goes out in order."""

import json
from http import HTTPStatus

import pytest

from tests.botapi.control import BotApi
from tests.end_to_end.people import INTAKE_ID, hear, walk
from tests.end_to_end.telegram_process import TelegramProcess
from tests.faults.waiting import get, until

ACCEPTED = "Kasus ini sekarang"
SAID = [f"kalimat ke-{number}" for number in range(1, 13)]


@pytest.mark.parametrize("fault", [{"code": 502}, {"code": 429, "retry_after": 2}], ids=str)
async def test_words_said_during_an_outage_arrive_in_order_once_it_is_over(
    bot_api: BotApi, polling: TelegramProcess, fault: dict[str, object]
) -> None:
    staff = bot_api.person("Contoh Konselor")
    await staff.start((await polling.invite("Kak Contoh")).chat)
    client = bot_api.person("Contoh Klien")
    await walk(client, *INTAKE_ID)
    await hear(staff, "Permintaan baru ·")
    await staff.press("Terima")
    await hear(client, "Kak Contoh")

    for method in ("sendMessage", "getMe"):
        bot_api.fault(method, **fault, times=10_000)  # type: ignore[arg-type]  # parts of one fault
    for words in SAID:
        await client.send(words)
    await until(lambda: _is_confirmed(bot_api))
    assert (await get(polling, "/readyz")).status_code == HTTPStatus.OK
    assert not any(SAID[0] in text for text in staff.received)
    bot_api.clear_faults()

    await hear(staff, SAID[-1])
    heard = [words for text in staff.received for words in SAID if text.rpartition("│ ")[2].lstrip("↻ ") == words]
    assert list(dict.fromkeys(heard)) == SAID
    assert len(heard) == len(SAID)


async def test_a_partition_is_seen_at_readyz_and_is_over_when_it_is_over(
    bot_api: BotApi, polling: TelegramProcess
) -> None:
    client = bot_api.person("Contoh Klien")
    await walk(client, *INTAKE_ID[:2])

    bot_api.fault("*", 502, times=10_000)
    await client.send("halo")

    async def is_deaf() -> bool:
        told = json.loads((await get(polling, "/readyz")).text)
        return bool(told["ready"]) and told["telegram"] == "trouble" and told.get("trouble") == ["not_receiving"]

    async def is_well() -> bool:
        told = json.loads((await get(polling, "/readyz")).text)
        return told["telegram"] == "receiving" and "trouble" not in told

    await until(is_deaf)
    bot_api.clear_faults()
    await until(is_well)
    await walk(client, *INTAKE_ID[2:])


async def _is_confirmed(bot_api: BotApi) -> bool:
    return bot_api.pending == 0
