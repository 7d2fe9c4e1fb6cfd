"""Which rules of retention are in force after a start, however many processes start at once."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from bot.care.retention import Retention
from handlers.keeping.retentionrules import find_in_force
from handlers.running.clock import read_clock
from storage.database import Database
from storage.keys.keyring import Keyring
from storage.trail import audit
from storage.trail.audit import Deed
from tests.surroundings.stores import NewStores

STARTS = 6
RULES = Retention(30, 365, 30, 90, 180, ("score",), 30, 90)
SHORTER = replace(RULES, chat=60)


@pytest.fixture
async def starting(tmp_path: Path, new_stores: NewStores) -> AsyncIterator[list[Database]]:
    """Open the same new stores several times, as processes do that start at the same moment."""
    urls = new_stores()
    async with AsyncExitStack() as stack:
        opened = []
        for _ in range(STARTS):
            keyring = Keyring.open(tmp_path / "keys", tmp_path / "data")
            opened.append(await Database.open(*urls, keyring, read_clock))
            stack.push_async_callback(opened[-1].close)
        yield opened


async def test_processes_that_start_a_new_house_at_once_agree_on_the_rules(starting: list[Database]) -> None:
    found = await asyncio.gather(*(find_in_force(database, RULES) for database in starting))

    assert found == [RULES] * STARTS


async def test_processes_that_start_at_once_note_a_shorter_rule_once(starting: list[Database]) -> None:
    await find_in_force(starting[0], RULES)

    found = await asyncio.gather(*(find_in_force(database, SHORTER) for database in starting))

    assert found == [SHORTER] * STARTS
    assert [row.action for row in await starting[0].read(lambda work: list(audit.read_rows(work)))] == [
        Deed.RETENTION_CHANGED
    ]


async def test_what_one_process_keeps_shorter_holds_for_those_that_start_beside_it(starting: list[Database]) -> None:
    await find_in_force(starting[0], RULES)

    await asyncio.gather(*(find_in_force(one, SHORTER if one is starting[-1] else RULES) for one in starting))

    assert await find_in_force(starting[0], RULES) == SHORTER
