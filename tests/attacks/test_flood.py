"""T10: one person writes as fast as the line allows, and nobody else notices."""

import asyncio
import time

import pytest

from tests.attacks.outside import IS_LONG
from tests.botapi.control import BotApi
from tests.botapi.people import Person
from tests.end_to_end.people import INTAKE_ID, PATIENCE_S, hear, walk
from tests.end_to_end.telegram_process import TelegramProcess

_SECONDS, _PEOPLE = (300, 50) if IS_LONG else (5, 20)
_A_SECOND = 200
_LARGEST_GROWTH = 1 << 20
#: Beyond twice the quiet time: two slow cores also run the flooder, the people and their Telegram.
_ALLOWANCE_S = 0.5


@pytest.mark.timeout(600)
async def test_a_flooder_slows_down_nobody_loses_nothing_of_theirs_and_fills_no_disk(
    bot_api: BotApi, guarded: TelegramProcess
) -> None:
    quiet = await _time_intakes([bot_api.person("Contoh Tenang") for _ in range(_PEOPLE)])
    flooder, people = bot_api.person("Contoh Banjir"), [bot_api.person("Contoh Klien") for _ in range(_PEOPLE)]
    size = _measure(guarded)
    await flooder.start()
    flooding = asyncio.create_task(_flood(flooder))
    busy = await _time_intakes(people)
    sent = await flooding
    await bot_api.wait_until_idle(timeout=PATIENCE_S)

    assert sent == _SECONDS * _A_SECOND
    assert all(any("Ini yang akan dilihat konselor" in text for text in person.received) for person in people)
    assert busy <= 2 * quiet + _ALLOWANCE_S, (quiet, busy)
    assert len(flooder.received) < 100 + _SECONDS
    assert _measure(guarded) - size < _LARGEST_GROWTH * (1 + _PEOPLE // 20)
    await flooder.send("aku mau mati saja malam ini")
    await hear(flooder, "119")


async def _flood(flooder: Person) -> int:
    started = time.monotonic()
    for number in range(_SECONDS * _A_SECOND):
        await flooder.send(f"banjir contoh {number} " + "x" * 200)
        ahead = started + number / _A_SECOND - time.monotonic()
        if ahead > 0:
            await asyncio.sleep(ahead)
    return number + 1


async def _time_intakes(people: list[Person]) -> float:
    """Let everybody walk through the questions at once; return what nineteen of twenty did it in."""

    async def walk_timed(person: Person) -> float:
        started = time.monotonic()
        await walk(person, *INTAKE_ID[:-1])
        return time.monotonic() - started

    times = sorted(await asyncio.gather(*map(walk_timed, people)))
    return times[int(len(times) * 0.95) - 1]


def _measure(service: TelegramProcess) -> int:
    folder = service.data_folder
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file() and not path.name.endswith("-wal"))
