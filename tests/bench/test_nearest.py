"""The measurement of ranking."""

import random

from bench.nearest import StraightLine, compare, find_p99, invent_units, list_villages, time_typed
from bot.care.geography.gazetteer import kilometres
from tests.surroundings.geography import real_travel, whole_gazetteer


def test_both_are_timed_for_the_same_homes() -> None:
    found = compare(whole_gazetteer(), real_travel(), size=50, rounds=2, homes_a_round=5)

    assert found.units == 50
    assert 0 < found.ours <= found.p99
    assert found.straight > 0
    assert found.ratio > 0


def test_the_straight_line_is_measured_rightly() -> None:
    gazetteer = whole_gazetteer()
    villages = list_villages(gazetteer)
    units = invent_units(gazetteer, villages, 200, random.Random(1))
    home = gazetteer.point(villages[5_000])
    assert home

    nearest = StraightLine(units).find(gazetteer, villages[5_000])

    measured = sorted((kilometres(home, unit.point), number) for number, unit in enumerate(units))[:3]
    assert [number for number, _ in nearest] == [number for _, number in measured]
    assert all(abs(km - other) < 0.001 for (_, km), (other, _) in zip(nearest, measured, strict=True))


def test_every_typed_case_is_timed() -> None:
    assert find_p99(time_typed(whole_gazetteer(), times=1)) < 1_000
