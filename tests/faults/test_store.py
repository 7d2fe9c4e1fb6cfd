"""A database that somebody else holds locked: nothing is half done, and whoever waits is told to come again."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from http import HTTPStatus
from pathlib import Path

import pytest_asyncio

from tests.botapi.control import BotApi
from tests.end_to_end.people import INTAKE_ID, count_texts, hear, walk
from tests.end_to_end.telegram_process import TelegramProcess, install
from tests.faults.waiting import until_ready, until_refused

BEFORE, AT = INTAKE_ID[:5], INTAKE_ID[5]
INVITE = ("staff", "invite", "--role", "counsellor", "--unit", "bnnk-kendari", "--alias", "Kak Contoh")


@pytest_asyncio.fixture
async def hooked(tmp_path: Path, bot_api: BotApi) -> AsyncIterator[TelegramProcess]:
    """Give the program behind a webhook; it must end well."""
    process = install(tmp_path / "singgah", bot_api, "webhook")
    await process.start()
    yield process
    assert await process.stop() == 0, process.errors_file.read_text()


async def test_a_locked_database_is_waited_for_and_then_refused_without_half_a_step(
    bot_api: BotApi, hooked: TelegramProcess
) -> None:
    client = bot_api.person("Contoh Klien")
    await walk(client, *BEFORE)
    before, earlier = count_texts(client), len(bot_api.deliveries)

    with closing(sqlite3.connect(hooked.data_folder / "data" / "singgah.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        await client.send(AT.send)
        invited, doctor = await asyncio.gather(hooked.command(*INVITE), hooked.command("doctor", "--offline"))
        await until_refused(bot_api, earlier)
        await until_ready(hooked, HTTPStatus.SERVICE_UNAVAILABLE)
        other.execute("ROLLBACK")

    assert (invited.exit_code, len(invited.errors.splitlines())) == (1, 1), invited.errors
    assert "repeat" in invited.errors
    assert "takes no step" in doctor.output
    await hear(client, AT.then, since=before)
    assert "Kak Contoh" not in (await hooked.command("staff", "list", "--json")).output
    assert (await hooked.command(*INVITE)).exit_code == 0
