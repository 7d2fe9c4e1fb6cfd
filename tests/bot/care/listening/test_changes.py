"""Changes of staff laid over the content that ships."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.care.danger.reading import read_rules
from bot.care.listening.changes import (
    Change,
    ChangeError,
    ChangeKind,
    change_book,
    change_rules,
    is_phrase,
    list_concepts,
)
from bot.care.questions.understanding import Answered, understand
from bot.care.safety import Alarm, screen
from tests.bot.care.danger.hearing import danger_files, real_rules
from tests.bot.care.questions.asking import real_book

DAY = date(2026, 11, 22)
SAID = "pengen brangkat ke awan biru"


def make(kind: ChangeKind, target: str, *words: str) -> Change:
    return Change(kind, target, words, DAY)


def test_without_changes_everything_is_as_it_ships() -> None:
    assert change_rules(danger_files(), ()) == read_rules(danger_files())
    assert change_book(real_book(), ()) is real_book()


def test_a_phrase_that_is_added_is_heard_and_one_that_is_taken_out_again_is_not() -> None:
    added = make(ChangeKind.ADD_PHRASES, "META_CLEAR", "brangkat ke awan")
    taken = make(ChangeKind.REMOVE_PHRASES, "META_CLEAR", "brangkat ke awan")

    assert not isinstance(screen(SAID, real_rules()), Alarm)
    assert isinstance(screen(SAID, change_rules(danger_files(), (added,))), Alarm)
    assert not isinstance(screen(SAID, change_rules(danger_files(), (added, taken))), Alarm)
    assert "brangkat ke awan" in list_concepts(danger_files(), (added,))["META_CLEAR"]
    assert list_concepts(danger_files(), (added, taken)) == list_concepts(danger_files(), ())


def test_examples_belong_to_their_rule() -> None:
    changes = (
        make(ChangeKind.ADD_EXAMPLES, "suicide/wish-to-die", "pengen mati rasanya"),
        make(ChangeKind.ADD_COUNTEREXAMPLES, "suicide/wish-to-die", "mau mati lampu"),
    )
    changed = next(one for one in change_rules(danger_files(), changes).rules if one.id == "wish-to-die")

    assert changed.examples[-1] == "pengen mati rasanya"
    assert changed.counterexamples[-1] == "mau mati lampu"


def test_a_way_of_asking_is_understood_in_any_spelling_the_vocabulary_knows() -> None:
    changed = change_book(real_book(), (make(ChangeKind.ADD_PHRASINGS, "cost", "dompet saya lg kempes nih bang"),))

    understood = understand("Dompet gw lagi kempes nih, bang??", changed)

    assert isinstance(understood, Answered)
    assert understood.question == "cost"
    assert not isinstance(understand("dompet saya lg kempes nih bang", real_book()), Answered)


def test_an_answer_says_when_it_was_checked_and_keeps_its_source() -> None:
    answer = change_book(real_book(), (make(ChangeKind.ANSWER, "cost", "Gratis.", "Free."),)).answers["cost"]

    assert answer.short == {"id": "Gratis.", "en": "Free."}
    assert answer.checked_on == DAY
    assert answer.source == real_book().answers["cost"].source


@pytest.mark.parametrize(
    "change",
    [
        make(ChangeKind.ADD_PHRASES, "NO_SUCH", "awan"),
        make(ChangeKind.REMOVE_PHRASES, "DIE", "tidak pernah ada"),
        make(ChangeKind.ADD_EXAMPLES, "suicide/no-such", "awan"),
        make(ChangeKind.ADD_EXAMPLES, "no_such/wish-to-die", "awan"),
        make(ChangeKind.ADD_PHRASES, "DIE", "sih deh"),
    ],
)
def test_a_change_of_danger_that_does_not_fit_is_named(change: Change) -> None:
    with pytest.raises(ChangeError, match=f"{change.target.partition('/')[0]}|{change.target}"):
        change_rules(danger_files(), (change,))


def test_every_phrase_of_a_concept_may_not_be_taken_out() -> None:
    every = list_concepts(danger_files(), ())["LAUGH"]
    with pytest.raises(ChangeError, match="LAUGH"):
        change_rules(danger_files(), (make(ChangeKind.REMOVE_PHRASES, "LAUGH", *every),))


@pytest.mark.parametrize("kind", [ChangeKind.ADD_PHRASINGS, ChangeKind.ANSWER])
def test_a_question_there_is_not_is_named(kind: ChangeKind) -> None:
    with pytest.raises(ChangeError, match="no_such"):
        change_book(real_book(), (make(kind, "no_such", "satu", "dua"),))


def test_what_can_be_a_phrase() -> None:
    for good in ("mati", "mau mati", "sayat*", "#1-12 bulan", "mau _ mati", "baik-baik", "jum'at"):
        assert is_phrase(good), good
    for bad in ("", "a", "_ mati", "mati _", "ma*", "*", "#a-b", "#1", "mati, hidup", "mau  mati", "x" * 61):
        assert not is_phrase(bad), bad


@settings(max_examples=20)
@given(st.text(st.sampled_from("abmati #*_-1' "), min_size=2, max_size=20), st.text(max_size=30))
def test_whatever_may_be_a_phrase_never_makes_hearing_fail(phrase: str, said: str) -> None:
    if not is_phrase(phrase):
        return
    try:
        rules = change_rules(danger_files(), (make(ChangeKind.ADD_PHRASES, "DIE", phrase),))
    except ChangeError:
        return
    screen(f"{said} {phrase} 3 {said}", rules)
