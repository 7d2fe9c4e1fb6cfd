"""What the directory that is shipped promises."""

import re
from collections import Counter

from bot.care.geography.gazetteer import REGENCY, level_of
from bot.care.units.unit import Unit
from storage.shipped.areas import UNITS
from tests.surroundings.geography import real_units, whole_gazetteer

IDS_PROMISED = {
    "bnnp-sultra",
    "bnnk-kendari",
    "bnnk-kolaka",
    "bnnk-muna",
    "bnnk-baubau",
    "klinik-wira-dharmmesti",
    "bnnk-jakarta-utara",
    "ibm-warakas",
    "ibm-sunter-jaya",
    "ibm-tanjung-priok",
    "ibm-ancol",
    "ibm-pademangan-barat",
    "ibm-semper-barat",
    "bnnp-dki",
    "bnnp-banten",
    "bnnk-kota-tangerang",
    "bnnk-banjarbaru",
}
ZONES = {"Asia/Jakarta": {"12", "18", "21", "31", "32", "36"}, "Asia/Makassar": {"63", "64", "73", "74"}}


def units_of_kind(*kinds: str) -> list[Unit]:
    return [unit for unit in real_units() if unit.kind in kinds]


def test_every_unit_of_the_five_reports_is_there() -> None:
    assert {unit.id for unit in real_units()} >= IDS_PROMISED


def test_every_unit_names_its_source() -> None:
    assert all(re.search(r"20\d\d", unit.source) for unit in real_units())


def test_nothing_is_claimed_that_no_unit_has_confirmed() -> None:
    unconfirmed = [unit for unit in real_units() if unit.verified_on is None]

    assert [unit.id for unit in unconfirmed if unit.phone or unit.hours] == []


def test_outpatient_treatment_at_bnn_is_free_and_inpatient_treatment_is_asked_about() -> None:
    assert [unit.id for unit in units_of_kind("bnnp", "bnnk") if "outpatient" not in unit.free] == []
    assert [unit.id for unit in real_units() if "inpatient" in unit.free] == []


def test_bnn_units_and_the_clinic_answer_in_the_service_and_neighbours_do_not() -> None:
    answering = {unit.id for unit in real_units() if unit.takes_handoffs}

    assert answering == {unit.id for unit in units_of_kind("bnnp", "bnnk")} | {"klinik-wira-dharmmesti"}


def test_community_units_stand_in_a_kelurahan_so_that_neighbours_are_recognised() -> None:
    assert all((level_of(unit.area) or 0) > REGENCY for unit in units_of_kind("ibm"))


def test_the_clock_of_each_unit_is_that_of_its_province() -> None:
    assert [unit.id for unit in real_units() if unit.province not in ZONES[unit.timezone]] == []


def test_a_city_or_regency_office_serves_the_regency_it_stands_in() -> None:
    assert [unit.id for unit in units_of_kind("bnnk") if unit.area[:5] not in unit.serves] == []


def test_names_are_not_repeated() -> None:
    assert max(Counter(unit.name for unit in real_units()).values()) == 1


def test_the_file_lists_its_units_in_the_order_read() -> None:
    ids = re.findall(r'^id = "(.+)"$', UNITS.read_text(encoding="utf-8"), re.MULTILINE)

    assert ids == [unit.id for unit in real_units()]


def test_every_province_of_the_pilot_has_a_unit_that_answers() -> None:
    provinces = {unit.province for unit in real_units() if unit.takes_handoffs}

    names = {area.name for province in provinces if (area := whole_gazetteer().area(province))}
    assert names == {"Sulawesi Tenggara", "Daerah Khusus Ibukota Jakarta", "Banten", "Kalimantan Selatan"}
