"""What has to be asked about a unit."""

from datetime import date, time

import pytest

from bot.care.geography.gazetteer import Point
from bot.care.units.gaps import find_gaps
from bot.care.units.unit import Span
from tests.surroundings.geography import invented_unit, whole_gazetteer

TODAY = date(2026, 11, 21)
KNOWN = {
    "hours": (*[Span(time(8), time(16))] * 5, None, None),
    "phone": "0401 000000",
    "verified_on": date(2026, 11, 1),
}


@pytest.mark.parametrize(
    ("changes", "gaps"),
    [
        ({}, ()),
        ({"verified_on": None}, ("not verified",)),
        ({"verified_on": date(2026, 8, 23)}, ()),
        ({"verified_on": date(2026, 8, 22)}, ("verified long ago",)),
        ({"hours": None, "phone": None}, ("no hours", "no phone")),
        ({"point": Point(-4.054, 121.594, "sulawesi")}, ("outside its regency",)),
        ({"verified_on": None, "active": False}, ()),
    ],
)
def test_each_gap_is_named(changes: dict[str, object], gaps: tuple[str, ...]) -> None:
    unit = invented_unit("contoh", **(KNOWN | changes))

    assert find_gaps(unit, whole_gazetteer(), TODAY) == gaps
