"""T10: one person writes as fast as the line allows, or opens conversations without end, and nobody else notices."""

import asyncio
import logging
import re
import sqlite3
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack, closing
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import httpx
import pytest

from handlers.receiving.limits import NEW_WEB_FOLDERS
from tests.attacks.outside import IS_LONG, SEEK, WebPerson, at_web
from tests.botapi.control import BotApi
from tests.botapi.people import Person
from tests.channels.webchat_site import Screen
from tests.channels.webchat_work import work
from tests.end_to_end.people import INTAKE_ID, PATIENCE_S, hear, take_step
from tests.end_to_end.telegram_process import TelegramProcess

log = logging.getLogger(__name__)

_SECONDS, _PEOPLE = (300, 50) if IS_LONG else (5, 20)
_A_SECOND = 200
#: Without it people, their Telegram and the flooder, who share a processor, are what is measured.
_BETWEEN_STEPS_S = 1.0 if IS_LONG else 0.3
_LARGEST_GROWTH = 1 << 20
#: Beyond twice the quiet time: two slow cores also run the flooder, the people and their Telegram, and in the normal
#: suite whatever else the machine does while the flood lasts.
_ALLOWANCE_S = 0.5 if IS_LONG else 2.0

_INSIDE, _QUIET_WORDS = 10, 10
#: A quicker person reaches a limit of their own.
_BETWEEN_WORDS_S = 2.5
#: Each asks for a page first and then posts its form.
_WEB_A_SECOND, _FLOODERS = 100, 8
#: Where the machine is too slow for that many a second: so often, whatever it takes.
_TRIES_OF_EACH = 20


@dataclass(slots=True)
class Walks:
    """How long people who do an intake waited for each answer, and who they are."""

    people: list[Person] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)

    @property
    def p95(self) -> float:
        """What nineteen of twenty answers took at most."""
        return _p95(self.seconds)

    async def take_round(self, bot_api: BotApi) -> None:
        """Let so many new people walk through the questions at once, as fast as somebody reads."""
        people = [bot_api.person("Contoh Klien") for _ in range(_PEOPLE)]
        self.people += people
        walks = [_walk(one, _BETWEEN_STEPS_S * number / _PEOPLE) for number, one in enumerate(people)]
        self.seconds += [seconds for waited in await asyncio.gather(*walks) for seconds in waited]


@pytest.mark.alone
@pytest.mark.timeout(1800)
async def test_a_flooder_slows_down_nobody_loses_nothing_of_theirs_and_fills_no_disk(
    bot_api: BotApi, guarded: TelegramProcess
) -> None:
    flooder = bot_api.person("Contoh Banjir")
    await flooder.start()
    before = _measure(guarded)
    sent = await _flood(flooder)
    await bot_api.wait_until_idle(timeout=PATIENCE_S)
    growth = _measure(guarded) - before

    quiet, busy = Walks(), Walks()
    await quiet.take_round(bot_api)
    flooding = asyncio.create_task(_flood(flooder))
    await busy.take_round(bot_api)
    while not flooding.done():
        await busy.take_round(bot_api)
    sent += await flooding
    await bot_api.wait_until_idle(timeout=PATIENCE_S)
    # Before and after, for what else the machine does changes in between.
    await quiet.take_round(bot_api)
    log.info(
        "p95 quiet %.2f s, flooded %.2f s, %d people; %d bytes of the flood",
        *(quiet.p95, busy.p95, len(busy.people), growth),
    )

    assert sent == 2 * _SECONDS * _A_SECOND
    assert all(any("Ini yang akan dilihat konselor" in text for text in person.received) for person in busy.people)
    assert busy.p95 <= 2 * quiet.p95 + _ALLOWANCE_S
    assert len(flooder.received) < 100 + 4 * _SECONDS
    assert growth < _LARGEST_GROWTH
    await flooder.send("aku mau mati saja malam ini")
    await hear(flooder, "119")


@pytest.mark.alone
@pytest.mark.timeout(900)
async def test_a_flood_of_new_conversations_is_slowed_to_the_allowance_and_nobody_inside_notices(
    guarded: TelegramProcess,
) -> None:
    async with AsyncExitStack() as stack:
        people = [await stack.enter_async_context(at_web(guarded)) for _ in range(_INSIDE)]
        for person in people:
            await person.agree()
        quiet = [seconds for _ in range(_QUIET_WORDS) for seconds in await _time_words(people)]

        began, before = time.monotonic(), _measure(guarded)
        flooding = asyncio.create_task(_flood_web(guarded))
        entering = asyncio.create_task(_enter_for_work(guarded))
        busy: list[float] = []
        while not flooding.done():
            busy += await _time_words(people)
            await asyncio.sleep(_BETWEEN_WORDS_S)
        statuses = await flooding
        refused, came_in, waited = await entering
    growth = _measure(guarded) - before
    log.info(
        "inside p95 quiet %.3f s, flooded %.3f s; %d tried, %d came in; work %.1f s; %d bytes",
        *(_p95(quiet), _p95(busy), len(statuses), statuses.count(200), waited, growth),
    )

    assert set(statuses) == {200, 429}
    lasted = time.monotonic() - began
    assert statuses.count(200) <= NEW_WEB_FOLDERS.most * (1 + lasted / NEW_WEB_FOLDERS.seconds)
    assert "119" in refused.text
    assert came_in.status_code == 200
    assert "Setuju?" in came_in.text
    assert _p95(busy) <= 2 * _p95(quiet) + _ALLOWANCE_S


async def _walk(person: Person, late: float) -> list[float]:
    """Do the intake but for its last step; return how long each answer took."""
    await asyncio.sleep(late)
    waited: list[float] = []
    for step in INTAKE_ID[:-1]:
        waited.append(await _time(partial(take_step, person, step)))
        await asyncio.sleep(_BETWEEN_STEPS_S)
    return waited


async def _flood(flooder: Person) -> int:
    started = time.monotonic()
    for number in range(_SECONDS * _A_SECOND):
        await flooder.send(f"banjir contoh {number} " + "x" * 200)
        ahead = started + number / _A_SECOND - time.monotonic()
        if ahead > 0:
            await asyncio.sleep(ahead)
    return number + 1


async def _flood_web(service: TelegramProcess) -> list[int]:
    """Open conversations for as long as the attack lasts; return the status of each try."""
    ends = time.monotonic() + _SECONDS

    async def flood() -> list[int]:
        statuses: list[int] = []
        async with at_web(service) as one:
            while time.monotonic() < ends or len(statuses) < _TRIES_OF_EACH:
                began = time.monotonic()
                one.screen = Screen((await one.http.get("/chat")).text)
                statuses.append((await one.tap(SEEK)).status_code)
                await asyncio.sleep(max(0.0, began + _FLOODERS / _WEB_A_SECOND - time.monotonic()))
        return statuses

    return [status for statuses in await asyncio.gather(*[flood() for _ in range(_FLOODERS)]) for status in statuses]


async def _enter_for_work(service: TelegramProcess) -> tuple[httpx.Response, httpx.Response, float]:
    """Come in the middle of it and do what is asked; return both answers, and the seconds between them."""
    await asyncio.sleep(_SECONDS / 2)
    while True:
        async with at_web(service) as newcomer:
            refused = await newcomer.tap(SEEK)
            # Now and then somebody who brings nothing is as quick as a flooder.
            if refused.status_code == 429:
                return refused, *await _bring_work(newcomer, refused)


async def _bring_work(newcomer: WebPerson, refused: httpx.Response) -> tuple[httpx.Response, float]:
    began = time.monotonic()
    given = dict(re.findall(r'data-(\w+)="(\w+)"', refused.text))
    kept = dict(re.findall(r'<textarea name="(\w+)" hidden>\n(.*?)</textarea>', refused.text, re.DOTALL))
    solution = await asyncio.to_thread(work, given["seed"], int(given["bits"]))
    return await newcomer.post(**kept, solution=solution), time.monotonic() - began


async def _time_words(people: list[WebPerson]) -> list[float]:
    """Let everybody say something at once; return how long each waited for the page with the answer."""

    async def say(person: WebPerson) -> None:
        answer = await person.post(text="menu")
        assert answer.status_code == 200
        assert "terlalu cepat" not in answer.text

    return await asyncio.gather(*[_time(partial(say, one)) for one in people])


async def _time(walking: Callable[[], Awaitable[object]]) -> float:
    started = time.monotonic()
    await walking()
    return time.monotonic() - started


def _p95(seconds: list[float]) -> float:
    return sorted(seconds)[int(len(seconds) * 0.95) - 1]


def _measure(service: TelegramProcess) -> int:
    """Add up what all files hold; what a database has not yet taken over from its journal counts as taken."""
    files = [path for path in service.data_folder.rglob("*") if path.is_file()]
    stores = [path for path in files if path.suffix == ".db"]
    others = [path for path in files if not path.name.partition(".db")[1]]
    return sum(map(_measure_store, stores)) + sum(path.stat().st_size for path in others)


def _measure_store(path: Path) -> int:
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as store:
        (pages,), (size,) = store.execute("PRAGMA page_count").fetchone(), store.execute("PRAGMA page_size").fetchone()
    return int(pages) * int(size)
