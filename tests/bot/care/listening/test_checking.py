"""What would be worse is found before anybody may agree to it."""

from datetime import date

import pytest

from bot.care.listening.changes import Change, ChangeKind
from bot.care.listening.checking import MOST_CHARS, MOST_SAID, Fault, check, check_words
from bot.care.plainness import read_plainness
from bot.steps import parse_toml
from storage.shipped.library import read_library
from tests.bot.care.questions.asking import real_book

DAY = date(2026, 11, 22)
FILES = read_library()
AVOIDED = read_plainness(parse_toml(FILES["words/avoid.toml"], "words/avoid.toml")).avoided


def find(kind: ChangeKind, target: str, *words: str) -> set[Fault]:
    return {found.fault for found in check(FILES, real_book(), (), (Change(kind, target, words, DAY),))}


@pytest.mark.parametrize(
    ("kind", "target", "words", "fault"),
    [
        (ChangeKind.REMOVE_PHRASES, "SUICIDE", "bunuh diri", Fault.UNHEARD),
        (ChangeKind.ADD_PHRASES, "META_CLEAR", "rehab", Fault.RINGS),
        (ChangeKind.ADD_PHRASES, "META_CLEAR", "rehab", Fault.FALSE),
        (ChangeKind.ADD_EXAMPLES, "suicide/wish-to-die", "mau makan bakso", Fault.UNHEARD),
        (ChangeKind.ADD_COUNTEREXAMPLES, "suicide/wish-to-die", "pengen mati aja", Fault.FALSE),
        (ChangeKind.ADD_PHRASES, "NO_SUCH", "awan", Fault.UNFIT),
        (ChangeKind.ADD_PHRASINGS, "cost", "apa itu rehabilitasi", Fault.MISTAKEN),
        (ChangeKind.ADD_PHRASINGS, "cost", "pengen mati aja", Fault.RINGS),
        (ChangeKind.ADD_PHRASINGS, "cost", "dosis sabu berapa gram biar enak", Fault.REFUSED),
    ],
)
def test_what_would_be_worse_is_found(kind: ChangeKind, target: str, words: str, fault: Fault) -> None:
    assert fault in find(kind, target, words)


def test_what_makes_nothing_worse_passes() -> None:
    assert find(ChangeKind.ADD_PHRASES, "META_CLEAR", "brangkat ke awan") == set()
    assert find(ChangeKind.ADD_PHRASINGS, "cost", "dompet saya lagi kempes nih bang") == set()


@pytest.mark.parametrize(
    ("kind", "words", "fault"),
    [
        (ChangeKind.ADD_PHRASES, (), Fault.EMPTY),
        (ChangeKind.ANSWER, ("Gratis.", ""), Fault.EMPTY),
        (ChangeKind.ADD_EXAMPLES, ("a b",) * (MOST_SAID + 1), Fault.LONG),
        (ChangeKind.ADD_EXAMPLES, ("a" * (MOST_CHARS + 1),), Fault.LONG),
        (ChangeKind.ADD_PHRASES, ("mau, mati",), Fault.SHAPE),
        (ChangeKind.ADD_EXAMPLES, ("hubungi 0812 3456 7890",), Fault.PRIVATE),
        (ChangeKind.ANSWER, ("Pecandu tidak membayar.", "Free."), Fault.AVOIDED),
    ],
)
def test_words_are_looked_at_by_themselves(kind: ChangeKind, words: tuple[str, ...], fault: Fault) -> None:
    assert fault in {found.fault for found in check_words(Change(kind, "cost", words, DAY), AVOIDED)}


def test_an_answer_may_hold_the_number_of_a_service() -> None:
    answer = Change(ChangeKind.ANSWER, "cost", ("Gratis, tanya 119.", "Free, ask 119."), DAY)
    assert list(check_words(answer, AVOIDED)) == []
