"""The quick search for the nearest units finds what reckoning everything finds."""

import math
import random

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.care.geography.gazetteer import AreaCode
from bot.care.geography.travel import round_minutes
from bot.care.units.matching import rank
from bot.care.units.unit import Unit
from bot.care.units.unitmap import UnitMap
from tests.bot.care.units.exhaustive import rank_exhaustively
from tests.surroundings.geography import all_districts, real_travel, real_units, unit_at, whole_gazetteer


def invented_directory(seed: int, size: int) -> list[Unit]:
    """Scatter units over the country, some of them neighbours, some for a regency, some closed."""
    chance = random.Random(seed)
    areas = chance.choices([*all_districts(), AreaCode("74.71.01.1005")], k=size)
    return [
        unit_at(
            f"unit-{number}",
            area,
            kind=chance.choice(["bnnk", "bnnp", "ibm", "ibm"]),
            serves=tuple(chance.choices([AreaCode(area[:5]), AreaCode(areas[0][:5])], k=chance.choice([0, 0, 1, 2]))),
            roads_from=(AreaCode(area[:5]),) if chance.random() < 0.05 else (),
            active=chance.random() < 0.9,
        )
        for number, area in enumerate(areas)
    ]


@given(
    seed=st.integers(0, 2**32),
    size=st.sampled_from([1, 7, 40, 300]),
    limit=st.integers(1, 12),
    home=st.sampled_from(all_districts()),
)
@settings(max_examples=60, deadline=None)
def test_the_quick_search_finds_what_reckoning_everything_finds(
    seed: int, size: int, limit: int, home: AreaCode
) -> None:
    units = invented_directory(seed, size)
    near_home = units[0].area if seed % 2 else home

    quick = rank(units, whole_gazetteer(), real_travel(), near_home, limit)
    slow = rank_exhaustively(units, whole_gazetteer(), real_travel(), near_home, limit)

    assert [offer.unit.id for offer in quick] == [one.unit.id for one in slow]
    for offer, one in zip(quick, slow, strict=True):
        assert offer.minutes == (round_minutes(round(one.minutes)) if one.minutes < math.inf else None)
        assert ("own_neighbourhood" in offer.reasons) == one.own_neighbourhood


@given(home=st.sampled_from(all_districts()), limit=st.integers(1, 5))
@settings(max_examples=30, deadline=None)
def test_a_wish_leaves_out_units_as_if_they_were_not_there(home: AreaCode, limit: int) -> None:
    directory = UnitMap(real_units())
    answering = [unit for unit in real_units() if unit.takes_handoffs]

    wished = rank(directory, whole_gazetteer(), real_travel(), home, limit, wanted=lambda unit: unit.takes_handoffs)

    assert wished == rank(answering, whole_gazetteer(), real_travel(), home, limit)
