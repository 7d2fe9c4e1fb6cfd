"""What counts as abroad."""

import pytest

from bot.care.geography.borders import Borders, parse_borders

SQUARE = parse_borders(["ring,lat,lon", "1,0.0,100.0", "1,0.0,101.0", "1,1.0,101.0", "1,1.0,100.0"])


@pytest.mark.parametrize(
    ("lat", "lon", "abroad", "near"),
    [(0.5, 100.5, True, True), (1.01, 100.5, False, True), (1.1, 100.5, False, False), (0.5, 99.99, False, True)],
)
def test_inside_the_line_is_abroad_and_beside_it_is_near(*, lat: float, lon: float, abroad: bool, near: bool) -> None:
    assert SQUARE.is_abroad(lat, lon) is abroad
    assert SQUARE.is_near_abroad(lat, lon) is near


def test_without_lines_nothing_is_abroad() -> None:
    assert not Borders().is_near_abroad(1.3, 103.85)


@pytest.mark.parametrize("lines", [[], ["lat,lon"], ["ring,lat,lon", "1,north,100"], ["ring,lat,lon", "1,2"]])
def test_a_table_that_is_no_table_of_lines_is_refused(lines: list[str]) -> None:
    with pytest.raises(ValueError, match=r"ring,lat,lon|could not convert|not enough values"):
        parse_borders(lines)
