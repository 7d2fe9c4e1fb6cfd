"""What is understood of a shared location and of a typed place."""

import re
import tomllib
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.care.geography.gazetteer import DISTRICT, Area, AreaCode, fold
from bot.care.geography.places import Understood, understand_point, understand_text
from storage.shipped.areas import CONTENT
from tests.surroundings.geography import small_gazetteer, whole_gazetteer

NOTHING = Understood()
THE_ONLY_DISTRICT = AreaCode("74.01.01")
KM_NORTH = 1 / 111.195


def all_districts() -> list[tuple[Area, Area]]:
    gazetteer = whole_gazetteer()
    return [
        (district, regency)
        for province in gazetteer.children(None)
        for regency in gazetteer.children(province.code)
        for district in gazetteer.children(regency.code)
    ]


def names_of(understood: Understood) -> list[str]:
    areas = (whole_gazetteer().area(code) for code in understood.candidates)
    return [area.name for area in areas if area]


@pytest.mark.parametrize(
    ("lat", "lon", "district"),
    [
        (-3.9673, 122.5136, "74.71.01"),  # Mandonga, Kendari
        (-4.8419, 122.7302, "74.03.16"),  # the harbour of Raha
        (-6.1239, 106.8343, "31.72.05"),  # Ancol
        (-6.2166, 106.6890, "36.71.11"),  # Pinang
        (-3.4329, 114.8032, "63.72.04"),  # Loktabat Utara
    ],
)
def test_a_shared_location_settles_its_kecamatan(lat: float, lon: float, district: str) -> None:
    understood = understand_point(whole_gazetteer(), lat, lon)

    assert understood.settled == district
    assert understood.village == understood.nearby[0]
    assert understood.village is not None
    assert understood.village.startswith(district)
    assert len(understood.nearby) == 3


@pytest.mark.parametrize(
    ("km", "settled", "asked", "out"),
    [(9, True, False, False), (11, False, True, False), (19, False, True, False), (21, False, False, True)],
)
def test_the_farther_the_next_village_the_less_is_taken_for_sure(
    *, km: float, settled: bool, asked: bool, out: bool
) -> None:
    gazetteer = small_gazetteer([(-4.0, 122.0)])

    understood = understand_point(gazetteer, -4.0 + km * KM_NORTH, 122.0)

    assert understood.settled == (THE_ONLY_DISTRICT if settled else None)
    assert understood.candidates == ((THE_ONLY_DISTRICT,) if asked else ())
    assert understood.out_of_coverage is out


def test_swapped_latitude_and_longitude_are_recognised_and_confirmed() -> None:
    understood = understand_point(whole_gazetteer(), 122.5136, -3.9673)

    assert understood.settled is None
    assert names_of(understood)[0] == "Mandonga"


@pytest.mark.parametrize(("lat", "lon"), [(1.30, 103.85), (-8.99, 125.22), (3.139, 101.687), (0.0, 0.0)])
def test_a_town_abroad_is_out_of_coverage_though_a_village_of_ours_is_near(lat: float, lon: float) -> None:
    assert understand_point(whole_gazetteer(), lat, lon) == Understood(out_of_coverage=True)


@given(lat=st.floats(), lon=st.floats())
def test_any_pair_of_numbers_gets_exactly_one_kind_of_answer(lat: float, lon: float) -> None:
    understood = understand_point(whole_gazetteer(), lat, lon)

    assert [understood.settled is not None, bool(understood.candidates), understood.out_of_coverage].count(True) == 1


@given(lat=st.floats(-11, 6), lon=st.floats(95, 141))
def test_a_location_settles_or_asks_only_about_kecamatan(lat: float, lon: float) -> None:
    understood = understand_point(whole_gazetteer(), lat, lon)

    for code in (*filter(None, [understood.settled]), *understood.candidates):
        area = whole_gazetteer().area(code)
        assert area is not None
        assert area.level == DISTRICT


def test_every_kecamatan_typed_with_its_regency_is_settled() -> None:
    districts = all_districts()
    count = Counter((fold(district.name), regency.code) for district, regency in districts)

    wrong = [
        f"{district.name}, {regency.name}"
        for district, regency in districts
        if count[fold(district.name), regency.code] == 1
        and understand_text(whole_gazetteer(), f"{district.name}, {regency.name}").settled != district.code
    ]

    assert len(districts) == 7_285
    assert wrong == []


@pytest.mark.parametrize(
    ("text", "district"),
    [
        ("Mandonga", "74.71.01"),
        ("kec. mandonga", "74.71.01"),
        ("saya tinggal di kecamatan MANDONGA, kota kendari", "74.71.01"),
        ("Kota Kendari Mandonga", "74.71.01"),
        ("mandonga sulawesi tenggara", "74.71.01"),
        ("tanjungpriok", "31.72.02"),
        ("Tanjung Priok, Kota Adm. Jakarta Utara", "31.72.02"),
        ("kelurahan Warakas, Tanjung Priok", "31.72.02"),
        ("warakas jakarta utara", "31.72.02"),
        ("kel. lepo-lepo", "74.71.03"),
        ("Pinang, Tangerang", "36.71.11"),
        ("Kota Kudus", "33.19.02"),
        ("Sorong, Kota Sorong", "96.71.01"),
        ("kec Gu", "74.14.06"),
        ("kecamatan Kamu", "94.06.01"),
    ],
)
def test_a_typed_place_that_can_mean_only_one_kecamatan_is_settled(text: str, district: str) -> None:
    assert understand_text(whole_gazetteer(), text).settled == district


@pytest.mark.parametrize("text", ["Kota Bau-Bau", "baubau", "BAU BAU", "kota baubau", "kotamadya bau bau"])
def test_a_regency_answers_with_its_kecamatan_to_tap(text: str) -> None:
    understood = understand_text(whole_gazetteer(), text)

    assert understood.settled is None
    assert understood.candidates == tuple(area.code for area in whole_gazetteer().children("74.72"))


def test_every_official_name_of_a_province_or_regency_leads_to_what_lies_inside_or_is_asked_about() -> None:
    gazetteer = whole_gazetteer()
    provinces = gazetteer.children(None)
    areas = [*provinces, *(regency for province in provinces for regency in gazetteer.children(province.code))]

    wrong = []
    for area in areas:
        understood = understand_text(gazetteer, area.name)
        inside = tuple(inner.code for inner in gazetteer.children(area.code))
        if understood.candidates != inside and area.code not in understood.candidates:
            wrong.append(area.name)

    assert len(areas) == 38 + 514
    assert wrong == []


@pytest.mark.parametrize("text", ["DKI Jakarta", "provinsi dki jakarta", "jakarta", "Daerah Khusus Ibukota Jakarta"])
def test_a_province_answers_with_its_regencies_to_tap(text: str) -> None:
    understood = understand_text(whole_gazetteer(), text)

    assert understood.candidates == tuple(area.code for area in whole_gazetteer().children("31"))


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Kolaka", ["Kabupaten Kolaka", "Kolaka"]),
        ("Kediri", ["Kabupaten Kediri", "Kota Kediri", "Kediri", "Kediri"]),
        ("Warakas", ["Tanjung Priok", "Binuang"]),
        ("kelurahan warakas", ["Tanjung Priok", "Binuang"]),
        ("aku di ancol", ["Pademangan", "Cineam", "Regol"]),
        ("Pinang", ["Pinang", "Susoh", "Cendana"]),
        ("Gu", ["Gu"]),
    ],
)
def test_a_name_with_several_meanings_is_asked_about(text: str, names: list[str]) -> None:
    understood = understand_text(whole_gazetteer(), text)

    assert understood.settled is None
    assert sorted(names_of(understood)) == sorted(names)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " , ; ",
        "saya mau berhenti pakai sabu",
        "sabu",
        "di rumah",
        "aku bingung",
        "tolong",
        "aman",
        "kamu siapa",
        "saya takut ditangkap polisi",
        "apakah saya akan ditangkap?",
        "Kota",
        "tidak tahu",
        "kecamatan",
        "Mandonga, Jakarta Utara",
        "mandonga " * 2_000,
        "😀 🇮🇩",
        "<b>74.71</b>",
    ],
)
def test_what_is_no_place_or_too_vague_is_left_alone(text: str) -> None:
    assert understand_text(whole_gazetteer(), text) == NOTHING


WORDS = st.sampled_from(
    ["kota", "kab.", "kec", "kel", "desa", "bau", "muna", "barat", "kolaka", "di", "saya", ",", "ibu"]
)


@given(st.one_of(st.text(max_size=200), st.lists(WORDS, max_size=16).map(" ".join)))
def test_any_text_is_answered_with_known_areas_and_never_with_two_answers(text: str) -> None:
    understood = understand_text(whole_gazetteer(), text)

    assert not understood.out_of_coverage
    assert not (understood.settled and understood.candidates)
    for code in (*filter(None, [understood.settled]), *understood.candidates):
        area = whole_gazetteer().area(code)
        assert area is not None
        assert area.level <= DISTRICT


@pytest.mark.parametrize(
    ("text", "within"),
    [("kdi", "74.71"), ("bau2", "74.72"), ("Kendari", "74.71"), ("sultra", "74"), ("kab kolaka", "74.01")],
)
def test_an_area_that_was_surely_meant_is_named_though_a_part_of_it_is_asked_for(text: str, within: str) -> None:
    understood = understand_text(whole_gazetteer(), text)

    assert understood.within == within
    assert understood.candidates


@pytest.mark.parametrize(
    ("text", "village"),
    [
        ("kelurahan Warakas kecamatan Tanjung Priok", "31.72.02.1007"),
        ("jl. sao-sao no 12, kel. bende, kec. kadia, kota kendari", "74.71.08.1002"),
        ("Mandonga", None),
    ],
)
def test_the_kelurahan_is_known_when_it_was_named(text: str, village: str | None) -> None:
    assert understand_text(whole_gazetteer(), text).village == village


@pytest.mark.parametrize("text", ["dekat pasar mandonga", "dekat Mandonga", "belakang kampus kendari", "near kadia"])
def test_what_is_only_near_to_a_place_is_asked_about(text: str) -> None:
    understood = understand_text(whole_gazetteer(), text)

    assert understood.settled is None
    assert understood.within is None
    assert len(understood.candidates) in {1, 2}


def test_a_name_of_too_many_places_is_said_to_be_vague() -> None:
    assert understand_text(whole_gazetteer(), "desa sukamaju") == Understood(vague=True)


@pytest.mark.parametrize("text", ["mandongga", "mandonga kendarri", "kec mandongaa", "madnonga, kota kendari"])
def test_one_slip_of_the_finger_is_forgiven(text: str) -> None:
    assert understand_text(whole_gazetteer(), text).settled == "74.71.01"


@pytest.mark.parametrize("text", ["gx", "abc", "kdx", "kolq"])
def test_a_short_name_is_never_matched_loosely(text: str) -> None:
    assert understand_text(whole_gazetteer(), text) == NOTHING


def test_a_misspelt_name_that_may_be_a_desa_elsewhere_is_asked_about() -> None:
    assert understand_text(whole_gazetteer(), "kendarri").settled is None
    assert "74.71" in understand_text(whole_gazetteer(), "kendarri").candidates


def test_the_words_of_the_service_itself_are_never_taken_for_a_place() -> None:
    phrases = [text for name in ("id", "en") for text in tomllib.loads(texts(name))["phrases"].values()]
    sentences = {part.strip() for text in phrases for part in re.split(r"[.?!;:\n]", text) if "{" not in part}

    settled = [sentence for sentence in sentences if understand_text(whole_gazetteer(), sentence).settled]

    assert len(sentences) > 200
    assert settled == []


def texts(language: str) -> str:
    return (CONTENT / "texts" / f"{language}.toml").read_text(encoding="utf-8")
