"""Substances people name are recognised, guarded against words that mean something else."""

import pytest

from bot.care.substances import find, list_classes
from tests.bot.care.questions.asking import real_book


def _named(text: str) -> list[str]:
    return [one.id for one in find(text, real_book().substances)]


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("sy pake sabu", ["methamphetamine"]),
        ("s4bu2 tiap malam", ["methamphetamine"]),
        ("ganja dan tramadol", ["cannabis", "opioid_medicine"]),
        ("tembakau gorila", ["synthetic_cannabinoid"]),
        ("pil putih tanpa merek", ["unmarked_pill"]),
        ("pil koplo", ["trihexyphenidyl"]),
        ("SABU, Sabu, sabu", ["methamphetamine"]),
        ("ngeganja tiap sore", ["cannabis"]),
        ("trmadol dan alprazollam", ["opioid_medicine", "sedatives"]),
    ],
)
def test_a_named_substance_is_recognised_once(text: str, named: list[str]) -> None:
    assert _named(text) == named


@pytest.mark.parametrize(
    "text",
    [
        "minum air",
        "beli lem buat sepatu",
        "isi bensin",
        "kirim ss chat",
        "lagu koplo",
        "pulau sabu",
        "kain sabu",
        "arakan",
        "ngerasa",
        "pemenang",
        "seledri",
    ],
)
def test_a_word_that_means_something_else_is_none(text: str) -> None:
    assert _named(text) == []


def test_classes_are_those_of_assist_once_each() -> None:
    assert list_classes(find("sabu dan inex", real_book().substances)) == ("amphetamine_type",)


def test_an_unmarked_pill_is_its_own_answer_and_no_class_is_guessed() -> None:
    (pill,) = find("dikasih pil putih", real_book().substances)

    assert (pill.choice, pill.assist) == ("unknown", "other")


def test_it_is_called_in_the_language_of_the_person() -> None:
    (alcohol,) = find("miras", real_book().substances)

    assert (alcohol.name("id"), alcohol.name("en"), alcohol.name("xx")) == ("alkohol", "alcohol", "alkohol")
