"""How the area and the units are settled in the conversation."""

from datetime import UTC, datetime

from bot.dialogue.effects import LookUp
from bot.dialogue.events import Found
from handlers.lookup import look_up
from tests.worlds import TestBed

NOW = datetime(2026, 11, 23, 2, tzinfo=UTC)


def area(bed: TestBed, **asked: object) -> Found:
    effect = LookUp("areas", "area", "id", {}, **asked)  # type: ignore[arg-type]  # each test names its own
    return look_up(bed.world, effect, NOW)


def units(bed: TestBed, place: str) -> Found:
    return look_up(bed.world, LookUp("units", "unit", "id", {"area": place}), NOW)


async def test_tapping_stops_where_all_kecamatan_lead_to_one_unit(bed: TestBed) -> None:
    assert area(bed, picked="74.71").settled == "74.71"
    assert area(bed, picked="74.07").settled == "74.07"


async def test_tapping_goes_on_where_the_kecamatan_matters(bed: TestBed) -> None:
    bombana = area(bed, picked="74.06")

    assert bombana.settled is None
    assert "74.06.05" in {offer.id for offer in bombana.offers}
    assert area(bed, picked="74").settled is None


async def test_a_typed_city_is_enough_and_a_name_of_several_is_asked_about(bed: TestBed) -> None:
    assert area(bed, text="bau2").settled == "74.72"

    asked = area(bed, text="martapura")

    assert asked.settled is None
    assert [offer.label for offer in asked.offers][:2] == [
        "Martapura, Kabupaten Ogan Komering Ulu Timur, Sumatera Selatan",
        "Martapura, Kabupaten Banjar, Kalimantan Selatan",
    ]


async def test_a_location_amid_one_kecamatan_settles_it(bed: TestBed) -> None:
    assert area(bed, position=(-4.8340, 122.7260)).settled == "74.03.16"


async def test_a_location_between_kecamatan_is_shown_back_with_the_three_nearest_kelurahan(bed: TestBed) -> None:
    shown = area(bed, position=(122.5136, -3.9673))

    assert shown.settled is None
    assert shown.text.startswith("Kami kira kamu di Mandonga, Kota Kendari")
    assert [len(offer.id) for offer in shown.offers] == [13, 13, 13, 5]
    assert area(bed, picked=shown.offers[1].id).settled == shown.offers[1].id[:8]


async def test_a_location_abroad_is_not_taken(bed: TestBed) -> None:
    assert area(bed, position=(3.139, 101.687)).text.startswith("Lokasi itu di luar jangkauan")


async def test_a_name_of_too_many_places_asks_for_the_regency(bed: TestBed) -> None:
    assert area(bed, text="desa sukamaju").text.startswith("Banyak tempat bernama itu")


async def test_each_unit_says_how_to_get_there(bed: TestBed) -> None:
    text = units(bed, "74.07.01").text

    assert "dari Wangi-Wangi, Kabupaten Wakatobi" in text
    assert "1. BNN Kota Baubau dan klinik · sekitar 6 jam dengan menunggu: kapal cepat 3,5 jam ke Baubau" in text


async def test_two_towns_about_as_far_are_both_named_with_their_way(bed: TestBed) -> None:
    kambowa = next(area.code for area in bed.world.gazetteer.children("74.10") if area.name == "Kambowa")

    assert "hampir sama jauhnya" in units(bed, kambowa).text


async def test_where_no_way_is_sensible_that_is_said(bed: TestBed) -> None:
    text = units(bed, "93.01.01").text

    assert "belum ada unit yang wajar dicapai dalam sehari" in text
    assert "jalannya belum kami ketahui" in text


async def test_who_wants_to_go_there_sees_every_service_and_who_wants_an_answer_only_those_that_answer(
    bed: TestBed,
) -> None:
    kemaraya = {"area": "74.71.02"}
    going = look_up(bed.world, LookUp("directory", "unit", "id", kemaraya), NOW)
    asking = look_up(bed.world, LookUp("units", "unit", "id", kemaraya), NOW)

    assert "datang langsung, belum bisa lewat obrolan" in going.text
    assert all(bed.world.units[offer.id].takes_handoffs for offer in asking.offers)


async def test_a_unit_that_closed_is_not_taken_from_an_old_button(bed: TestBed) -> None:
    closed = next(unit for unit in bed.world.units.values() if not unit.active)
    found = look_up(bed.world, LookUp("directory", "unit", "id", {"area": "31.72.05"}, picked=closed.id), NOW)

    assert found.settled is None
