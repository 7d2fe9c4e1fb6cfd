"""`singgah nearest`: the place understood and the units near it, for scripts and for staff."""

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import click

from bot.care.geography import places
from bot.care.geography.gazetteer import VILLAGE, AreaCode, Gazetteer, level_of
from bot.care.geography.places import Understood
from bot.care.units import matching
from bot.care.units.unit import Unit
from bot.care.units.unitmap import UnitMap
from bot.config import Config
from bot.dialogue.script import Script
from commands.settings import OneLine, config_option, refusals
from handlers.conversing.ways import describe_way
from handlers.house.opening import House, read_house

_LEVELS = ("province", "regency", "district", "village")
_KINDS = ("at", "place", "area")


@dataclass(frozen=True, slots=True)
class _Wish:
    """What was asked.  `units`: those to choose from.  `limit`: how many of them."""

    units: UnitMap
    limit: int


@click.command()
@config_option()
@click.option("--at", help="LAT,LON in degrees.")
@click.option("--place", help="A place as people write it.")
@click.option("--area", help="An official area code.")
@click.option(
    "--lines", is_flag=True, help="Read 'at LAT,LON', 'place TEXT' or 'area CODE' lines, print JSON per line."
)
@click.option("--only", default="", help="Choose from these unit ids only, separated by commas.")
@click.option("--limit", default=3, show_default=True, type=click.IntRange(1, 50))
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def nearest(config: Config, *, lines: bool, only: str, limit: int, as_json: bool, **asked: str | None) -> None:
    """Say which place is meant and which units are near, with the time, the way and kilometres."""
    questions = [f"{kind} {value}" for kind in _KINDS if (value := asked[kind]) is not None]
    if len(questions) + lines != 1:
        raise OneLine("give exactly one of --at, --place, --area and --lines")
    with refusals():
        house = read_house(config)
    names = [name for name in only.split(",") if name]
    if unknown := [name for name in names if name not in house.units]:
        raise OneLine(f"--only: no unit {', '.join(unknown)}; see `singgah units list`")
    wish = _Wish(UnitMap(unit for unit in house.units.values() if not names or unit.id in names), limit)
    if lines:
        _answer_lines(house, wish)
        return
    found = answer(house, questions[0], wish)
    if "error" in found:
        raise OneLine(str(found["error"]))
    click.echo(json.dumps(found, ensure_ascii=False) if as_json else "\n".join(_describe(found)))


def answer(house: House, line: str, wish: _Wish) -> dict[str, Any]:
    """Answer one line; a line that cannot be read gives `{"error": what is wrong and the remedy}`."""
    kind, _, value = line.partition(" ")
    try:
        understood = _understand(house.gazetteer, kind, value.strip())
    except ValueError as error:
        return {"error": str(error)}
    code = _settle(house, understood, wish.units)
    ranked = matching.rank(wish.units, house.gazetteer, house.travel, code, wish.limit) if code else ()
    return {
        "place": _place(house.gazetteer, code) if code else None,
        "ask": [] if code else [_place(house.gazetteer, candidate) for candidate in understood.candidates],
        "out_of_coverage": understood.out_of_coverage,
        "units": [_unit(offer, code, house.content.script) for offer in ranked if code],
    }


def _answer_lines(house: House, wish: _Wish) -> None:
    for line in sys.stdin:
        click.echo(json.dumps(answer(house, line.strip(), wish), ensure_ascii=False))
        sys.stdout.flush()


def _understand(gazetteer: Gazetteer, kind: str, value: str) -> Understood:
    match kind:
        case "at":
            latitude, _, longitude = value.partition(",")
            try:
                return places.understand_point(gazetteer, float(latitude), float(longitude))
            except ValueError:
                raise ValueError("at takes LAT,LON in degrees, such as -3.99,122.51") from None
        case "place":
            return places.understand_text(gazetteer, value)
        case "area":
            area = gazetteer.area(value)
            if area is None:
                raise ValueError("area takes an official code, such as 74.71.01")
            return Understood(settled=area.code)
        case _:
            raise ValueError("a line begins with at, place or area")


def _settle(house: House, understood: Understood, units: UnitMap) -> AreaCode | None:
    """Name the smallest area that is sure; a regency will do when all of it leads to one of the units that answer."""
    if understood.settled is not None:
        return understood.village or understood.settled
    area = understood.within
    answering = _answers if any(map(_answers, units.active)) else None
    if area and matching.is_enough(units, house.gazetteer, house.travel, area, wanted=answering):
        return area
    return None


def _answers(unit: Unit) -> bool:
    return unit.takes_handoffs


def _place(gazetteer: Gazetteer, code: str) -> dict[str, str | None]:
    names = {_LEVELS[area.level - 1]: area.name for area in gazetteer.lineage(code)}
    return {"code": code, **{level: names.get(level) for level in reversed(_LEVELS)}}


def _unit(offer: matching.Offer, code: AreaCode, script: Script) -> dict[str, object]:
    own_district = "own_neighbourhood" in offer.reasons
    return {
        "id": offer.unit.id,
        "name": offer.unit.name,
        "minutes": offer.minutes,
        "km": offer.km,
        "way": describe_way(script, offer.way, script.default),
        "own_village": own_district and (level_of(code) != VILLAGE or offer.unit.area == code),
    }


def _describe(found: dict[str, Any]) -> Iterator[str]:
    if found["out_of_coverage"]:
        yield "Out of coverage: at sea or abroad."
    if found["place"]:
        yield _line(found["place"])
    for candidate in found["ask"]:
        yield f"? {_line(candidate)}"
    for unit in found["units"]:
        yield f"  {unit['km']:>5} km  {unit['name']}: {unit['way']}"
    if not found["place"] and not found["ask"] and not found["out_of_coverage"]:
        yield "Not understood as a place."


def _line(place: dict[str, str | None]) -> str:
    return f"{place['code']}  {', '.join(name for name in list(place.values())[1:] if name)}"
