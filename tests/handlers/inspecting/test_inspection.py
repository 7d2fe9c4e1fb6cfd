"""`singgah check` holds the rules of keeping to what the consent text promises."""

from dataclasses import replace

from bot.care.helplines import Helplines
from handlers.inspecting.inspection import inspect
from tests.worlds import real_house


def test_the_days_that_ship_are_the_days_that_are_promised() -> None:
    assert [one for one in inspect(real_house()) if one.where.startswith("retention.toml")] == []


def test_other_days_than_the_consent_text_promises_stop_the_service() -> None:
    house = real_house()
    longer = replace(house, retention=replace(house.retention, finished=120))

    found = [one for one in inspect(longer) if one.where.startswith("retention.toml")]

    assert len(found) == len(house.content.script.languages)
    assert all(one.stops for one in found)


def test_a_contact_for_a_place_that_does_not_exist_stops_the_service() -> None:
    house = real_house()
    script = house.content.script
    rows = tuple(replace(row, places=("99.99",)) if row.id == "siaga_112" else row for row in script.helplines.rows)
    changed = replace(house, content=replace(house.content, script=replace(script, helplines=Helplines(rows))))

    found = [one for one in inspect(changed) if one.where == "safety.toml: contact siaga_112"]

    assert [one.stops for one in found] == [True]
    assert [one for one in inspect(house) if one.where.startswith("safety.toml")] == []
