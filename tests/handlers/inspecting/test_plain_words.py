"""Every text people read is kind and plain; what is not is reported with its place."""

from dataclasses import replace

from bot.care.plainness import Plainness, read_plainness
from bot.content import read_content
from bot.dialogue.script import Script
from bot.steps import parse_toml
from handlers.inspecting.plain_words import inspect_words, list_texts
from storage.shipped.library import read_library


def _read() -> tuple[Script, Plainness]:
    files = read_library()
    plainness = read_plainness(parse_toml(files["words/avoid.toml"], "words/avoid.toml"))
    return read_content(files, "id", lambda _, answer: answer).script, plainness


def test_nothing_the_service_says_hurts_or_is_too_long() -> None:
    assert list(inspect_words(*_read())) == []


def test_every_exception_is_of_a_text_that_exists() -> None:
    script, plainness = _read()

    assert set(plainness.longer) <= {name for name, _ in list_texts(script, "id")}


def test_a_word_that_hurts_stops_the_service_with_its_place() -> None:
    script, plainness = _read()
    phrases = {**script.phrases, "id": {**script.phrases["id"], "stopped": "Pecandu boleh pergi."}}

    (finding,) = inspect_words(replace(script, phrases=phrases), plainness)

    assert (finding.where, finding.stops) == ("id: phrase stopped", True)
    assert "pecandu" in finding.what


def test_a_text_that_grew_too_long_is_reported() -> None:
    script, plainness = _read()
    phrases = {**script.phrases, "id": {**script.phrases["id"], "stopped": "Kata. " * 61}}

    (finding,) = inspect_words(replace(script, phrases=phrases), plainness)

    assert "too long" in finding.what
    assert not finding.stops
