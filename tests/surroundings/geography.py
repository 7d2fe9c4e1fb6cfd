"""The real areas and units, loaded once per process, and small invented ones."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from functools import cache
from typing import Any

from bot.care.geography.gazetteer import AreaCode, Gazetteer, Point
from bot.care.geography.survey import AreaRow, build_gazetteer
from bot.care.geography.travel import Travel
from bot.care.units.unit import Unit, UnitId
from storage.shipped.areas import load_gazetteer, load_travel, load_units


@cache
def whole_gazetteer() -> Gazetteer:
    """Load all official areas."""
    return load_gazetteer()


@cache
def real_units() -> tuple[Unit, ...]:
    """Load the directory that is shipped."""
    return load_units(whole_gazetteer())


@cache
def real_travel() -> Travel:
    """Load the crossings that are shipped."""
    return load_travel(whole_gazetteer())


def small_gazetteer(villages: Iterable[tuple[float, float]]) -> Gazetteer:
    """Build one invented kecamatan with a desa at each place."""
    around = [AreaRow(code, f"Contoh {code}", -4.0, 122.0, "contoh") for code in ("74", "74.01", "74.01.01")]
    inside = [
        AreaRow(f"74.01.01.{2001 + number}", f"Desa {number}", lat, lon, "contoh")
        for number, (lat, lon) in enumerate(villages)
    ]
    return build_gazetteer([*around, *inside])


def invented_unit(name: str, **changes: Any) -> Unit:  # noqa: ANN401 - any field of a unit may be changed
    """Make a unit in Kota Kendari of which a test changes what matters to it."""
    return replace(_PLAIN_UNIT, id=UnitId(name), name=name, **changes)


def unit_at(name: str, area: str, **changes: Any) -> Unit:  # noqa: ANN401 - as above
    """Place an invented unit at the point of an area."""
    place = {"area": AreaCode(area), "province": AreaCode(area[:2]), "point": whole_gazetteer().point(area)}
    return invented_unit(name, **(place | changes))


@cache
def all_districts() -> tuple[AreaCode, ...]:
    """List every kecamatan."""
    areas = whole_gazetteer().children(None)
    for _ in range(2):
        areas = tuple(child for area in areas for child in whole_gazetteer().children(area.code))
    return tuple(area.code for area in areas)


_PLAIN_UNIT = Unit(
    id=UnitId("plain"),
    name="plain",
    kind="bnnk",
    province=AreaCode("74"),
    area=AreaCode("74.71"),
    point=Point(-3.967, 122.5306, "sulawesi"),
    serves=(),
    accepts=("outpatient",),
    free=("outpatient",),
    hours=None,
    timezone="Asia/Makassar",
    phone=None,
    source="invented",
    verified_on=date(2026, 11, 1),
    active=True,
    takes_handoffs=True,
)
