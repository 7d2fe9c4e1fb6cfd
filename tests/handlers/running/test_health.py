"""What is found wrong, what stops then, and that many who ask cost one look."""

import json
import logging
from pathlib import Path
from typing import NamedTuple

import pytest

from bot.ports import TryLater
from handlers.running import health, watch
from handlers.running.logs import AllowListFormatter
from handlers.running.watch import Trouble
from tests.worlds import TestBed, config_in


class Usage(NamedTuple):
    """What the system says of a disk."""

    total: int
    used: int
    free: int


@pytest.fixture(autouse=True)
def every_look_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look each time somebody asks."""
    monkeypatch.setattr(watch, "_LOOK_SECONDS", 0.0)


def test_a_disk_with_less_than_500_mib_is_low(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = config_in(tmp_path)
    for free_mib in (499, 500):
        monkeypatch.setattr("shutil.disk_usage", lambda _place, free=free_mib: Usage(0, 0, free * 2**20))
        assert health.is_disk_low(config) is (free_mib < 500)


def test_the_fullest_of_the_disks_counts_and_a_folder_that_is_not_there_yet_is_measured_around_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = config_in(tmp_path)
    measured: list[Path] = []

    def measure(place: Path) -> Usage:
        measured.append(place)
        return Usage(0, 0, 100 - len(measured))

    monkeypatch.setattr("shutil.disk_usage", measure)

    assert health.free_bytes(config) == 100 - len(measured)
    assert all(place.exists() for place in measured)


async def test_all_is_well_when_nothing_is_wrong(bed: TestBed) -> None:
    found = await health.look(bed.world)

    assert (found.troubles, found.free_bytes > 0) == ((), True)


async def test_letters_that_wait_for_more_than_a_minute_are_a_trouble_until_they_are_sent(bed: TestBed) -> None:
    bed.channel.failures.extend([TryLater(5.0, everywhere=True)] * 20)
    await bed.say("9001", "/start")
    await bed.say("9002", "/start")
    bed.clock.pass_time(seconds=59)
    assert (await health.look(bed.world)).troubles == ()

    bed.clock.pass_time(seconds=60)
    assert (await health.look(bed.world)).troubles == (Trouble.NOT_SENDING,)

    bed.channel.failures.clear()
    await bed.flush()
    assert bed.heard("9001")
    assert bed.heard("9002")
    assert (await health.look(bed.world)).troubles == ()


async def test_a_platform_that_brings_nothing_is_a_trouble(bed: TestBed) -> None:
    bed.world.signals.deaf.add("telegram")

    assert (await health.look(bed.world)).troubles == (Trouble.NOT_RECEIVING,)


async def test_a_store_that_takes_no_step_is_a_trouble(bed: TestBed) -> None:
    await bed.world.database.close()

    assert (await health.look(bed.world)).troubles == (Trouble.STORE_AWAY,)


async def test_many_who_ask_cost_one_look(bed: TestBed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch, "_LOOK_SECONDS", 60.0)
    before = await health.look(bed.world)
    bed.world.signals.deaf.add("telegram")

    assert await health.look(bed.world) is before


async def test_the_log_tells_once_that_trouble_came_and_once_that_it_is_over(
    bed: TestBed, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, logger="handlers.running.watch")
    for deaf in ({"telegram"}, {"telegram"}, set[str]()):
        bed.world.signals.deaf = deaf
        await health.look(bed.world)

    written = [json.loads(AllowListFormatter().format(record)) for record in caplog.records]

    assert [line["action"] for line in written] == ["trouble.not_receiving", "trouble.over.not_receiving"]
