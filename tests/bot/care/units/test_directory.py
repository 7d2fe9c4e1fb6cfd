"""Which rows of the directory are read, and how mistakes in the others are named."""

from datetime import date, time

import pytest

from bot.care.units.directory import UnitsError, parse_units
from bot.care.units.unit import Span
from tests.surroundings.geography import whole_gazetteer

ROW: dict[str, object] = {
    "id": "bnnk-contoh",
    "name": "BNN Contoh",
    "kind": "bnnk",
    "area": "74.71.01",
    "serves": ["74.71"],
    "accepts": ["outpatient", "family"],
    "free": ["outpatient"],
    "hours": "ask",
    "timezone": "Asia/Makassar",
    "source": "invented",
    "verified_on": "not verified",
    "active": True,
    "takes_handoffs": True,
}


def refusal(*rows: object) -> str:
    with pytest.raises(UnitsError) as refused:
        parse_units({"unit": list(rows)}, whole_gazetteer())
    return str(refused.value)


def test_a_complete_row_becomes_a_unit_at_the_point_of_its_area() -> None:
    (unit,) = parse_units({"unit": [ROW]}, whole_gazetteer())

    assert (unit.id, unit.province, unit.area) == ("bnnk-contoh", "74", "74.71.01")
    assert unit.point == whole_gazetteer().point("74.71.01")
    assert (unit.hours, unit.phone, unit.verified_on) == (None, None, None)


def test_a_point_hours_telephone_and_date_are_read_where_they_are_given() -> None:
    more = {
        "point": [-3.96, 122.51],
        "hours": {"mon": "08:00-16:00", "fri": "08:00-11:30"},
        "phone": "+62 401 000 000",
        "verified_on": date(2026, 11, 20),
    }

    (unit,) = parse_units({"unit": [ROW | more]}, whole_gazetteer())

    assert (unit.point.lat, unit.point.lon, unit.point.island) == (-3.96, 122.51, "sulawesi")
    assert unit.hours is not None
    assert unit.hours[0] == Span(time(8), time(16))
    assert unit.hours[1] is None
    assert (unit.phone, unit.verified_on) == ("+62 401 000 000", date(2026, 11, 20))


@pytest.mark.parametrize(
    ("change", "field", "remedy"),
    [
        ({"id": "BNNK Contoh"}, "id", "write it like bnnk-kolaka"),
        ({"id": 7}, "id", "write it like bnnk-kolaka"),
        ({"name": " "}, "name", "write it in quotes"),
        ({"kind": "office"}, "kind", "use one of bnnp, bnnk"),
        ({"area": "74.99"}, "area", "give the kelurahan, kecamatan or regency"),
        ({"area": ""}, "area", "write it in quotes"),
        ({"point": [122.51, -3.96]}, "point", "latitude comes first"),
        ({"point": [float("nan"), 122.5]}, "point", "latitude comes first"),
        ({"point": ["-3.9", "122.5"]}, "point", "write point = [latitude, longitude]"),
        ({"point": []}, "point", "write point = [latitude, longitude]"),
        ({"serves": ["74"]}, "serves", "write it like 74.71"),
        ({"serves": ["74.99"]}, "serves", "write it like 74.71"),
        ({"serves": "74.71"}, "serves", 'write it like ["one", "two"]'),
        ({"accepts": ["dancing"]}, "accepts", "use some of outpatient"),
        ({"free": ["inpatient"]}, "free", "add it to accepts"),
        ({"hours": "daily"}, "hours", 'write "ask"'),
        ({"hours": {"senin": "08:00-16:00"}}, "hours", 'write "ask"'),
        ({"hours": {"mon": "8-16"}}, "hours", "write it like 08:00-16:00"),
        ({"hours": {"mon": 8}}, "hours", "write it like 08:00-16:00"),
        ({"hours": {"mon": "16:00-08:00"}}, "hours", "write the opening hour first"),
        ({"timezone": "WITA"}, "timezone", "use one of Asia/Jakarta"),
        ({"timezone": "Asia/Jakarta"}, "timezone", "write Asia/Makassar"),
        ({"phone": "ask at the desk"}, "phone", "write digits"),
        ({"verified_on": "yesterday"}, "verified_on", "write 2026-11-21"),
        ({"active": "yes"}, "active", "write true or false"),
        ({"open_hours": "ask"}, "open_hours", "did you mean hours?"),
        ({"zzz": 1}, "zzz", "remove it"),
    ],
)
def test_a_mistake_is_named_by_row_field_and_remedy(change: dict[str, object], field: str, remedy: str) -> None:
    message = refusal(ROW | change)

    label = "number 1" if field == "id" else "bnnk-contoh"
    assert message.startswith(f"unit {label}, field {field}: ")
    assert remedy in message
    assert "\n" not in message


@pytest.mark.parametrize("field", sorted(ROW))
def test_a_missing_field_is_named(field: str) -> None:
    row = {key: value for key, value in ROW.items() if key != field}

    assert f"field {field}: is missing" in refusal(row)


def test_an_id_used_twice_is_named() -> None:
    assert refusal(ROW, ROW) == "unit bnnk-contoh, field id: used twice; give each unit its own"


@pytest.mark.parametrize("document", [{}, {"unit": []}, {"unit": {}}, {"units": [ROW]}, {"unit": [ROW], "version": 1}])
def test_a_file_of_another_shape_is_refused(document: dict[str, object]) -> None:
    with pytest.raises(UnitsError, match=r"\[\[unit\]\]"):
        parse_units(document, whole_gazetteer())


def test_a_row_that_is_no_table_is_named_by_its_number() -> None:
    assert refusal(ROW, "bnnk-lain").startswith("unit 2: ")
