"""`singgah nearest` answers scripts and staff."""

import json
from typing import Any

import pytest
from click.testing import CliRunner

from bot.__main__ import main
from tests.bot.care.geography import place_cases

TEN_OF_SULTRA = "bnnk-kendari,bnnk-kolaka,bnnk-muna,bnnk-baubau"


def run(*arguments: str, stdin: str | None = None) -> tuple[int, str, str]:
    result = CliRunner().invoke(main, ["nearest", *arguments], input=stdin)
    return result.exit_code, result.stdout, result.stderr


def ask(*arguments: str) -> dict[str, Any]:
    code, printed, _ = run(*arguments, "--json")
    assert code == 0
    answer: dict[str, Any] = json.loads(printed)
    return answer


def test_an_area_is_answered_with_minutes_kilometres_and_the_way() -> None:
    answer = ask("--area", "74.07.01", "--only", TEN_OF_SULTRA, "--limit", "1")

    assert answer == {
        "place": {
            "code": "74.07.01",
            "village": None,
            "district": "Wangi-Wangi",
            "regency": "Kabupaten Wakatobi",
            "province": "Sulawesi Tenggara",
        },
        "ask": [],
        "out_of_coverage": False,
        "units": [
            {
                "id": "bnnk-baubau",
                "name": "BNN Kota Baubau dan klinik",
                "minutes": 360,
                "km": 110,
                "way": "sekitar 6 jam dengan menunggu: kapal cepat 3,5 jam ke Baubau (Murhum)",
                "own_village": False,
            }
        ],
    }


def test_a_regency_that_leads_to_one_unit_is_enough() -> None:
    answer = ask("--place", "kdi")

    assert answer["place"]["code"] == "74.71"
    assert answer["units"][0]["id"] == "bnnk-kendari"


def test_a_name_of_several_places_is_asked_about_and_not_routed() -> None:
    answer = ask("--place", "ancol")

    assert answer["place"] is None
    assert {area["regency"] for area in answer["ask"]} >= {"Kota Administrasi Jakarta Utara", "Kota Bandung"}
    assert answer["units"] == []


def test_a_location_names_the_kelurahan() -> None:
    answer = ask("--at=-3.9700,122.5100")

    assert answer["place"]["village"] == "Mandonga"
    assert answer["units"]


def test_the_unit_of_the_own_kelurahan_is_marked_and_never_first() -> None:
    units = ask("--area", "31.72.02.1007", "--limit", "50")["units"]

    assert [unit["id"] for unit in units if unit["own_village"]] == ["ibm-warakas"]
    assert units[0]["id"] != "ibm-warakas"


def test_lines_are_answered_one_by_one_and_a_bad_one_does_not_stop_them() -> None:
    code, printed, _ = run("--lines", stdin="place bau2\narea 99\nat 3.139,101.687\nnorth 1\nat here\n")

    answers = [json.loads(line) for line in printed.splitlines()]
    assert code == 0
    assert answers[0]["place"]["code"] == "74.72"
    assert "official code" in answers[1]["error"]
    assert answers[2]["out_of_coverage"]
    assert "begins with" in answers[3]["error"]
    assert "LAT,LON" in answers[4]["error"]


def test_nothing_abroad_is_ever_routed() -> None:
    lines = "".join(f"at {lat},{lon}\n" for lat, lon in place_cases.ABROAD)

    _, printed, _ = run("--lines", stdin=lines)

    answers = [json.loads(line) for line in printed.splitlines()]
    assert len(answers) == len(place_cases.ABROAD)
    assert not any(answer["units"] or answer["place"] for answer in answers)


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ((), "give exactly one"),
        (("--place", "kdi", "--area", "74"), "give exactly one"),
        (("--area", "99"), "official code"),
        (("--area", "74", "--only", "nobody"), "no unit nobody"),
    ],
)
def test_a_question_that_cannot_be_answered_is_refused_in_one_line(arguments: tuple[str, ...], complaint: str) -> None:
    code, _, complained = run(*arguments)

    assert code == 1
    assert complaint in complained
    assert complained.count("\n") == 1


def test_people_read_the_way_in_words() -> None:
    _, printed, _ = run("--area", "74.12.01", "--only", TEN_OF_SULTRA)

    assert "BNN Kota Kendari: sekitar 5,5 jam dengan menunggu: feri 3 jam ke Kendari" in printed
    assert run("--place", "xyzzy")[1] == "Not understood as a place.\n"
