"""A second Singgah on the same SQLite data says so, waits, and takes over when the first one is gone."""

import asyncio
from dataclasses import replace
from pathlib import Path

import httpx

from tests.botapi.control import BotApi
from tests.end_to_end.people import hear
from tests.end_to_end.telegram_process import find_free_port, install

WAITING = "Another Singgah uses this data; waiting until it ends"


async def test_a_second_one_waits_and_takes_over_when_the_first_is_killed(tmp_path: Path, bot_api: BotApi) -> None:
    first = install(tmp_path / "singgah", bot_api)
    await first.start()
    port = find_free_port()
    second = replace(first, port=port, arguments=["--listen", f"127.0.0.1:{port}"])
    third = replace(first)
    await second.launch()
    await _until_it_says(second.errors_file, WAITING, 1)
    async with asyncio.timeout(60), httpx.AsyncClient(trust_env=False, verify=False) as client:  # noqa: S501 - plain HTTP
        while (answer := await _ask(client, f"{second.url}/readyz")) is None:  # noqa: ASYNC110 - nobody announces it
            await asyncio.sleep(0.05)
        assert (answer.status_code, answer.json()) == (503, {"ready": False, "why": "waiting"})
        page = await client.get(f"{second.url}/chat")
        assert (page.status_code, "119" in page.text) == (503, True)
    beside = await first.command("staff", "list")
    assert beside.exit_code == 0

    await first.kill()
    await second.wait_until_ready()
    person = bot_api.person("Contoh")
    await person.send("/start")
    await hear(person, "Mau mulai dari mana?")

    await third.launch()
    await _until_it_says(second.errors_file, WAITING, 2)
    assert await second.stop() == 0
    await third.wait_until_ready()
    assert await third.stop() == 0


async def test_one_that_waits_ends_when_it_is_asked_to(tmp_path: Path, bot_api: BotApi) -> None:
    first = install(tmp_path / "singgah", bot_api)
    await first.start()
    second = replace(first)
    await second.launch()
    await _until_it_says(second.errors_file, WAITING, 1)

    assert await second.stop() == 0
    assert await first.stop() == 0


async def test_parts_are_refused_where_one_process_must_be_the_whole(tmp_path: Path, bot_api: BotApi) -> None:
    ended = await install(tmp_path / "singgah", bot_api).command("run", "--role", "web")

    (line,) = ended.errors.splitlines()
    assert line.startswith("singgah: --role needs PostgreSQL")
    assert ended.exit_code == 1


async def _until_it_says(file: Path, words: str, times: int) -> None:
    async with asyncio.timeout(60):
        while file.read_text().count(words) < times:  # noqa: ASYNC110, ASYNC240 - a small file nobody announces
            await asyncio.sleep(0.05)


async def _ask(client: httpx.AsyncClient, url: str) -> httpx.Response | None:
    try:
        return await client.get(url)
    except httpx.TransportError:
        return None
