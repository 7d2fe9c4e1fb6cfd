"""What units say about themselves beyond their rows."""

from datetime import date

import pytest

from bot.care.units.directory import UnitsError
from bot.care.units.listing import parse_listing
from bot.care.units.unit import Particulars
from tests.bot.care.units.test_directory import ROW
from tests.surroundings.geography import whole_gazetteer


def said(**changes: object) -> Particulars:
    return parse_listing({"unit": [ROW | changes]}, whole_gazetteer()).particulars["bnnk-contoh"]


def test_what_a_unit_does_not_say_is_no_answer() -> None:
    assert said() == Particulars()


def test_what_it_says_is_kept_apart_from_its_row() -> None:
    told = said(
        women_counsellor=False,
        lacks=["youth"],
        paid=["family"],
        verified_on=date(2026, 11, 1),
        verified_by="kepala unit",
        active=False,
        closed_on=date(2026, 11, 20),
    )

    assert told == Particulars(
        women_counsellor=False,
        lacks=("youth",),
        paid=("family",),
        verified_by="kepala unit",
        closed_on=date(2026, 11, 20),
    )


@pytest.mark.parametrize(
    ("change", "field", "remedy"),
    [
        ({"women_counsellor": "ya"}, "women_counsellor", "write true or false"),
        ({"lacks": "youth"}, "lacks", "use some of outpatient"),
        ({"lacks": ["dancing"]}, "lacks", "use some of outpatient"),
        ({"lacks": ["outpatient"]}, "lacks", "keep it in one of the two"),
        ({"paid": ["outpatient"]}, "paid", "keep it in one of the two"),
        ({"paid": ["inpatient"]}, "paid", "keep it in one of the two"),
        ({"verified_by": " "}, "verified_by", "write the role or office"),
        ({"verified_by": "kepala unit"}, "verified_by", "give verified_on too"),
        ({"verified_by": "Ibu Contoh", "verified_on": date(2026, 11, 1)}, "verified_by", "name the role or office"),
        ({"closed_on": "2026-11-01"}, "closed_on", "write 2026-11-21"),
        ({"closed_on": date(2026, 11, 1)}, "closed_on", "write active = false"),
    ],
)
def test_a_mistake_is_named_by_row_field_and_remedy(change: dict[str, object], field: str, remedy: str) -> None:
    with pytest.raises(UnitsError) as refused:
        said(**change)

    assert str(refused.value).startswith(f"unit bnnk-contoh, field {field}: ")
    assert remedy in str(refused.value)


def test_a_file_of_another_shape_is_refused() -> None:
    with pytest.raises(UnitsError, match=r"\[\[unit\]\]"):
        parse_listing({"units": []}, whole_gazetteer())
