"""Several processes on one PostgreSQL are one service: in parts, with one sender at a time, nothing lost or doubled."""

import asyncio
import os
import re
import signal
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import httpx
import pytest

from handlers.sending.attempt import SECOND_COPY
from tests.botapi.control import BotApi
from tests.end_to_end.people import INTAKE_ID, PATIENCE_S, hear, join_staff, reach, walk
from tests.end_to_end.telegram_process import TelegramProcess, find_free_port, install
from tests.surroundings.stores import NewStores

LEASE_S = 15.0
#: A stopped or killed holder is replaced this long after its lease at the latest.
GRACE_S = 15.0
#: A page that is not woken looks again after this time; an answer far below it came by the wake.
LONGEST_STREAM_S = 5.0
_FIELD = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)"')


@dataclass(slots=True)
class Installation:
    """Processes that share settings, keys and two PostgreSQL databases."""

    base: TelegramProcess
    processes: list[TelegramProcess] = field(default_factory=list)

    async def start(self, *roles: str) -> TelegramProcess:
        """Start one more process with these roles, all of them if none is named."""
        process = replace(self.base, port=find_free_port(), arguments=[f"--role={role}" for role in roles])
        process.arguments += ["--listen", f"127.0.0.1:{process.port}"]
        self.processes.append(process)
        await process.launch()
        async with asyncio.timeout(60):
            while not (await ask(process)).get("ready"):  # noqa: ASYNC110 - nobody announces it
                await asyncio.sleep(0.05)
        return process

    async def wait_for(self, process: TelegramProcess, duty: str, state: str = "held", seconds: float = 60) -> None:
        """Wait until a process says this of a duty."""
        async with asyncio.timeout(seconds):
            while (await ask(process)).get("duties", {}).get(duty) != state:  # noqa: ASYNC110 - nobody announces it
                await asyncio.sleep(0.05)


async def ask(process: TelegramProcess) -> dict[str, dict[str, str]]:
    """Ask whether a process is ready; nothing while it does not answer."""
    async with httpx.AsyncClient(trust_env=False, timeout=2, verify=False) as client:  # noqa: S501 - plain HTTP; makes it light
        try:
            answer = await client.get(f"{process.url}/readyz")
        except httpx.TransportError:
            return {}
    found: dict[str, dict[str, str]] = answer.json()
    return found


@pytest.fixture
async def installation(
    tmp_path: Path, bot_api: BotApi, new_postgresql_stores: NewStores
) -> AsyncIterator[Installation]:
    """Give an installation whose processes must all end well, unless a test has ended them already."""
    url, keystore_url = new_postgresql_stores()
    extra = f'[storage]\ndatabase_url = "{url}"\n[keys]\nstore_url = "{keystore_url}"\n'
    found = Installation(install(tmp_path / "singgah", bot_api, extra=extra))
    yield found
    ended = await asyncio.gather(*(process.stop() for process in found.processes))
    assert {code for code in ended if code != -signal.SIGKILL} <= {0}, found.base.errors_file.read_text()


async def test_three_processes_with_parts_of_the_service_bring_a_person_to_a_counsellor(
    bot_api: BotApi, installation: Installation
) -> None:
    receive, send, web = await asyncio.gather(
        installation.start("receive"), installation.start("send"), installation.start("web", "tick")
    )
    counsellor = await join_staff(bot_api, installation.base)
    client = bot_api.person("Contoh Klien")

    await reach(client, counsellor)
    await client.send("dari klien")
    await hear(counsellor, "dari klien")
    await counsellor.send("dari konselor")
    await hear(client, "dari konselor")

    assert [(await ask(one))["duties"] for one in (receive, send, web)] == [
        {"poll:telegram": "held"},
        {"send:telegram": "held"},
        {"tick": "held"},
    ]
    await bot_api.wait_until_idle(timeout=PATIENCE_S)
    assert bot_api.refused == []


async def test_a_sender_that_is_killed_or_ends_is_replaced_and_nothing_is_lost(
    bot_api: BotApi, installation: Installation
) -> None:
    first = await installation.start()
    second = await installation.start()
    person = bot_api.person("Contoh Klien")
    await walk(person, *INTAKE_ID[:2])
    assert set((await ask(first))["duties"].values()) == {"held"}
    assert set((await ask(second))["duties"].values()) == {"waiting"}

    began = asyncio.get_running_loop().time()
    await first.stop()
    await installation.wait_for(second, "send:telegram")
    assert asyncio.get_running_loop().time() - began < 12  # it finished what was under way first

    third = await installation.start()
    await second.kill()
    await person.send("menu")
    await installation.wait_for(third, "send:telegram", seconds=LEASE_S + GRACE_S)
    await hear(person, "Mau mulai dari mana?", since=len(person.received))


async def test_a_sender_that_is_stopped_beyond_its_lease_doubles_nothing_unmarked(
    bot_api: BotApi, installation: Installation
) -> None:
    stopped = await installation.start("receive", "send")
    await installation.wait_for(stopped, "send:telegram")
    people = [bot_api.person(f"Contoh {number}") for number in range(5)]
    for person in people:
        await person.send("/start")
        await hear(person, "Mau mulai dari mana?")
    other = await installation.start("receive", "send")

    os.kill(stopped.process_id, signal.SIGSTOP)
    try:
        for person in people:
            await person.send("menu")
        await installation.wait_for(other, "poll:telegram", seconds=LEASE_S + GRACE_S)
        for person in people:
            await hear(person, "Mau mulai dari mana?", since=1)
    finally:
        os.kill(stopped.process_id, signal.SIGCONT)
    await installation.wait_for(stopped, "send:telegram", "waiting")
    await bot_api.wait_until_idle(timeout=PATIENCE_S)

    unmarked = [[text for text in person.received[1:] if SECOND_COPY not in text] for person in people]
    assert [len(texts) for texts in unmarked] == [1] * len(people)


@pytest.mark.alone
async def test_a_page_of_one_process_moves_at_once_when_something_is_said_through_another(
    installation: Installation,
) -> None:
    one, other = await asyncio.gather(installation.start("web", "tick"), installation.start("web"))
    async with httpx.AsyncClient(trust_env=False, follow_redirects=True, timeout=20) as browser:
        page = await browser.get(f"{one.url}/chat")
        for text in ("1", "Ya, saya setuju"):
            page = await browser.post(f"{one.url}/chat", data={**dict(_FIELD.findall(page.text)), "text": text})
        revision = re.search(r'data-revision="(\d+)"', page.text)
        assert revision, page.text

        async with browser.stream("GET", f"{other.url}/chat/events?after={revision[1]}") as events:
            lines = events.aiter_lines()
            assert "open" in await anext(lines)
            fields = dict(_FIELD.findall(page.text))
            began = asyncio.get_running_loop().time()
            await browser.post(f"{one.url}/chat", data={**fields, "text": "25-34"})
            async for line in lines:
                if "moved" in line:
                    break
            assert asyncio.get_running_loop().time() - began < LONGEST_STREAM_S

        assert "(2 dari 7)" in (await browser.get(f"{other.url}/chat")).text
