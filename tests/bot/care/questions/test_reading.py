"""Questions are read and checked; what would leave a question without an answer is refused."""

import json
import re
import tomllib

import pytest

from bot.care.questions.book import OUT_OF_SCOPE
from bot.care.questions.reading import FEWEST_PHRASINGS, MODEL, RULES, SUBSTANCES, QuestionsError, read_book
from bot.dialogue.script import Command
from tests.bot.care.questions.asking import question_files, real_book

_NUMBER = re.compile(r"\b\d{3,}\b")


def test_every_one_of_the_29_intents_is_there() -> None:
    assert len(real_book().phrasings) == 29
    assert set(real_book().answers) == set(real_book().phrasings) - {OUT_OF_SCOPE}


def test_every_question_is_said_in_many_ways_and_answered_in_both_languages() -> None:
    for name, answer in real_book().answers.items():
        assert len(real_book().phrasings[name]) >= FEWEST_PHRASINGS, name
        assert all(answer.short[language] and answer.labels[language] for language in ("id", "en")), name
        assert all(len(label) <= 40 for label in answer.labels.values()), name
        assert answer.opens is None or answer.opens in set(Command), name


def test_the_model_fits_the_questions_and_is_small() -> None:
    assert len(question_files()[MODEL]) < 600_000
    assert set(json.loads(question_files()[MODEL])["labels"]) == set(real_book().phrasings)


def test_no_answer_says_an_amount_of_a_substance() -> None:
    amount = re.compile(r"\d+\s*(mg|gram|butir|tablet|strip|ml|cc|pills?)\b", re.IGNORECASE)
    for name, answer in real_book().answers.items():
        for text in (*answer.short.values(), *answer.longer.values()):
            assert not amount.search(text), name


def test_no_answer_names_a_forbidden_telephone_number() -> None:
    forbidden = {"500454", "021500454", "106", "021171", "081221675675", "082312349494"}
    for name, answer in real_book().answers.items():
        for text in (*answer.short.values(), *answer.longer.values()):
            assert not forbidden & set(_NUMBER.findall(text.replace("-", ""))), name


@pytest.mark.parametrize("missing", [RULES, MODEL, SUBSTANCES])
def test_a_missing_file_is_named(missing: str) -> None:
    files = {path: text for path, text in question_files().items() if path != missing}

    with pytest.raises(QuestionsError, match=re.escape(missing)):
        read_book(files)


@pytest.mark.parametrize(
    ("path", "before", "after", "said"),
    [
        ("faq/cost.toml", 'source = "', 'sauce = "', "needs source"),
        ("faq/cost.toml", "checked_on = 2026-11-21", 'checked_on = "x"', "must be a date"),
        ("faq/cost.toml", 'longer_en = "', 'long_en = "', "go together"),
        ("faq/cost.toml", "[looks_like]\n", "[looks_like]\nweather = ['a']\n", "no question"),
        (RULES, "keyword = 0.3", "keyword = 1", "needs keyword"),
        (RULES, 'all = ["EVADE"', 'all = ["EVADED"', "EVADED is no group"),
        (MODEL, '"cost"', '"costs"', "train it again"),
        (SUBSTANCES, 'class = "opioids"', 'class = "opium"', "no class of ASSIST"),
        (SUBSTANCES, 'choice = "alcohol"', 'choise = "alcohol"', "needs choice"),
    ],
)
def test_a_mistake_is_refused_with_its_place(path: str, before: str, after: str, said: str) -> None:
    changed = question_files()[path].replace(before, after, 1)
    assert changed != question_files()[path]

    with pytest.raises(QuestionsError, match=said):
        read_book({**question_files(), path: changed})


def test_too_few_phrasings_are_refused() -> None:
    document = tomllib.loads(question_files()["faq/thanks.toml"])
    changed = question_files()["faq/thanks.toml"].replace(document["phrasings"], "makasih\n")

    with pytest.raises(QuestionsError, match="1 phrasings; write at least 15"):
        read_book({**question_files(), "faq/thanks.toml": changed})
