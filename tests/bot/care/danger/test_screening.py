"""What screening promises of any text: no error, a bounded time, pieces, several messages heard as one."""

import time
from collections.abc import Sequence
from random import Random

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bench.language import mutate
from bench.phrases import read_phrases
from bot.care.danger.checking import try_examples
from bot.care.danger.concepts import Hit, find
from bot.care.danger.letters import undress
from bot.care.danger.rules import apply
from bot.care.danger.scopes import listen
from bot.care.danger.words import hear, hear_plain
from bot.care.safety import Alarm, Calm, Verdict
from tests.bot.care.danger.hearing import hear_in, name, real_rules

#: Seconds of processor time that one message may take at most, in the best of so many tries: the worst takes a quarter
#: of it on the machine this was written on, and other work on a machine costs even processor time.
_MOST, _TRIES = 0.050, 6
_PHRASES = [phrase.text for which in ("train", "tuning", "test") for phrase in read_phrases(which)]


def _is_quick(text: str) -> bool:
    return any(_seconds(text) < _MOST for _ in range(_TRIES))


def _seconds(text: str) -> float:
    started = time.process_time()
    hear_in(text)
    return time.process_time() - started


def _make_words(letters: str, length: int) -> list[str]:
    """Make words that are none, each to be taken apart in every way there is."""
    chance = Random(5)
    return ["".join(chance.choices(letters, k=length)) for _ in range(700)]


@given(st.text(max_size=6_000))
@example("a " * 5_000)
@example("mau mati " * 900)
@example("." * 9_000)
@example("a.b" * 3_000)
@example("aaaaaaaaaa" * 900)
@example("bun*h*" * 1_500)
@example("ga " * 3_000)
@example("💊" * 4_000)
@example("❶ pil² ٣ butir")
@example("\ud800 mau mati")
@example("²³¹ ½ Ⅷ ①" * 700)
@example("a" + "\u0301" * 5_000)
@example("kntrngpsl" * 500)
@example("ﷺ" * 3_000)
@example("mau mati " * 110_000)
@example(" ".join(str(number) for number in range(1_400)))
@example(" ".join(f"d {number:b}ipkl" for number in range(500)))
@example(" ".join(_make_words("mnyakitpul", 9)))
@example(" ".join(_make_words("bdg1340@$!*", 5)))
@example(" ".join(_PHRASES[:200]))
@settings(deadline=None, max_examples=60)
def test_no_text_raises_or_takes_long(text: str) -> None:
    assert _is_quick(text)


def test_mutated_phrases_neither_raise_nor_take_long() -> None:
    chance = Random(7)
    for _ in range(1_500):
        text = mutate(chance.choice(_PHRASES), chance)
        assert _is_quick(text)


def test_every_rule_hears_its_examples_and_no_counterexample() -> None:
    assert list(try_examples(real_rules())) == []


def test_no_rule_is_left_out_that_finds_something() -> None:
    chance, rules, found = Random(11), real_rules(), 0
    for _ in range(600):
        heard = hear(mutate(chance.choice(_PHRASES), chance), rules.lexicon)
        concepts: dict[str, list[Hit]] = {}
        for hit in find(heard.words, rules.index):
            concepts.setdefault(hit.concept, []).append(hit)
        said = listen(heard, concepts)
        finding = [rule.id for rule in rules.rules if apply(rule, concepts, said) is not None]
        found += len(finding)

        assert [rule.id for rule in rules.concerning(concepts) if apply(rule, concepts, said) is not None] == finding
    assert found > 100


def test_a_word_means_the_same_in_whichever_text_it_was_met_first() -> None:
    chance, lexicon = Random(13), real_rules().lexicon
    for _ in range(600):
        first, second = (undress(mutate(chance.choice(_PHRASES), chance)[:200], lexicon.emoji) for _ in range(2))
        met: dict[str, tuple[str, ...]] = {}
        hear_plain(first, lexicon, met)

        assert hear_plain(second, lexicon, met) == hear_plain(second, lexicon, {})


def test_danger_in_the_middle_of_a_long_story_is_heard() -> None:
    story = "Saya kerja di toko sejak tahun lalu. Setiap hari pulang sore. " * 12

    assert name(hear_in(f"{story} Sekarang saya pengen mati saja. {story}")) == "suicide"


@pytest.mark.parametrize("before", range(0, 4_000, 500))
def test_danger_anywhere_in_the_longest_message_is_heard(before: int) -> None:
    said = " Saya pengen mati saja. "
    filler = "kata biasa saja. " * 241

    assert name(hear_in((filler[:before] + said + filler[before:])[:4_096])) == "suicide"


def test_danger_behind_letters_that_become_many_is_heard() -> None:
    assert name(hear_in("ﷺ" * 3_000 + " pengen mati aja")) == "suicide"


def test_danger_behind_hundreds_of_words_that_are_none_is_heard() -> None:
    assert name(hear_in(f"{' '.join(_make_words('bcdfgk', 4))} pengen mati aja")) == "suicide"


def test_danger_at_either_end_of_an_endless_text_is_heard() -> None:
    filler = "kata biasa saja. " * 800

    assert name(hear_in(f"pengen mati aja. {filler}")) == "suicide"
    assert name(hear_in(f"{filler} pengen mati aja")) == "suicide"


def test_a_sentence_in_several_messages_is_heard_as_one() -> None:
    assert name(hear_in("mati", "gw", "pengen")) == "suicide"
    assert isinstance(hear_in("gw"), Calm)


def test_a_bare_number_may_complete_what_was_said_before() -> None:
    assert name(hear_in("20", "udah minum tramadol")) == "overdose"
    assert isinstance(hear_in("20"), Calm)


def test_earlier_danger_is_not_heard_again() -> None:
    assert isinstance(hear_in("kak?", "gw pengen mati aja"), Calm)


def test_of_two_dangers_the_likelier_leads() -> None:
    assert name(hear_in("bapak pukul mama sampai mama tidak bisa bangun")) == "violence_or_abuse"


def test_all_labels_are_returned_and_the_most_pressing_leads() -> None:
    verdict = hear_in("pengen bunuh diri. bibir temen gw biru, dia ga napas")

    assert isinstance(verdict, Alarm)
    assert verdict.labels == ("overdose", "suicide")
    assert verdict.label == "overdose"


@pytest.mark.parametrize(
    ("which", "fired", "fired_or_asked", "false_ordinary", "false_hard"),
    [("test", 0.92, 0.96, 0.01, 0.15), ("tuning", 0.92, 0.96, 0.01, 0.15)],
)
def test_the_phrase_sets_are_heard(
    which: str, fired: float, fired_or_asked: float, false_ordinary: float, false_hard: float
) -> None:
    heard = [(phrase, hear_in(phrase.text)) for phrase in read_phrases(which)]
    dangerous = [verdict for phrase, verdict in heard if phrase.label is not None]
    ordinary = [verdict for phrase, verdict in heard if phrase.kind == "ordinary"]
    hard = [verdict for phrase, verdict in heard if phrase.kind == "hard"]

    assert _share(dangerous, Alarm) >= fired
    assert 1 - _share(dangerous, Calm) >= fired_or_asked
    assert _share(ordinary, Alarm) <= false_ordinary
    assert _share(hard, Alarm) <= false_hard


def _share(verdicts: Sequence[Verdict], kind: type) -> float:
    return sum(isinstance(verdict, kind) for verdict in verdicts) / len(verdicts)


def test_the_sets_are_large_and_never_mixed() -> None:
    sets = {which: {phrase.text.casefold() for phrase in read_phrases(which)} for which in ("train", "tuning", "test")}
    every = [phrase for which in sets for phrase in read_phrases(which)]

    assert sum(phrase.label is not None for phrase in every) >= 900
    assert sum(phrase.label is None for phrase in every) >= 900
    assert not sets["train"] & sets["tuning"]
    assert not (sets["train"] | sets["tuning"]) & sets["test"]


def test_answers_to_one_question_after_the_other_are_no_sentence() -> None:
    assert isinstance(hear_in("kapan saja", "tidak ada", "pelan"), Calm)
