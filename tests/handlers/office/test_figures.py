"""A quarter is published once; what was said is repeated, whatever became of the people since."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest

from bot.care.figures.statistics import Quarter
from handlers.office.figures import publish, published_file
from storage.casework import cases
from storage.casework.statistics import PublishedUnreadable, list_referrals
from storage.clients import people
from storage.clients.people import ClientId
from storage.keys.keyring import Keyring
from storage.transaction import Work
from tests.surroundings.stores import NewStores
from tests.worlds import HandClock, TestBed, config_in, open_test_bed

THIRD = Quarter(2026, 3)
AUGUST = datetime(2026, 8, 14, 3, 0, tzinfo=UTC)
ANSWERS = {"age_band": "age_25_34", "area": "74.71.03", "substances": ("stimulants", "cannabis"), "how_often": None}


def _refer(work: Work, number: int, **changed: str) -> ClientId:
    client_id = people.welcome(work, number.to_bytes(16, "big"), "telegram", str(number), "id")
    cases.open_case(work, client_id, "bnnk-kendari", "intake", {**ANSWERS, **changed})
    return client_id


async def _fill(bed: TestBed, count: int, first: int = 0) -> list[ClientId]:
    numbers = range(first, first + count)
    return await bed.world.database.write(lambda work: [_refer(work, number) for number in numbers])


def _find(rows: tuple[tuple[str, str, str, int], ...], table: str, place: str, category: str) -> int:
    return next(number for *words, number in rows if words == [table, place, category])


async def test_a_quarter_shows_country_and_province_in_rounded_numbers(tmp_path: Path) -> None:
    async with open_test_bed(config_in(tmp_path), clock=HandClock(AUGUST)) as bed:
        await _fill(bed, 33)

        figures = await publish(bed.world, THIRD)

    assert figures.withheld == ()
    assert _find(figures.rows, "Permintaan bantuan", "Indonesia", "semua") in {30, 35}
    assert _find(figures.rows, "Usia", "Sulawesi Tenggara", "25-34 tahun") in {30, 35}
    assert _find(figures.rows, "Seberapa sering", "Sulawesi Tenggara", "tidak disebut") in {30, 35}
    assert _find(figures.rows, "Usia", "Indonesia", "18-24 tahun") == 0
    assert all(number % 5 == 0 for *_, number in figures.rows)
    assert {place for _, place, _, _ in figures.rows} == {"Indonesia", "Sulawesi Tenggara"}


async def test_what_was_published_is_repeated_after_people_came_and_went(tmp_path: Path) -> None:
    async with open_test_bed(config_in(tmp_path), clock=HandClock(AUGUST)) as bed:
        clients = await _fill(bed, 33)
        first = await publish(bed.world, THIRD)
        for client_id in clients[:20]:
            await bed.world.database.write(partial(people.erase_client, client_id=client_id))
        await _fill(bed, 100, first=100)

        assert await publish(bed.world, THIRD) == first


async def test_the_same_people_give_the_same_numbers_when_the_file_is_lost(tmp_path: Path) -> None:
    async with open_test_bed(config_in(tmp_path), clock=HandClock(AUGUST)) as bed:
        await _fill(bed, 37)
        first = await publish(bed.world, THIRD)
        published_file(bed.world).unlink()

        assert await publish(bed.world, THIRD) == first


async def test_another_installation_rounds_otherwise(tmp_path: Path) -> None:
    drawn = set()
    for name in ("one", "two", "three"):
        (tmp_path / name).mkdir()
        async with open_test_bed(config_in(tmp_path / name), clock=HandClock(AUGUST)) as bed:
            await _fill(bed, 37)
            drawn.add((await publish(bed.world, THIRD)).rows)

    assert len(drawn) == 3


async def test_other_quarters_are_counted_apart(tmp_path: Path) -> None:
    clock = HandClock(AUGUST)
    async with open_test_bed(config_in(tmp_path), clock=clock) as bed:
        await _fill(bed, 33)
        clock.pass_time(days=60)
        await _fill(bed, 62, first=100)

        third, fourth = await publish(bed.world, THIRD), await publish(bed.world, Quarter(2026, 4))

    assert _find(third.rows, "Permintaan bantuan", "Indonesia", "semua") in {30, 35}
    assert _find(fourth.rows, "Permintaan bantuan", "Indonesia", "semua") in {60, 65}


async def test_few_referrals_are_not_shown(tmp_path: Path) -> None:
    async with open_test_bed(config_in(tmp_path), clock=HandClock(AUGUST)) as bed:
        await _fill(bed, 29)

        assert (await publish(bed.world, THIRD)).rows == ()


async def test_the_file_of_published_figures_holds_no_exact_number(tmp_path: Path) -> None:
    async with open_test_bed(config_in(tmp_path), clock=HandClock(AUGUST)) as bed:
        await _fill(bed, 33)
        await publish(bed.world, THIRD)
        written = json.loads(published_file(bed.world).read_text())

    numbers = [row[-1] for row in written["2026Q3"]["rows"]]
    assert numbers
    assert all(number % 5 == 0 for number in numbers)
    assert set(written["2026Q3"]) == {"base", "smallest_group", "withheld", "rows"}


async def test_a_damaged_file_is_not_counted_anew(tmp_path: Path) -> None:
    async with open_test_bed(config_in(tmp_path), clock=HandClock(AUGUST)) as bed:
        await _fill(bed, 33)
        published_file(bed.world).write_text('{"2026Q3": {')

        with pytest.raises(PublishedUnreadable, match="never count anew"):
            await publish(bed.world, THIRD)


async def test_a_table_that_would_give_somebody_away_is_withheld(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nine fours all rounded down while their sum is rounded up, which no real drawing can be made to do."""
    content = tmp_path / "content"
    content.mkdir()
    categories = ", ".join(f'c{number} = "C{number}"' for number in range(8))
    table = f'[[table]]\nid = "t"\ntitle = "T"\nanswer = "age_band"\ncategories = {{ {categories} }}\n'
    (content / "statistics.toml").write_text(f"base = 5\nsmallest_group = 30\n{table}")
    monkeypatch.setattr("handlers.office.figures.CONTENT", content)
    monkeypatch.setattr(Keyring, "index", _draw_against_us(Keyring.index))
    async with open_test_bed(config_in(tmp_path), clock=HandClock(AUGUST)) as bed:
        for number in range(36):
            answer = f"c{number // 4}" if number < 32 else "none"
            await bed.world.database.write(partial(_refer, number=number, age_band=answer))

        figures = await publish(bed.world, THIRD)

    assert figures.withheld == ("t",)
    assert figures.rows == (
        ("Permintaan bantuan", "Indonesia", "semua", 40),
        ("Permintaan bantuan", "Sulawesi Tenggara", "semua", 40),
    )


def _draw_against_us(index: Callable[[Keyring, str, str], bytes]) -> Callable[[Keyring, str, str], bytes]:
    def draw(keyring: Keyring, purpose: str, canonical: str) -> bytes:
        if purpose != "statistics":
            return index(keyring, purpose, canonical)
        return b"\x00" * 16 if canonical.startswith("2026Q3||") else b"\xff" * 16

    return draw


async def test_referrals_are_read_on_both_engines(new_stores: NewStores, tmp_path: Path) -> None:
    async with open_test_bed(config_in(tmp_path, *new_stores()), clock=HandClock(AUGUST)) as bed:
        clients = await _fill(bed, 3)
        await bed.world.database.write(partial(people.erase_client, client_id=clients[0]))

        found = await bed.world.database.read(lambda work: list_referrals(work, THIRD.months))

    assert [(referral.area, referral.answers["substances"]) for referral in found] == [
        ("74.71.03", ("stimulants", "cannabis"))
    ] * 2
