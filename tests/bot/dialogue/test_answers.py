"""Typed replies: numbers, labels, words of a label, lists."""

import pytest

from bot.dialogue.answers import NOT_UNDERSTOOD, arrange, choose_from, read_number, toggle, understand
from bot.dialogue.flow import Step
from tests.bot.dialogue.talk import SCRIPT

INTAKE = SCRIPT.flow("intake", "id")
LABELS = (("a", "Satu kali"), ("b", "Dua kali"), ("c", "3 kali"))


def _step(key: str) -> Step:
    return INTAKE.by_id[key]


@pytest.mark.parametrize(
    ("typed", "choice"),
    [
        ("2", "young"),
        (" 2. ", "young"),
        ("٢", "young"),
        ("18-24 tahun", "young"),
        ("18 - 24 TAHUN!", "young"),
        ("young", "young"),
        ("24", "young"),
        ("bawah", "under_18"),
        ("umur saya 25-44 tahun kok", "grown"),
    ],
)
def test_a_choice_is_understood_by_number_label_id_or_word(typed: str, choice: str) -> None:
    assert understand(_step("age_band"), typed, SCRIPT) == choice


@pytest.mark.parametrize("typed", ["", "  ", "0", "5", "²", "18", "tahun", "tiga puluh", "1e1", "-1", "👍", "2 3"])
def test_what_fits_none_or_several_choices_is_not_understood(typed: str) -> None:
    assert understand(_step("age_band"), typed, SCRIPT) is NOT_UNDERSTOOD


@pytest.mark.parametrize(
    ("typed", "picked"),
    [
        ("1, 3", ("sabu", "pills")),
        ("3 1", ("sabu", "pills")),
        ("sabu dan ganja", ("sabu", "ganja")),
        ("Ganja sama sabu", ("sabu", "ganja")),
        ("sabu ganja", ("sabu", "ganja")),
        ("sabu + obat", ("sabu", "pills")),
        ("Pil / obat", ("pills",)),
        ("saya pakai sabu, ganja", ("sabu", "ganja")),
        ("sabu, sabu, 1", ("sabu",)),
        ("5", ("nothing",)),
        ("tidak satu pun", ("nothing",)),
    ],
)
def test_several_choices_are_understood_in_page_order(typed: str, picked: tuple[str, ...]) -> None:
    assert understand(_step("substances"), typed, SCRIPT) == picked


@pytest.mark.parametrize("typed", ["1, 9", "sabu dan kopi", "1, 5", "sabu, tidak satu pun", "1,,x", ",", "pil", "13"])
def test_a_list_with_an_unclear_part_is_left_to_the_person(typed: str) -> None:
    assert understand(_step("substances"), typed, SCRIPT) is NOT_UNDERSTOOD


@pytest.mark.parametrize("typed", ["saya tidak pakai sabu", "bukan sabu", "nggak pernah sabu"])
def test_a_denied_choice_is_never_taken_for_a_choice(typed: str) -> None:
    assert understand(_step("substances"), typed, SCRIPT) is NOT_UNDERSTOOD


@pytest.mark.parametrize(
    ("typed", "answer"), [("Iya", True), ("ya!", True), ("NGGAK", False), ("no", False), ("1", True), ("2", False)]
)
def test_yes_and_no_are_understood_in_every_language(typed: str, answer: bool) -> None:  # noqa: FBT001 - the answer
    assert understand(_step("injecting"), typed, SCRIPT) is answer


def test_a_yes_or_no_with_its_own_labels_is_understood_by_them() -> None:
    consent = SCRIPT.flow("talk", "id").by_id["consent"]

    assert understand(consent, "boleh diteruskan", SCRIPT) is True
    assert understand(consent, "batal", SCRIPT) is NOT_UNDERSTOOD


@pytest.mark.parametrize(("typed", "value"), [("0", 0), ("10", 10), ("٧", 7)])
def test_a_value_on_the_scale_is_understood(typed: str, value: int) -> None:
    assert understand(_step("wish"), typed, SCRIPT) == value


@pytest.mark.parametrize("typed", ["11", "-1", "7,5", "²", "tujuh", "0000", "9" * 5_000])
def test_a_value_beside_the_scale_is_not_understood(typed: str) -> None:
    assert understand(_step("wish"), typed, SCRIPT) is NOT_UNDERSTOOD


def test_written_words_are_kept_as_they_are_up_to_a_limit() -> None:
    assert understand(_step("note"), "  Halo 👋\nاهلا ", SCRIPT) == "Halo 👋\nاهلا"
    assert understand(_step("note"), "x" * 1_001, SCRIPT) is NOT_UNDERSTOOD
    assert understand(_step("note"), " \n ", SCRIPT) is NOT_UNDERSTOOD


def test_a_number_that_is_also_a_word_of_another_label_is_not_understood() -> None:
    assert choose_from(LABELS, "2") == "b"
    assert choose_from((*LABELS, ("d", "2 minggu")), "2") is None


def test_a_word_that_stands_in_several_labels_is_not_understood() -> None:
    assert choose_from(LABELS, "kali") is None
    assert choose_from(LABELS, "dua") == "b"


def test_numbers_have_at_most_three_digits() -> None:
    assert read_number("007") == 7
    assert read_number("0007") is None


def test_a_choice_that_stands_alone_drops_the_others_and_gives_way_to_them() -> None:
    step = _step("substances")

    alone = toggle(step, ("sabu", "ganja"), "nothing")
    again = toggle(step, alone, "ganja")

    assert alone == ("nothing",)
    assert again == ("ganja",)
    assert toggle(step, again, "ganja") == ()
    assert arrange(step, ("ganja", "sabu", "ganja")) == ("sabu", "ganja")
