"""How the area is settled in the conversation."""

from bot.dialogue.effects import LookUp
from bot.dialogue.events import Found
from handlers.conversing.lookup import look_up
from tests.worlds import TestBed


def area(bed: TestBed, **asked: object) -> Found:
    effect = LookUp("areas", "area", "id", {}, **asked)  # type: ignore[arg-type]  # each test names its own
    return look_up(bed.world, effect)


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
