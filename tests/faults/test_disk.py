"""A disk that takes nothing any more: what was answered stays, what comes is refused, and it goes on by itself."""

from http import HTTPStatus
from pathlib import Path

import pytest

from tests.botapi.control import BotApi
from tests.end_to_end.people import INTAKE_ID, count_texts, hear, texts_of, walk
from tests.end_to_end.telegram_process import TelegramProcess
from tests.faults.disks import FailingDisk, Failure, filled
from tests.faults.waiting import get, until_ready, until_refused

BEFORE, AT, AFTER = INTAKE_ID[:5], INTAKE_ID[5], INTAKE_ID[6:]
CARD = "• Zat: Sabu atau ekstasi, Ganja atau sinte"


@pytest.mark.parametrize("how", ["No space", "I/O error"])
async def test_a_disk_that_fails_loses_nothing_and_is_survived_without_a_hand(
    bot_api: BotApi, on_failing_disk: TelegramProcess, failing_disk: FailingDisk, how: Failure
) -> None:
    client = bot_api.person("Contoh Klien")
    await walk(client, *BEFORE)

    with failing_disk.failing(how):
        before, earlier = count_texts(client), len(bot_api.deliveries)
        await client.send(AT.send)
        await until_refused(bot_api, earlier)
        await until_ready(on_failing_disk, HTTPStatus.SERVICE_UNAVAILABLE)
        assert (await get(on_failing_disk, "/healthz")).status_code == HTTPStatus.OK
        assert (await get(on_failing_disk, "/chat")).status_code == HTTPStatus.OK
        assert not any(AT.then in text for text in texts_of(client)[before:])

    await hear(client, AT.then, since=before)
    await walk(client, *AFTER)
    assert sum(CARD in text for text in client.received) == 1
    await until_ready(on_failing_disk, HTTPStatus.OK)


async def test_a_disk_that_is_really_full_is_survived_too_and_told(
    bot_api: BotApi, on_small_disk: TelegramProcess, small_folder: Path
) -> None:
    client = bot_api.person("Contoh Klien")
    await walk(client, *BEFORE)
    assert (await get(on_small_disk, "/readyz")).json()["trouble"] == ["disk_low"]
    assert "500 MiB" in (await on_small_disk.command("stats")).errors

    with filled(small_folder):
        before = count_texts(client)
        await client.send(AT.send)
        await until_ready(on_small_disk, HTTPStatus.SERVICE_UNAVAILABLE)
        doctor = await on_small_disk.command("doctor", "--offline")
        assert doctor.exit_code == 1
        assert "0 MiB free" in doctor.output
        assert "StoreUnavailable" in doctor.output

    await hear(client, AT.then, since=before)
    await walk(client, *AFTER)
    assert sum(CARD in text for text in client.received) == 1
    assert "trouble.disk_low" in on_small_disk.log_file.read_text()
